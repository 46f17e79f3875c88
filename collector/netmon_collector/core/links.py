"""Link headers: where a frame's IP header begins, and what the link itself says of the packet.

The formats are those of https://www.tcpdump.org/linktypes.html. Numbers are libpcap's DLT values.
"""

import struct
from collections.abc import Callable
from enum import Enum, unique
from typing import NamedTuple

NULL = 0
ETHERNET = 1
RAW = 12
RAW_LINKTYPE = 101
LOOP = 108
LINUX_SLL = 113
PKTAP_APPLE = 149
"""DLT_USER2, which is what Apple's libpcap answers for its PKTAP devices; files say 258."""
RAW_IPV4 = 228
RAW_IPV6 = 229
PKTAP = 258
LINUX_SLL2 = 276

ETHER_TYPE_IPV4 = 0x0800
ETHER_TYPE_IPV6 = 0x86DD

MAX_VLAN_TAGS = 2
"""One provider tag (802.1ad) and one customer tag (802.1Q)."""

_VLAN_ETHER_TYPES = frozenset({0x8100, 0x88A8, 0x9100})
_ETHER_VERSIONS = {ETHER_TYPE_IPV4: 4, ETHER_TYPE_IPV6: 6}

_FAMILY_VERSIONS = {2: 4, 10: 6, 24: 6, 28: 6, 30: 6}
"""AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS."""

_SLL_TO_SOMEBODY_ELSE = 3
_SLL_SENT_BY_US = 4

_PKTAP_MIN_BYTES = 108
_PKTAP_RECORD_IS_PACKET = 1
_PKTAP_IS_INCOMING = 1
_PKTAP_IS_OUTGOING = 2
# Little-endian, as every Mac that writes it: length, record type, DLT, interface name (24 bytes, left out), flags,
# protocol family and the two lengths around the frame (left out), pid, command name.
_PKTAP_HEADER = struct.Struct("<III24xI12xi20s")

_ETHER_TYPE = struct.Struct("!H")
_SLL = struct.Struct("!H2xH8xH")
_SLL2 = struct.Struct("!H8xBB")


@unique
class Unreadable(Enum):
    """Why a frame could not be counted. The value is the stable name under which it is reported."""

    UNKNOWN_LINK_TYPE = "unknown_link_type"
    TRUNCATED_LINK_HEADER = "truncated_link_header"
    BAD_PKTAP_HEADER = "bad_pktap_header"
    TOO_MANY_VLAN_TAGS = "too_many_vlan_tags"
    TRUNCATED_IP_HEADER = "truncated_ip_header"
    BAD_IP_VERSION = "bad_ip_version"
    BAD_IP_HEADER_LENGTH = "bad_ip_header_length"
    BAD_IP_TOTAL_LENGTH = "bad_ip_total_length"
    BAD_JUMBO_LENGTH = "bad_jumbo_length"
    LONGER_THAN_FRAME = "longer_than_frame"


@unique
class NotIp(Enum):
    """A sound frame that carries no IP: ARP, spanning tree, a link-layer record."""

    NOT_IP = "not_ip"


class Link(NamedTuple):
    """What a link header says. ``ip_start`` is the offset of the IP header in the data."""

    ip_start: int
    ip_version: int = 0
    """4 or 6 where the link says so; 0 where the IP header alone does."""
    source_mac: bytes = b""
    is_outgoing: bool | None = None
    process_id: int | None = None
    process_name: str = ""


_Reader = Callable[[bytes, int, int], Link | NotIp | Unreadable]


def read_link(data: bytes, start: int, end: int, link_type: int) -> Link | NotIp | Unreadable:
    """Read the link header of the frame in ``data[start:end]``; never raises, whatever the bytes."""
    reader = _READERS.get(link_type)
    if reader is None:
        return Unreadable.UNKNOWN_LINK_TYPE
    return reader(data, start, end)


def _behind_ether_type(
    data: bytes, start: int, end: int, ether_type: int, source_mac: bytes, *, is_outgoing: bool | None = None
) -> Link | NotIp | Unreadable:
    """Go on at ``start``, behind a header that closes with ``ether_type``: over VLAN tags to the IP header."""
    for _ in range(MAX_VLAN_TAGS):
        if ether_type not in _VLAN_ETHER_TYPES:
            break
        if start + 4 > end:
            return Unreadable.TRUNCATED_LINK_HEADER
        (ether_type,) = _ETHER_TYPE.unpack_from(data, start + 2)
        start += 4
    version = _ETHER_VERSIONS.get(ether_type)
    if version is None:
        return Unreadable.TOO_MANY_VLAN_TAGS if ether_type in _VLAN_ETHER_TYPES else NotIp.NOT_IP
    return Link(start, version, source_mac, is_outgoing)


