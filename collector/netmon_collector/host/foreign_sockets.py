"""Sockets of other network namespaces, by ``/proc/PID/net`` of one process in each: no setns, no capability for it.

CPU of one look (2 cores, Linux 6.18, 110 processes in 5 namespaces): 0.9 ms to group the processes, and 5 ms for a
namespace whose sockets are read. Most of that is the kernel's: it walks one hash table of all namespaces' TCP sockets.
"""

import re
import socket
from collections import defaultdict
from typing import Final

from netmon.model import Process
from netmon_collector.core.sockets import ForeignPlace, ForeignScan, SocketRow
from netmon_collector.host.descriptors import find_holders, list_pids, network_namespace_of
from netmon_collector.host.ports import ForeignListing
from netmon_collector.host.proc_net import TABLES, decode_line, parse_table
from netmon_collector.host.processes import ProcessTable

__all__ = ["AT_ONCE", "ForeignSockets"]

AT_ONCE: Final = 16
"""How many namespaces are looked into in one go; the others have their turn the next time."""

_NO_INODE: Final = b"0"
# net/ipv4/fib_trie.c: a leaf, and below it what it is good for. Broadcasts and networks are no host's own.
_OWN_IPV4: Final = re.compile(rb"\|-- (\d+\.\d+\.\d+\.\d+)\n +/32 host LOCAL")
_LOOPBACK6: Final = bytes(15) + b"\1"


class ForeignSockets:
    """Looks into the namespaces of other processes, a few at a time. Belongs to one thread."""

    def __init__(self, table: ProcessTable) -> None:
        """Name processes from ``table``, which is nobody else's."""
        self._table = table
        self._seen: frozenset[int] = frozenset()
        self._processes: dict[str, Process] = {}

    def look(self, now_wall: float, wanted: frozenset[bytes]) -> ForeignListing:
        """List TCP and UDP sockets of up to `AT_ONCE` other namespaces that have one of the ``wanted`` addresses.

        What may not be read is left out.
        """
        self._table.begin(now_wall)
        self._processes = {}
        places = {
            number: pids for number, pids in _namespaces().items() if not wanted.isdisjoint(_addresses(_root(pids)))
        }
        turn = sorted(places, key=lambda number: (number in self._seen, number))[:AT_ONCE]
        is_round_done = len(turn) == len(places) or any(number in self._seen for number in turn)
        self._seen = frozenset(turn) if is_round_done else self._seen | frozenset(turn)
        found = tuple(self._place(places[number]) for number in turn)
        self._table.prune(self._processes)
        return ForeignListing(
            scan=ForeignScan(places=found, start_time=now_wall, left_out_count=len(places) - len(turn)),
            processes=tuple(self._processes.values()),
        )

    def _place(self, pids: list[int]) -> ForeignPlace:
        root = _root(pids)
        tables = [(protocol, parse_table(_read(f"{root}/{name}"))) for name, protocol in TABLES]
        inodes = frozenset(line[3] for _, lines in tables for line in lines) - {_NO_INODE}
        holders = {inode: self._names(held) for inode, held in find_holders(pids, inodes).items()}
        rows: list[SocketRow] = [
            decode_line(line, protocol, holders.get(line[3], ())) for protocol, lines in tables for line in lines
        ]
        return ForeignPlace(rows=tuple(rows), addresses=_addresses(root))

    def _names(self, pids: list[int]) -> tuple[str, ...]:
        processes = [process for pid in pids if (process := self._table.find(pid)) is not None]
        processes.sort(key=lambda process: (process.start_time, process.pid))
        self._processes.update((process.id, process) for process in processes)
        return tuple(process.id for process in processes)


def _root(pids: list[int]) -> str:
    return f"/proc/{pids[0]}/net"


def _namespaces() -> dict[int, list[int]]:
    """Give the pids in each network namespace but ours, by the inode that stands for it."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for pid in sorted(list_pids()):
        number = network_namespace_of(str(pid))
        if number:
            found[number].append(pid)
    found.pop(network_namespace_of("self"), None)
    return dict(found)


def _addresses(root: str) -> frozenset[bytes]:
    """Give a namespace's own addresses, without loopback, which no packet that passes has."""
    ipv4 = {socket.inet_aton(text.decode()) for text in _OWN_IPV4.findall(_read(f"{root}/fib_trie"))}
    lines = _read(f"{root}/if_inet6").split(b"\n")
    ipv6 = {bytes.fromhex(line[:32].decode()) for line in lines if len(line) > 32}
    return frozenset({address for address in ipv4 if address[0] != 127} | (ipv6 - {_LOOPBACK6}))


def _read(path: str) -> bytes:
    # No IPv6 in this kernel, or the process has ended meanwhile: ESRCH or EINVAL.
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path interns each pid
            return file.read()
    except OSError:
        return b""
