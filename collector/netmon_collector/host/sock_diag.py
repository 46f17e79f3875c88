"""Sockets from Linux's sock_diag netlink (sock_diag(7), linux/inet_diag.h), asked and parsed by hand.

What ``/proc/net`` says as text, it says as structs, with the cookie, and it answers for a single pair of ends.
``diag_sockets`` tells what that saves.
"""

import errno
import socket
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple, Self

from netmon.model import ConnectionState, Protocol
from netmon_collector.host.proc_net import plain_address

_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLM_F_REQUEST: Final = 0x001
_NLM_F_DUMP: Final = 0x300
_NLMSG_ERROR: Final = 2
_NLMSG_DONE: Final = 3
_LAST: Final = frozenset({_NLMSG_ERROR, _NLMSG_DONE})
_NLM_F_DUMP_INTR: Final = 0x10

_ALL_STATES: Final = 0xFFF
"""Bits 1 to 12 of the kernel's TCP states, TIME_WAIT and request sockets among them; UDP uses 1 and 7."""
_NO_COOKIE: Final = b"\xff" * 8
"""INET_DIAG_NOCOOKIE: any socket with these ends."""

_HEADER: Final = struct.Struct("=IHHII")
_REQUEST: Final = struct.Struct("=BBBxI")
_PORTS: Final = struct.Struct("!HH")
_ERROR: Final = struct.Struct("=i")
_UID_AND_INODE: Final = struct.Struct("=II")
_COOKIE: Final = struct.Struct("=Q")
_ATTRIBUTE: Final = struct.Struct("=HH")
_INET_DIAG_CGROUP_ID: Final = 21

_BODY: Final = 16
"""``struct nlmsghdr`` ends here and ``struct inet_diag_msg`` begins."""
_ID: Final = 4
_AFTER_ID: Final = _ID + 48
_UID: Final = _AFTER_ID + 12
SOCKET_BYTES: Final = 72
"""Of a ``struct inet_diag_msg``."""
_RECEIVE_BYTES: Final = 1 << 18
_ANSWER_BYTES: Final = 1 << 12
"""One socket with its attributes takes 116 bytes."""
_ANSWER_TIME: Final = struct.pack("@ll", 2, 0)
"""Two seconds, as ``struct timeval``."""

_PROTOCOLS: Final = {
    Protocol.TCP: socket.IPPROTO_TCP,
    Protocol.UDP: socket.IPPROTO_UDP,
    Protocol.SCTP: socket.IPPROTO_SCTP,
}

# include/net/tcp_states.h
_STATES: Final = (
    ConnectionState.UNSPECIFIED,
    ConnectionState.ESTABLISHED,
    ConnectionState.SYN_SENT,
    ConnectionState.SYN_RECV,
    ConnectionState.FIN_WAIT_1,
    ConnectionState.FIN_WAIT_2,
    ConnectionState.TIME_WAIT,
    ConnectionState.CLOSED,
    ConnectionState.CLOSE_WAIT,
    ConnectionState.LAST_ACK,
    ConnectionState.LISTEN,
    ConnectionState.CLOSING,
    ConnectionState.SYN_RECV,
)

DiagKey = bytes
"""What stays of a socket while it stays the same: family, state, ends, cookie, uid, inode; opaque, for dictionaries."""


class DiagSocket(NamedTuple):
    """One socket. Addresses are packed, IPv4-mapped ones as IPv4; ``remote_port`` 0: no fixed peer.

    ``inode`` is 0 where no file is behind it: in TIME_WAIT, before accept(2), or orphaned.
    """

    protocol: Protocol
    local_address: bytes
    local_port: int
    remote_address: bytes
    remote_port: int
    state: ConnectionState
    uid: int
    inode: int
    cookie: int
    control_group: int = 0
    """The id of its maker's control group, as `SockDiag.find` tells it; 0: not told."""


