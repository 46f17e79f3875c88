"""The last counts of TCP sockets that are closed, as the kernel tells of each (sock_diag's destroy groups).

``struct tcp_info`` comes with it (net/core/sock_diag.c, sock_diag_broadcast_destroy), so that also a connection of 1 ms
is counted to the byte. No right is needed to listen; told are the sockets of this network namespace alone. A socket
that its program closes by a reset (SO_LINGER with 0 s) has lost ends and counts by then, and is left out.
"""

import errno
import socket
from collections.abc import Callable
from typing import Final

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.tcp_counts import SocketCounts
from netmon_collector.host.sock_diag import DiagSocket, SockDiag, split_messages
from netmon_collector.host.tcp_info import TcpInfo, find_info, read_info, told_of, with_ends

__all__ = ["SocketEndings", "open_socket_endings"]

# linux/netlink.h, linux/sock_diag.h
_NETLINK_SOCK_DIAG: Final = 4
_SOL_NETLINK: Final = 270
_NETLINK_ADD_MEMBERSHIP: Final = 1
_GROUPS: Final = (1, 3)
"""SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY."""
_SO_RCVBUFFORCE: Final = 33

_BUFFER_BYTES: Final = 4 << 20
"""Room for about 3,000 endings with the right to have it (CAP_NET_ADMIN), and for some 300 without (rmem_max)."""
_RECEIVE_BYTES: Final = 1 << 14
_AT_ONCE: Final = 4_096
"""How many messages one call takes."""
_KEPT: Final = 65_536
"""How many endings are kept until somebody takes them."""

_RECEIVE_QUEUE_AT: Final = 56
_TIME_WAITING: Final = frozenset({ConnectionState.FIN_WAIT_2, ConnectionState.TIME_WAIT})

Find = Callable[[Protocol, bytes, int, bytes, int], DiagSocket | None]
"""`SockDiag.find`."""


class SocketEndings:
    """A netlink socket on which the kernel tells of closed TCP sockets. Belongs to the thread that waits on it.

    ``lost_count``: how often there were more than the buffer holds; each time some endings were not told.
    """

    def __init__(self, *, find: Find | None = None) -> None:
        """Subscribe. ``find``: asked where nobody will know from packets whether the other side's FIN had come.

        Raises ``OSError`` where the system has no such groups, or refuses them.
        """
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG)
        self._find = find
        self._found: list[SocketCounts] = []
        self._is_complete = True
        self.lost_count = 0
        try:
            self._netlink.settimeout(0)
            self._netlink.bind((0, 0))
            self._widen()
            for group in _GROUPS:
                self._netlink.setsockopt(_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, group)
        except OSError:
            self._netlink.close()
            raise

    def fileno(self) -> int:
        """Give the descriptor that is readable when sockets were closed."""
        return self._netlink.fileno()

    def close(self) -> None:
        """Close the netlink socket."""
        self._netlink.close()

    def hear(self) -> int:
        """Read what the kernel tells, and keep it for `take`; give how many messages there were."""
        for count in range(_AT_ONCE):
            try:
                data = self._netlink.recv(_RECEIVE_BYTES)
            except BlockingIOError:
                return count
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._lose()
                continue
            self._found += parse_endings(data, self._find)
            if len(self._found) > _KEPT:
                del self._found[: _KEPT // 2]
                self._lose()
        return _AT_ONCE

    def take(self) -> tuple[list[SocketCounts], bool]:
        """Give the endings since the last call, oldest first, and whether none was lost among them."""
        self.hear()
        found, self._found = self._found, []
        is_complete, self._is_complete = self._is_complete, True
        return found, is_complete

    def _lose(self) -> None:
        self.lost_count += 1
        self._is_complete = False

    def _widen(self) -> None:
        try:
            self._netlink.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        except PermissionError:
            self._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)


def open_socket_endings(*, find: Find | None = None) -> SocketEndings | None:
    """Subscribe; None where the system has no such notifications or refuses them."""
    if not hasattr(socket, "AF_NETLINK"):
        return None
    try:
        return SocketEndings(find=find)
    except OSError:
        return None


def find_once(protocol: Protocol, local: bytes, local_port: int, remote: bytes, remote_port: int) -> DiagSocket | None:
    """Look up one socket; None where there is none, or the kernel does not say."""
    try:
        with SockDiag() as diag:
            return diag.find(protocol, local, local_port, remote, remote_port)
    except OSError:
        return None


def parse_endings(data: bytes, find: Find | None = None) -> list[SocketCounts]:
    """Read the sockets that were connected out of what netlink gave. Raises ``ValueError`` for what is no netlink."""
    found: list[SocketCounts] = []
    messages, _ = split_messages(data, 0)
    for start, end in messages:
        at, length = find_info(data, start, end)
        if not at:
            continue
        info = read_info(data, at + 4, length - 4)
        row = with_ends(data, start, told_of(info, info.received_bytes), max(0, info.received_bytes))
        if not row.local_port or not row.remote_port:
            continue
        unread = int.from_bytes(data[start + _RECEIVE_QUEUE_AT : start + _RECEIVE_QUEUE_AT + 4], "little")
        if info.received_bytes > 0 and _counts_a_fin(info, unread, row, find):
            row = row._replace(told=told_of(info, info.received_bytes - 1))
        found.append(row)
    return found


def _counts_a_fin(info: TcpInfo, unread: int, row: SocketCounts, find: Find | None) -> bool:
    """Tell from a closed socket alone whether the other side's FIN is among the bytes that it received.

    What the program has not read is the FIN alone, or data that it threw away. Where it read all, a FIN of ours that
    was acknowledged says that the connection ended in order: of the side that closed second the other's FIN came
    before. The side that closed first leaves a socket that waits (net/ipv4/tcp.c, tcp_time_wait), mostly before the
    other's FIN comes; not if the program shut down one way and read to the end.
    """
    if unread:
        return unread == 1
    payload = info.sent_bytes - info.retransmitted_bytes
    beyond = info.acked_bytes - payload  # SYN, of the side that opened, and FIN
    if beyond <= 0:
        return False
    if find is None:
        return False  # left to whoever saw the packets
    after = find(Protocol.TCP, row.local_address, row.local_port, row.remote_address, row.remote_port)
    # Its cookie is its own where nobody had asked for the socket's before (net/core/sock_diag.c: made when asked for).
    if after is not None and after.state in _TIME_WAITING:
        return False
    return beyond > 1 or (after is not None and after.state is ConnectionState.LISTEN)
