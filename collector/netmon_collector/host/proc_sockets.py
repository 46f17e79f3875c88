"""Sockets and their owners from Linux's ``/proc`` alone, without walking over all descriptors each time.

``psutil.net_connections`` reads ``/proc/*/fd`` of every process at each call, and of several holders of a socket it
names the one with the highest pid: a worker in place of its server. CPU of one listing, measured beside it (2 cores,
Linux 6.18, 80 processes, all sockets in one; psutil without looking up processes):

    sockets   nothing new   a new socket   full walk   psutil
         30        4.2 ms         4.6 ms      5.6 ms   6.3 ms
        130        5.3 ms         6.3 ms      6.1 ms   6.5 ms
      2,030        9.8 ms          20 ms       24 ms    31 ms
      6,030         23 ms          61 ms       66 ms   103 ms

4 ms of each is the kernel's, which goes through its whole hash table for each of the two TCP files.
"""

from pathlib import Path

from netmon.model import OwnerWay, Protocol
from netmon_collector.core.sockets import SocketRow, SocketScan
from netmon_collector.host.holders import WALK, HolderChoice, HolderIds, SocketHolders
from netmon_collector.host.ports import Listing
from netmon_collector.host.proc_net import TABLES, SocketLine, decode_line, parse_table
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.raw_sockets import RAW_PROTOCOLS, is_forwarding, read_raw_tables
from netmon_collector.host.tunnels import TunHolders
from netmon_collector.host.visibility import sees_all_users

_NO_INODE = b"0"

_HeldRow = tuple[HolderIds, SocketRow]


class ProcSocketLister:
    """Lists sockets from the tables in ``/proc/net`` and their holders from ``/proc/PID/fd``."""

    name = "procfs"

    def __init__(self, table: ProcessTable, choice: HolderChoice = WALK) -> None:
        """Name processes from ``table``, whose rounds this lister begins; ``choice``: who tells the holders."""
        self._holders = SocketHolders(table, choice)
        self._tuns = TunHolders(table)
        self._rows: dict[str, dict[SocketLine, _HeldRow]] = {}

    @property
    def holder_ways(self) -> tuple[OwnerWay, ...]:
        """Whether the kernel's own list of open files is in use."""
        return (self._holders.way(),)

    def list_sockets(self, now_wall: float) -> Listing:
        """List all TCP, UDP, raw, ping and packet sockets of this network namespace.

        Raises ``OSError`` where ``/proc/net`` cannot be read.
        """
        self._holders.begin(now_wall)
        tables = [(name, protocol, parse_table(_read_table(name))) for name, protocol in TABLES]
        raw = read_raw_tables()
        inodes = frozenset(line[3] for _, _, lines in tables for line in lines) - {_NO_INODE} | raw.inodes
        self._holders.update(inodes, now_wall)
        rows: list[SocketRow] = []
        for name, protocol, lines in tables:
            self._rows[name] = self._make_rows(lines, protocol, self._rows.get(name, {}))
            rows += [row for _, row in self._rows[name].values()]
        return Listing(
            scan=SocketScan(
                rows=(*rows, *raw.rows(self._holders)),
                start_time=now_wall,
                sees_all_users=sees_all_users(),
                protocols=frozenset({Protocol.TCP, Protocol.UDP}) | RAW_PROTOCOLS,
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

    def _make_rows(
        self, lines: list[SocketLine], protocol: Protocol, before: dict[SocketLine, _HeldRow]
    ) -> dict[SocketLine, _HeldRow]:
        """Make rows; the ones from the last listing again where nothing changed, which is most of the work."""
        rows: dict[SocketLine, _HeldRow] = {}
        for line in lines:
            holders = self._holders.of(line[3])
            held = before.get(line)
            if held is None or held[0] != holders:
                held = (holders, decode_line(line, protocol, holders))
            rows[line] = held
        return rows


def _read_table(name: str) -> bytes:
    try:
        return Path(f"/proc/net/{name}").read_bytes()
    except FileNotFoundError:
        # A kernel without IPv6 has no tcp6 and no udp6 (tcp itself is always there).
        if name.endswith("6"):
            return b""
        raise