Messages = tuple[bytes, list[tuple[int, int]]]
"""Sockets as the kernel tells them: where each ``struct inet_diag_msg`` begins, and where its attributes end."""


class SockDiag:
    """A netlink socket that asks the kernel for sockets of this network namespace. Belongs to one thread."""

    def __init__(self) -> None:
        """Open it. Raises ``OSError`` where there is no such netlink."""
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._netlink = socket.socket(socket.AF_NETLINK, kind, _NETLINK_SOCK_DIAG)
        # The kernel ends a wait by itself: Python's own time limits poll before each call.
        self._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _ANSWER_TIME)
        self._netlink.bind((0, 0))
        self._sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        self._netlink.close()

    def probe(self) -> None:
        """Raise ``OSError`` unless the kernel answers for TCP and UDP."""
        nobody = bytes(4)
        for protocol in (Protocol.TCP, Protocol.UDP):
            self.find(protocol, nobody, 0, nobody, 0)

    def dump(self, protocol: Protocol, family: socket.AddressFamily) -> list[DiagKey]:
        """Give all sockets of a protocol and an address family, as keys for `decode`.

        Raises ``OSError``: ENOENT where the kernel has no such handler (its module is not loaded), EAGAIN where it is
        silent, EINTR where the list changed so much meanwhile that it may be incomplete.
        """
        self._ask(protocol, family, bytes(40) + bytes(8), _NLM_F_DUMP)
        keys: list[DiagKey] = []
        is_done = False
        while not is_done:
            found, is_done = parse_keys(self._netlink.recv(_RECEIVE_BYTES), self._sequence)
            keys += found
        return keys

    def find(
        self, protocol: Protocol, local_address: bytes, local_port: int, remote_address: bytes, remote_port: int
    ) -> DiagSocket | None:
        """Give the socket that takes packets between these ends; a listener or an unconnected one where none is closer.

        The kernel looks up as for a packet that comes in. Raises ``OSError`` for all errors but "there is none".
        """
        family = socket.AF_INET if len(local_address) == 4 else socket.AF_INET6
        source, destination = (local_address, local_port), (remote_address, remote_port)
        if protocol is Protocol.UDP:
            # "src and dst are swapped for historical reasons" (net/ipv4/udp_diag.c, udp_dump_one).
            source, destination = destination, source
        identity = _PORTS.pack(source[1], destination[1]) + source[0].ljust(16, b"\0") + destination[0].ljust(16, b"\0")
        self._ask(protocol, family, identity + bytes(4) + _NO_COOKIE, 0)
        try:
            while True:  # a late answer to a question that was given up may lie before ours
                data = self._netlink.recv(_ANSWER_BYTES)
                found, is_done = split_messages(data, self._sequence)
                if found or is_done:
                    break
        except FileNotFoundError:
            return None
        if not found:
            return None
        [(start, end), *_] = found
        return decode(_key_of(data, start), protocol, _control_group_of(data, start, end))

    def dump_details(self, family: socket.AddressFamily, *, states: int, extensions: int) -> Iterator[Messages]:
        """Give TCP sockets with the details that ``extensions`` asks for, as the kernel tells them.

        ``states`` has bit n set for state n of the kernel's, ``extensions`` bit n - 1 for attribute n. Raises
        ``OSError`` as `dump` does.
        """
        self._ask(Protocol.TCP, family, bytes(40) + bytes(8), _NLM_F_DUMP, states=states, extensions=extensions)
        is_done = False
        while not is_done:
            data = self._netlink.recv(_RECEIVE_BYTES)
            found, is_done = split_messages(data, self._sequence)
            yield data, found

    def _ask(
        self,
        protocol: Protocol,
        family: socket.AddressFamily,
        identity: bytes,
        flags: int,
        *,
        states: int = _ALL_STATES << 1,
        extensions: int = 0,
    ) -> None:
        self._sequence += 1
        body = _REQUEST.pack(family, _PROTOCOLS[protocol], extensions, states) + identity
        size = _HEADER.size + len(body)
        self._netlink.send(_HEADER.pack(size, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST | flags, self._sequence, 0) + body)


