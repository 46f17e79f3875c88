"""Who holds the sockets that many connections share: those that listen, and those of UDP without a fixed peer."""

from itertools import islice
from typing import Final, NamedTuple

from netmon.model import Process
from netmon_collector.host.holder_search import Grip, HolderSearch
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.seen_sockets import Seen

__all__ = ["SharedSockets"]

LIMIT: Final = 1_024

CHECKED: Final = 64
"""Of so many a sweep makes sure that they are there still, 3 us each."""


class _Holder(NamedTuple):
    """``is_acceptor``: it is known to have accepted calls."""

    cookie: int
    grip: Grip
    process: Process
    is_acceptor: bool


class SharedSockets:
    """Their holders, as they were found the last time, by inode: one look tells whether that is so still."""

    def __init__(self, search: HolderSearch, table: ProcessTable) -> None:
        """Look with ``search``, and read processes with ``table``."""
        self._search = search
        self._table = table
        self._holders: dict[int, _Holder] = {}
        self._acceptors: dict[int, Process] = {}
        """By port."""
        self._vain: dict[tuple[int, str], None] = {}
        """Listeners, and who accepts on their port and does not hold them (SO_REUSEPORT)."""

    def find(self, seen: Seen) -> bool:
        """Take the process that held it the last time, if that is known and holds it still; tell whether it is so.

        Of several that hold a listener, of whom one may only keep it (systemd), the one that accepts.
        """
        held = self._holders.get(seen.inode) if seen.is_listener or seen.is_unconnected else None
        if held is None or held.cookie != seen.cookie or not self._search.holds(held.grip, seen.inode):
            return False
        if seen.is_listener and not held.is_acceptor:
            held = self._compare(seen, held)
        running = self._table.find(held.grip.pid)
        if running is None or running.id != held.process.id:
            return False
        seen.grip, seen.process = held.grip, running
        return True

    def keep(self, inode: int, cookie: int, grip: Grip, process: Process, *, is_acceptor: bool = False) -> "_Holder":
        """Remember who was found; of too many the oldest are forgotten."""
        held = self._holders[inode] = _Holder(cookie, grip, process, is_acceptor)
        if len(self._holders) > LIMIT:
            del self._holders[next(iter(self._holders))]
        return held

    def note_acceptor(self, port: int, process: Process) -> None:
        """Take who has accepted a call to a port; whether the listener is there too is looked at when that matters."""
        self._acceptors.pop(port, None)
        self._acceptors[port] = process
        if len(self._acceptors) > LIMIT:
            del self._acceptors[next(iter(self._acceptors))]

    def sweep(self) -> None:
        """Forget some of those that are gone."""
        for inode in list(islice(self._holders, CHECKED)):
            held = self._holders.pop(inode)
            if self._search.holds(held.grip, inode):
                self._holders[inode] = held
        for port in list(islice(self._acceptors, CHECKED)):
            acceptor = self._acceptors.pop(port)
            if not self._search.has_ended(acceptor.pid):
                self._acceptors[port] = acceptor

    def _compare(self, seen: Seen, held: _Holder) -> _Holder:
        """Give who accepts in place of who keeps a listener, if that one holds it too: looked into once."""
        acceptor = self._acceptors.get(seen.key.local_port)
        if acceptor is None or (seen.inode, acceptor.id) in self._vain or not self._search.is_left:
            return held
        grip = held.grip if acceptor.id == held.process.id else self._search.grip_of(acceptor.pid, seen.inode)
        if grip is not None:
            return self.keep(seen.inode, seen.cookie, grip, acceptor, is_acceptor=True)
        self._vain[seen.inode, acceptor.id] = None
        if len(self._vain) > LIMIT:
            del self._vain[next(iter(self._vain))]
        return held

    def process_ids(self) -> set[str]:
        """Give the ``Process.id`` of all that are remembered."""
        return {held.process.id for held in self._holders.values()} | {one.id for one in self._acceptors.values()}