def _read_ethernet(data: bytes, start: int, end: int) -> Link | NotIp | Unreadable:
    if end - start < 14:
        return Unreadable.TRUNCATED_LINK_HEADER
    (ether_type,) = _ETHER_TYPE.unpack_from(data, start + 12)
    return _behind_ether_type(data, start + 14, end, ether_type, data[start + 6 : start + 12])


def _is_outgoing(cooked_packet_type: int) -> bool | None:
    if cooked_packet_type == _SLL_SENT_BY_US:
        return True
    return False if cooked_packet_type < _SLL_TO_SOMEBODY_ELSE else None


def _read_linux_sll(data: bytes, start: int, end: int) -> Link | NotIp | Unreadable:
    if end - start < 16:
        return Unreadable.TRUNCATED_LINK_HEADER
    packet_type, address_length, ether_type = _SLL.unpack_from(data, start)
    source_mac = data[start + 6 : start + 12] if address_length == 6 else b""
    return _behind_ether_type(data, start + 16, end, ether_type, source_mac, is_outgoing=_is_outgoing(packet_type))


def _read_linux_sll2(data: bytes, start: int, end: int) -> Link | NotIp | Unreadable:
    if end - start < 20:
        return Unreadable.TRUNCATED_LINK_HEADER
    ether_type, packet_type, address_length = _SLL2.unpack_from(data, start)
    source_mac = data[start + 12 : start + 18] if address_length == 6 else b""
    return _behind_ether_type(data, start + 20, end, ether_type, source_mac, is_outgoing=_is_outgoing(packet_type))


def _read_family(data: bytes, start: int, end: int, *, is_either_order: bool) -> Link | NotIp | Unreadable:
    if end - start < 4:
        return Unreadable.TRUNCATED_LINK_HEADER
    field = data[start : start + 4]
    version = _FAMILY_VERSIONS.get(int.from_bytes(field, "big"))
    if version is None and is_either_order:
        # The byte order is that of the machine that captured, which need not be the one that reads the file.
        version = _FAMILY_VERSIONS.get(int.from_bytes(field, "little"))
    if version is None:
        return NotIp.NOT_IP
    return Link(start + 4, version)


def _read_null(data: bytes, start: int, end: int) -> Link | NotIp | Unreadable:
    return _read_family(data, start, end, is_either_order=True)


def _read_loop(data: bytes, start: int, end: int) -> Link | NotIp | Unreadable:
    return _read_family(data, start, end, is_either_order=False)


def _read_raw(_data: bytes, start: int, _end: int) -> Link:
    return Link(start)


def _read_raw_ipv4(_data: bytes, start: int, _end: int) -> Link:
    return Link(start, 4)


def _read_raw_ipv6(_data: bytes, start: int, _end: int) -> Link:
    return Link(start, 6)


def _read_pktap(data: bytes, start: int, end: int) -> Link | NotIp | Unreadable:
    """Read Apple's header (xnu bsd/net/pktap.h, version 1) and the frame behind it."""
    if end - start < _PKTAP_MIN_BYTES:
        return Unreadable.TRUNCATED_LINK_HEADER
    length, record_type, link_type, flags, process_id, command = _PKTAP_HEADER.unpack_from(data, start)
    if length < _PKTAP_MIN_BYTES or link_type in _PKTAP_LINK_TYPES:
        return Unreadable.BAD_PKTAP_HEADER
    if record_type != _PKTAP_RECORD_IS_PACKET:
        return NotIp.NOT_IP
    if length > end - start:
        return Unreadable.TRUNCATED_LINK_HEADER
    link = read_link(data, start + length, end, link_type)
    if not isinstance(link, Link):
        return link
    direction = flags & (_PKTAP_IS_INCOMING | _PKTAP_IS_OUTGOING)
    is_outgoing = {_PKTAP_IS_INCOMING: False, _PKTAP_IS_OUTGOING: True}.get(direction)
    if process_id < 0:  # -1 where the kernel found no process
        return link._replace(is_outgoing=is_outgoing)
    process_name = command.split(b"\0", 1)[0].decode("utf-8", "replace")
    return link._replace(is_outgoing=is_outgoing, process_id=process_id, process_name=process_name)


_PKTAP_LINK_TYPES = frozenset({PKTAP, PKTAP_APPLE})

_READERS: dict[int, _Reader] = {
    NULL: _read_null,
    ETHERNET: _read_ethernet,
    RAW: _read_raw,
    RAW_LINKTYPE: _read_raw,
    LOOP: _read_loop,
    LINUX_SLL: _read_linux_sll,
    PKTAP_APPLE: _read_pktap,
    RAW_IPV4: _read_raw_ipv4,
    RAW_IPV6: _read_raw_ipv6,
    PKTAP: _read_pktap,
    LINUX_SLL2: _read_linux_sll2,
}


def wire_header_bytes(link_type: int) -> int:
    """Bytes of link header that an interface's own counters hold a frame.

    Only Ethernet has one: the cooked, null and PKTAP headers are made up by the capture and are on no wire.
    """
    return 14 if link_type == ETHERNET else 0