def parse_keys(data: bytes, sequence: int) -> tuple[list[DiagKey], bool]:
    """Split what netlink gave into keys, and say whether it was the last of an answer.

    Messages of another ``sequence`` are late answers to a question that was given up, and left out. Raises ``OSError``
    with the kernel's error, ``ValueError`` for bytes that are no netlink.
    """
    found, is_done = split_messages(data, sequence)
    return [_key_of(data, start) for start, _ in found], is_done


def _key_of(data: bytes, start: int) -> DiagKey:
    return data[start : start + 2] + data[start + _ID : start + _AFTER_ID] + data[start + _UID : start + _UID + 8]


def _control_group_of(data: bytes, start: int, end: int) -> int:
    """Give what INET_DIAG_CGROUP_ID says, which the kernel tells of each socket since 5.9 (net/ipv4/inet_diag.c)."""
    at = start + SOCKET_BYTES
    while at + _ATTRIBUTE.size <= end:
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size or at + length > end:
            break
        if kind == _INET_DIAG_CGROUP_ID and length == _ATTRIBUTE.size + _COOKIE.size:
            return int(_COOKIE.unpack_from(data, at + _ATTRIBUTE.size)[0])
        at += (length + 3) & ~3
    return 0


def split_messages(data: bytes, sequence: int) -> tuple[list[tuple[int, int]], bool]:
    """Give where each ``struct inet_diag_msg`` begins and its message ends, and whether that was the last of an answer.

    Leaves out and raises what `parse_keys` does.
    """
    found: list[tuple[int, int]] = []
    start, size = 0, len(data)
    while start < size:
        if start + _BODY > size:
            raise ValueError("a netlink message that is cut short")
        length, kind, flags, number, _ = _HEADER.unpack_from(data, start)
        if length < _BODY or start + length > size:
            raise ValueError("a netlink message of an impossible length")
        if number == sequence:
            if flags & _NLM_F_DUMP_INTR:
                raise InterruptedError(errno.EINTR, "the sockets changed while they were listed")
            if kind == _SOCK_DIAG_BY_FAMILY:
                if length < _BODY + SOCKET_BYTES:
                    raise ValueError("a socket that is cut short")
                found.append((start + _BODY, start + length))
            elif kind in _LAST:
                _check(data, start, length, kind)
                return found, True
        start += (length + 3) & ~3
    return found, False


def _check(data: bytes, start: int, length: int, kind: int) -> None:
    if kind != _NLMSG_ERROR:
        return
    if length < _BODY + 4:
        raise ValueError("a netlink error without its number")
    (number,) = _ERROR.unpack_from(data, start + _BODY)
    if number:
        raise OSError(-number, "the kernel refused to list sockets")


_shared_address = lru_cache(maxsize=512)(plain_address)
"""Thousands of connections have few addresses. One object for each is 1 MB less with 10,000 connections, and again in
the main process: marshal tells the same object once. Not more of them, since addresses that come once, as those of each
new interface, fill it all the same."""


def decode(key: DiagKey, protocol: Protocol, control_group: int = 0) -> DiagSocket:
    """Read a key; the control group is none of it."""
    size = 4 if key[0] == socket.AF_INET else 16
    local_port, remote_port = _PORTS.unpack_from(key, 2)
    uid, inode = _UID_AND_INODE.unpack_from(key, 50)
    return DiagSocket(
        protocol,
        _shared_address(key[6 : 6 + size]),
        local_port,
        _shared_address(key[22 : 22 + size]),
        remote_port,
        _STATES[key[1]] if protocol is Protocol.TCP and key[1] < len(_STATES) else ConnectionState.UNSPECIFIED,
        uid,
        inode,
        _COOKIE.unpack_from(key, 42)[0],
        control_group,
    )
