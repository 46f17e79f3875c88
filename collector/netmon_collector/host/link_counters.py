"""The system's own counters of its interfaces, of Linux in one dump of RTM_GETSTATS (linux/if_link.h, Linux 4.7).

Far less to read than RTM_GETLINK, which tells everything else of an interface too: it is read once a tick. Unlike
``/sys/class/net/*/statistics`` it is of our network namespace, whatever sysfs is mounted.
"""

import socket
import struct
import sys

_RTM_NEWSTATS = 92
_RTM_GETSTATS = 94
_NLM_F_REQUEST_DUMP = 0x301
_NLMSG_ERROR = 2
_NLMSG_DONE = 3

_IFLA_STATS_LINK_64 = 1
_FILTER_LINK_64 = 1 << (_IFLA_STATS_LINK_64 - 1)

_HEADER = struct.Struct("=IHHII")
_STATS = struct.Struct("=BBHII")
_ATTRIBUTE = struct.Struct("=HH")
_COUNTS = struct.Struct("=4Q")
"""The first of struct rtnl_link_stats64: packets received and sent, bytes received and sent."""
_RECEIVE_BYTES = 1 << 18

Counts = tuple[int, int]
"""Bytes and packets, received and sent together."""


def read_link_counters() -> dict[int, Counts]:
    """Give what the system counted so far, by the interface's index; nothing where it cannot tell.

    macOS is left out: its counters are read otherwise, and nobody has held them against a capture there.
    """
    if not sys.platform.startswith("linux"):
        return {}
    try:
        return _read_linux()
    except OSError:  # a kernel before 4.7, or a sandbox that has no route netlink
        return {}


def _read_linux() -> dict[int, Counts]:
    found: dict[int, Counts] = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as netlink:
        netlink.settimeout(2.0)
        netlink.bind((0, 0))
        body = _STATS.pack(socket.AF_UNSPEC, 0, 0, 0, _FILTER_LINK_64)
        netlink.send(_HEADER.pack(_HEADER.size + len(body), _RTM_GETSTATS, _NLM_F_REQUEST_DUMP, 1, 0) + body)
        is_done = False
        while not is_done:
            counts, is_done = parse_stats(netlink.recv(_RECEIVE_BYTES))
            found.update(counts)
    return found


def parse_stats(data: bytes) -> tuple[dict[int, Counts], bool]:
    """Parse messages of a dump; also say whether the dump ends with them.

    Raises ``OSError`` for the kernel's error message. What is cut off is left out.
    """
    found: dict[int, Counts] = {}
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, offset)
        end = offset + length
        if length < _HEADER.size or end > len(data):
            break
        start = offset + _HEADER.size
        if kind == _NLMSG_DONE:
            return found, True
        if kind == _NLMSG_ERROR:
            code = -struct.unpack_from("=i", data, start)[0] if end - start >= 4 else 0
            raise OSError(code, "the kernel refused to tell counters")
        counts_at = start + _STATS.size + _ATTRIBUTE.size
        if kind == _RTM_NEWSTATS and counts_at + _COUNTS.size <= end:
            _, _, _, index, _ = _STATS.unpack_from(data, start)
            _, attribute = _ATTRIBUTE.unpack_from(data, start + _STATS.size)
            if attribute == _IFLA_STATS_LINK_64:  # asked for alone: there is no other
                received_packets, sent_packets, received_bytes, sent_bytes = _COUNTS.unpack_from(data, counts_at)
                found[index] = (received_bytes + sent_bytes, received_packets + sent_packets)
        offset += (length + 3) & ~3
    return found, False
