"""Sockets from sock_diag netlink, and their holders from ``/proc/PID/fd``.

CPU of one listing, beside the same from the text in ``/proc/net`` (2 cores, Linux 6.18, all sockets in one process):

    sockets   nothing new          a new socket
         14   0.6 ms  (3.6 ms)     1.0 ms  (4.0 ms)
      1,030   2.6 ms  (6.0 ms)     7.2 ms   (11 ms)
      6,050    15 ms   (23 ms)      51 ms   (58 ms)

What is left of a new socket's is the walk over the descriptors of the processes that may hold it.
"""

import socket
from collections.abc import Callable
from typing import Final

from netmon.model import OwnerWay, Protocol
from netmon_collector.core.sockets import SocketRow, SocketScan
from netmon_collector.host.holders import WALK, HolderChoice, HolderIds, SocketHolders
from netmon_collector.host.ports import Listing
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.raw_sockets import RAW_PROTOCOLS, is_forwarding, read_raw_tables
from netmon_collector.host.sock_diag import DiagKey, DiagSocket, SockDiag, decode
from netmon_collector.host.tunnels import TunHolders
from netmon_collector.host.visibility import sees_all_users

__all__ = ["DiagSocketLister"]

_TABLES: Final = tuple(
    (protocol, family)
    for protocol in (Protocol.TCP, Protocol.UDP, Protocol.SCTP)
    for family in (socket.AF_INET, socket.AF_INET6)
)
_LISTED: Final = frozenset({Protocol.TCP, Protocol.UDP}) | RAW_PROTOCOLS
_TRIES: Final = 3
_NO_INODE: Final = b"0"

_HeldRow = tuple[bytes, HolderIds, SocketRow]
"""Inode, holders, row."""


class DiagSocketLister:
    """Lists sockets by dumps of sock_diag; rows are kept by what identifies a socket, its cookie among it."""

    name = "sock_diag"

    def __init__(
        self, table: ProcessTable, open_diag: Callable[[], SockDiag] = SockDiag, choice: HolderChoice = WALK
    ) -> None:
        """Name processes from ``table``, whose rounds this lister begins; ask through ``open_diag``, anew each time.

        ``choice``: who tells the holders of sockets.
        """
        self._open_diag = open_diag
        self._holders = SocketHolders(table, choice)
        self._tuns = TunHolders(table)
        self._rows: dict[DiagKey, _HeldRow] = {}
        self._has_sctp = True

    @property
    def holder_ways(self) -> tuple[OwnerWay, ...]:
        """Whether the kernel's own list of open files is in use."""
        return (self._holders.way(),)

    def list_sockets(self, now_wall: float) -> Listing:
        """List all sockets of this network namespace. Raises ``OSError`` where the kernel gives none.

        Of TCP, UDP and (where the kernel has it) SCTP from sock_diag; raw, ping and packet sockets from ``/proc/net``.
        """
        self._holders.begin(now_wall)
        with self._open_diag() as diag:
            tables = [(protocol, self._dump(diag, protocol, family)) for protocol, family in _TABLES]
        raw = read_raw_tables()
        before = self._rows
        fresh: dict[DiagKey, tuple[bytes, DiagSocket]] = {}
        for protocol, keys in tables:
            for key in keys:
                if key not in before:
                    found = decode(key, protocol)
                    fresh[key] = (b"%d" % found.inode, found)
        inodes = {before[key][0] for _, keys in tables for key in keys if key in before}
        inodes |= {inode for inode, _ in fresh.values()}
        self._holders.update(frozenset(inodes) - {_NO_INODE} | raw.inodes, now_wall)
        rows: dict[DiagKey, _HeldRow] = {}
        for protocol, keys in tables:
            for key in keys:
                known = before.get(key)
                inode = known[0] if known is not None else fresh[key][0]
                holders = self._holders.of(inode)
                if known is None or known[1] != holders:
                    found = fresh[key][1] if known is None else decode(key, protocol)
                    known = (inode, holders, _row(found, holders))
                rows[key] = known
        self._rows = rows
        return Listing(
            scan=SocketScan(
                rows=(*(row for _, _, row in rows.values()), *raw.rows(self._holders)),
                start_time=now_wall,
                sees_all_users=sees_all_users(),
                protocols=_LISTED | {Protocol.SCTP} if self._has_sctp else _LISTED,
                packet_sockets=raw.packet_rows(self._holders),
                tun_holder_ids=self._tuns.find(now_wall),
                is_forwarding=is_forwarding(),
            ),
            processes=self._holders.processes(),
        )

    def forget_caches(self) -> None:
        """Read everything anew in the next listing."""
        self._holders.forget()
        self._rows.clear()
        self._has_sctp = True

    def _dump(self, diag: SockDiag, protocol: Protocol, family: socket.AddressFamily) -> list[DiagKey]:
        if protocol is not Protocol.SCTP:
            return _dump(diag, protocol, family)
        if not self._has_sctp:
            return []  # asked each time, the kernel would start modprobe each time (sock_diag_lock_handler)
        try:
            return _dump(diag, protocol, family)
        except FileNotFoundError:
            self._has_sctp = False
            return []


def _dump(diag: SockDiag, protocol: Protocol, family: socket.AddressFamily) -> list[DiagKey]:
    for left in reversed(range(_TRIES)):
        try:
            return diag.dump(protocol, family)
        except InterruptedError:
            if not left:
                raise
        except FileNotFoundError:
            if family == socket.AF_INET6:
                break  # a kernel without IPv6
            raise
    return []


def _row(found: DiagSocket, holders: HolderIds) -> SocketRow:
    return SocketRow(
        protocol=found.protocol,
        local_address=found.local_address,
        local_port=found.local_port,
        remote_address=found.remote_address if found.remote_port else None,
        remote_port=found.remote_port,
        state=found.state,
        process_id=holders[0] if holders else "",
        holder_ids=holders[1:],
    )
