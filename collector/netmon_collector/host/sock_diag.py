"""Sockets from Linux's sock_diag netlink (sock_diag(7), linux/inet_diag.h), asked and parsed by hand.

What ``/proc/net`` says as text, it says as structs, with the cookie, and it answers for a single pair of ends.
``diag_sockets`` tells what that saves.
"""

import errno
import socket
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple, Self

from netmon.model import ConnectionState, Protocol
from netmon_collector.host.proc_net import plain_address

_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLM_F_REQUEST: Final = 0x001
_NLM_F_DUMP: Final = 0x300
_NLMSG_ERROR: Final = 2
_NLMSG_DONE: Final = 3
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

_BODY: Final = 16
"""``struct nlmsghdr`` ends here and ``struct inet_diag_msg`` begins; it is 72 bytes long."""
_ID: Final = _BODY + 4
_AFTER_ID: Final = _ID + 48
_UID: Final = _AFTER_ID + 12
_MESSAGE_BYTES: Final = _BODY + 72
_RECEIVE_BYTES: Final = 1 << 18
_ANSWER_SECONDS: Final = 2.0

_PROTOCOLS: Final = {Protocol.TCP: socket.IPPROTO_TCP, Protocol.UDP: socket.IPPROTO_UDP}

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


class SockDiag:
    """A netlink socket that asks the kernel for sockets of this network namespace. Belongs to one thread."""

    def __init__(self) -> None:
        """Open it. Raises ``OSError`` where there is no such netlink."""
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._netlink = socket.socket(socket.AF_NETLINK, kind, _NETLINK_SOCK_DIAG)
        self._netlink.settimeout(_ANSWER_SECONDS)
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
        for protocol in _PROTOCOLS:
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
            keys, _ = parse_keys(self._netlink.recv(_RECEIVE_BYTES), self._sequence)
        except FileNotFoundError:
            return None
        return decode(keys[0], protocol) if keys else None

    def _ask(self, protocol: Protocol, family: socket.AddressFamily, identity: bytes, flags: int) -> None:
        self._sequence += 1
        body = _REQUEST.pack(family, _PROTOCOLS[protocol], 0, _ALL_STATES << 1) + identity
        size = _HEADER.size + len(body)
        self._netlink.send(_HEADER.pack(size, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST | flags, self._sequence, 0) + body)


def parse_keys(data: bytes, sequence: int) -> tuple[list[DiagKey], bool]:
    """Split what netlink gave into keys, and say whether it was the last of an answer.

    Messages of another ``sequence`` are late answers to a question that was given up, and left out. Raises ``OSError``
    with the kernel's error, ``ValueError`` for bytes that are no netlink.
    """
    keys: list[DiagKey] = []
    for start, end, kind, flags in _messages(data, sequence):
        if flags & _NLM_F_DUMP_INTR:
            raise InterruptedError(errno.EINTR, "the sockets changed while they were listed")
        if kind == _NLMSG_DONE:
            return keys, True
        if kind == _NLMSG_ERROR:
            if end - start < _BODY + 4:
                raise ValueError("a netlink error without its number")
            (number,) = _ERROR.unpack_from(data, start + _BODY)
            if number:
                raise OSError(-number, "the kernel refused to list sockets")
            return keys, True
        if kind == _SOCK_DIAG_BY_FAMILY:
            if end - start < _MESSAGE_BYTES:
                raise ValueError("a socket that is cut short")
            keys.append(
                data[start + _BODY : start + _BODY + 2]
                + data[start + _ID : start + _AFTER_ID]
                + data[start + _UID : start + _UID + 8]
            )
    return keys, False


def decode(key: DiagKey, protocol: Protocol) -> DiagSocket:
    """Read a key."""
    size = 4 if key[0] == socket.AF_INET else 16
    local_port, remote_port = _PORTS.unpack_from(key, 2)
    uid, inode = _UID_AND_INODE.unpack_from(key, 50)
    return DiagSocket(
        protocol=protocol,
        local_address=plain_address(key[6 : 6 + size]),
        local_port=local_port,
        remote_address=plain_address(key[22 : 22 + size]),
        remote_port=remote_port,
        state=_STATES[key[1]] if protocol is Protocol.TCP and key[1] < len(_STATES) else ConnectionState.UNSPECIFIED,
        uid=uid,
        inode=inode,
        cookie=_COOKIE.unpack_from(key, 42)[0],
    )


def _messages(data: bytes, sequence: int) -> Iterator[tuple[int, int, int, int]]:
    """Give start, end, type and flags of each message with this sequence number."""
    start = 0
    while start < len(data):
        if start + _BODY > len(data):
            raise ValueError("a netlink message that is cut short")
        length, kind, flags, number, _ = _HEADER.unpack_from(data, start)
        if length < _BODY or start + length > len(data):
            raise ValueError("a netlink message of an impossible length")
        if number == sequence:
            yield start, start + length, kind, flags
        start += (length + 3) & ~3
