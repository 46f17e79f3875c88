"""Sockets and their owners from psutil: the portable way, which works wherever psutil does."""

import socket
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import psutil

from netmon.model import ConnectionState, OwnerWay, Process, Protocol
from netmon_collector.core.sockets import SocketRow, SocketScan
from netmon_collector.host.ports import Listing
from netmon_collector.host.proc_net import plain_address
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.visibility import sees_all_users

_STATES: dict[str, ConnectionState] = {
    psutil.CONN_ESTABLISHED: ConnectionState.ESTABLISHED,
    psutil.CONN_SYN_SENT: ConnectionState.SYN_SENT,
    psutil.CONN_SYN_RECV: ConnectionState.SYN_RECV,
    psutil.CONN_FIN_WAIT1: ConnectionState.FIN_WAIT_1,
    psutil.CONN_FIN_WAIT2: ConnectionState.FIN_WAIT_2,
    psutil.CONN_TIME_WAIT: ConnectionState.TIME_WAIT,
    psutil.CONN_CLOSE: ConnectionState.CLOSED,
    psutil.CONN_CLOSE_WAIT: ConnectionState.CLOSE_WAIT,
    psutil.CONN_LAST_ACK: ConnectionState.LAST_ACK,
    psutil.CONN_LISTEN: ConnectionState.LISTEN,
    psutil.CONN_CLOSING: ConnectionState.CLOSING,
}
_PROTOCOLS = {socket.SOCK_STREAM: Protocol.TCP, socket.SOCK_DGRAM: Protocol.UDP}


class _Ends(NamedTuple):
    """What can be told of a socket from outside."""

    protocol: Protocol
    local_address: bytes
    local_port: int
    remote_address: bytes | None
    remote_port: int
    state: ConnectionState


class PsutilSocketLister:
    """Lists sockets with ``psutil.net_connections``.

    ``is_one_row_a_socket``: psutil gives each socket once, with one of its holders, as it does on Linux (equal rows are
    then different sockets: SO_REUSEPORT). Elsewhere it asks each process for its sockets, so a shared one comes once
    for each holder.
    """

    name = "psutil"

    def __init__(self, table: ProcessTable, *, is_one_row_a_socket: bool = sys.platform.startswith("linux")) -> None:
        """Name processes from ``table``, whose rounds this lister begins."""
        self._table = table
        self._is_one_row_a_socket = is_one_row_a_socket
        self._rows: dict[tuple[_Ends, tuple[str, ...]], SocketRow] = {}
        """Those of the newest listing: what has not changed stays the same object, and is not handed over again."""

    @property
    def holder_ways(self) -> tuple[OwnerWay, ...]:
        """None: psutil gives sockets with their holders."""
        return ()

    def list_sockets(self, now_wall: float) -> Listing:
        """List all TCP and UDP sockets; only what may be seen where psutil may not list all."""
        self._table.begin(now_wall)
        is_privileged = sees_all_users()
        try:
            found = list(_all_sockets())
            is_complete = True
        except psutil.AccessDenied:
            # macOS: refused as a whole to an ordinary user, and to root now and then by a process that just exits.
            found = list(_sockets_of_each_process())
            is_complete = is_privileged
        processes: dict[str, Process] = {}
        rows: list[SocketRow] = []
        before, self._rows = self._rows, {}
        for ends, pids in self._group(found):
            holders = [process for pid in pids if (process := self._table.find(pid)) is not None]
            holders.sort(key=lambda process: (process.start_time, process.pid))
            processes.update((process.id, process) for process in holders)
            key = ends, tuple(process.id for process in holders)
            self._rows[key] = row = before.get(key) or _row(*key)
            rows.append(row)
        self._table.prune(processes)
        return Listing(
            scan=SocketScan(
                rows=tuple(rows), start_time=now_wall, is_complete=is_complete, sees_all_users=is_privileged
            ),
            processes=tuple(processes.values()),
        )

    def forget_caches(self) -> None:
        """Read every process anew in the next listing."""
        self._table.forget_all()

    def _group(self, found: list[tuple[_Ends, int | None]]) -> Iterator[tuple[_Ends, list[int]]]:
        """Give each socket with the pids that hold it."""
        shared: dict[_Ends, list[int]] = {}
        for ends, pid in found:
            pids = [pid] if pid is not None else []
            if ends.remote_address is None and self._is_one_row_a_socket:
                yield ends, pids
            else:
                shared.setdefault(ends, []).extend(pids)
        yield from shared.items()


def _all_sockets() -> Iterator[tuple[_Ends, int | None]]:
    for connection in psutil.net_connections("inet"):
        ends = _ends(connection.type, connection.laddr, connection.raddr, connection.status)
        if ends is not None:
            yield ends, connection.pid


def _sockets_of_each_process() -> Iterator[tuple[_Ends, int | None]]:
    for process in psutil.process_iter():
        try:
            connections = process.net_connections("inet")
        except psutil.Error:
            continue
        for connection in connections:
            ends = _ends(connection.type, connection.laddr, connection.raddr, connection.status)
            if ends is not None:
                yield ends, process.pid


def _ends(kind: int, local: tuple[object, ...], remote: tuple[object, ...], status: str) -> _Ends | None:
    """Turn psutil's ``(ip, port)`` pairs into packed addresses; None for what is not bound to anything."""
    protocol = _PROTOCOLS.get(socket.SocketKind(kind))
    if protocol is None or not local:
        return None
    local_address, local_port = _packed(local)
    remote_address, remote_port = _packed(remote) if remote else (None, 0)
    is_tcp = protocol is Protocol.TCP
    return _Ends(
        protocol=protocol,
        local_address=local_address,
        local_port=local_port,
        remote_address=remote_address if remote_port else None,
        remote_port=remote_port,
        state=_STATES.get(status, ConnectionState.UNSPECIFIED) if is_tcp else ConnectionState.UNSPECIFIED,
    )


def _packed(pair: tuple[object, ...]) -> tuple[bytes, int]:
    text, port = pair
    return _address(str(text)), int(str(port))


@lru_cache(maxsize=512)
def _address(text: str) -> bytes:
    text = text.partition("%")[0]  # macOS writes a zone id behind a link-local one, and "*" for any in some versions
    if text in {"", "*"}:
        return bytes(4)
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return plain_address(socket.inet_pton(family, text))


def _row(ends: _Ends, holder_ids: tuple[str, ...]) -> SocketRow:
    return SocketRow(
        protocol=ends.protocol,
        local_address=ends.local_address,
        local_port=ends.local_port,
        remote_address=ends.remote_address,
        remote_port=ends.remote_port,
        state=ends.state,
        process_id=holder_ids[0] if holder_ids else "",
        holder_ids=holder_ids[1:],
    )
