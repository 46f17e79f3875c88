"""Who holds the sockets that many connections share: those that listen, and those of UDP without a fixed peer."""

from typing import Final, NamedTuple

from netmon.model import Process
from netmon_collector.host.holder_search import Grip, HolderSearch
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.seen_sockets import Seen

__all__ = ["SharedSockets"]

LIMIT: Final = 1_024


class _Holder(NamedTuple):
    cookie: int
    grip: Grip
    process: Process


class SharedSockets:
    """Their holders, as they were found the last time, by inode: one look tells whether that is so still."""

    def __init__(self, search: HolderSearch, table: ProcessTable) -> None:
        """Look with ``search``, and read processes with ``table``."""
        self._search = search
        self._table = table
        self._holders: dict[int, _Holder] = {}

    def find(self, seen: Seen) -> bool:
        """Take the process that held it the last time, if that is known and holds it still; tell whether it is so."""
        held = self._holders.get(seen.inode) if seen.is_listener or seen.is_unconnected else None
        if held is None or held.cookie != seen.cookie or not self._search.holds(held.grip, seen.inode):
            return False
        running = self._table.find(held.grip.pid)
        if running is None or running.id != held.process.id:
            return False
        seen.grip, seen.process = held.grip, running
        return True

    def keep(self, inode: int, cookie: int, grip: Grip, process: Process) -> None:
        """Remember who was found; of too many the oldest are forgotten."""
        self._holders[inode] = _Holder(cookie, grip, process)
        if len(self._holders) > LIMIT:
            del self._holders[next(iter(self._holders))]

    def note_acceptor(self, inode: int, process: Process) -> None:
        """Take who has accepted for who listens, where several hold the listener: one may only keep it (systemd)."""
        held = self._holders.get(inode)
        if held is None or held.process.id == process.id:
            return
        grip = self._search.grip_of(process.pid, inode)
        if grip is not None:
            self.keep(inode, held.cookie, grip, process)

    def process_ids(self) -> set[str]:
        """Give the ``Process.id`` of all that are remembered."""
        return {held.process.id for held in self._holders.values()}
