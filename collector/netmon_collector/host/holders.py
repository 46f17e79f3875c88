"""Who holds which socket, kept from listing to listing: descriptors are walked only where something is new."""

import os
from collections.abc import Collection
from typing import Final, NamedTuple

from netmon.model import OwnerWay, Process
from netmon_collector.host.descriptors import DescriptorWalk, list_pids
from netmon_collector.host.ports import HolderSource
from netmon_collector.host.processes import ProcessTable

__all__ = ["FULL_WALK_SECONDS", "WALK", "HolderChoice", "HolderIds", "SocketHolders"]

FULL_WALK_SECONDS = 30.0
"""After this long every process is looked into again: a socket may have been handed to another one."""

HolderIds = tuple[str, ...]
"""``Process.id`` of who holds a socket, the process that started first in front."""


class HolderChoice(NamedTuple):
    """Who tells the holders of sockets; ``reason``: why it is not the kernel's own list."""

    source: HolderSource
    reason: str = ""


WALK: Final = HolderChoice(DescriptorWalk(), "not asked for")


class SocketHolders:
    """The holders of sockets by inode.

    A source that tells of all processes at once is asked each time. Otherwise descriptors are walked, only when an
    inode is new or a holder has ended: first those of processes that hold sockets or came since the last full walk;
    then, if an inode is unexplained, all.
    """

    def __init__(self, table: ProcessTable, choice: HolderChoice = WALK) -> None:
        """Name processes from ``table``, whose rounds this object begins."""
        self._table = table
        self._whole = choice.source if choice.source.is_whole else None
        self._walker = DescriptorWalk() if choice.source.is_whole else choice.source
        self._reason = choice.reason
        self._holders: dict[bytes, HolderIds] = {}
        self._told: dict[bytes, list[int]] | None = None
        self._processes: dict[str, Process] = {}
        self._settled_pids: frozenset[int] = frozenset()
        self._full_walk_time = float("-inf")

    def begin(self, now_wall: float) -> None:
        """Begin a round, before sockets are listed: a socket that is listed is held by then, or has gone."""
        self._table.begin(now_wall)

    def update(self, inodes: frozenset[bytes], now_wall: float) -> None:
        """Find who holds these inodes, and forget the others."""
        self._find(inodes, now_wall)
        named = set[str]().union(*set(self._holders.values()))
        self._processes = {key: process for key, process in self._processes.items() if key in named}
        self._table.prune(self._processes)

    def of(self, inode: bytes) -> HolderIds:
        """Give who holds a socket; empty where nobody was found."""
        return self._holders.get(inode, ())

    def processes(self) -> tuple[Process, ...]:
        """Give all processes that hold one of the sockets."""
        return tuple(self._processes.values())

    def way(self) -> OwnerWay:
        """Say whether the kernel's own list of open files is in use, and why it is not."""
        return OwnerWay(name="task_file", in_use=self._whole is not None and not self._reason, reason=self._reason)

    def forget(self) -> None:
        """Read everything anew in the next round."""
        self._table.forget_all()
        self._holders.clear()
        self._told = None
        self._full_walk_time = float("-inf")

    def _find(self, inodes: frozenset[bytes], now_wall: float) -> None:
        """Bring ``self._holders`` up to date: an entry for each inode that was looked for, empty if nobody has it."""
        if self._whole is not None and self._find_whole(self._whole, inodes):
            return
        is_full = not 0 <= now_wall - self._full_walk_time < FULL_WALK_SECONDS
        self._holders = {} if is_full else self._still_held(inodes)
        unknown = inodes - self._holders.keys()
        if not unknown:
            return
        known: dict[bytes, HolderIds | None] = {**self._holders}
        pids = list_pids()
        if not is_full:
            holding = {process.pid for process in self._processes.values()}
            likely = {pid for pid in pids if pid in holding or pid not in self._settled_pids}
            found = self._walk(likely, inodes)
            is_full = not unknown <= found.keys()
            known.update((inode, holders) for inode, holders in found.items() if holders)
        if is_full:
            # An empty entry says that nobody was found, so that no later listing walks for it again.
            known = dict.fromkeys(inodes, ()) | self._walk(pids, inodes)
            self._settled_pids = pids
            self._full_walk_time = now_wall
        self._holders = {inode: holders for inode, holders in known.items() if holders is not None}

    def _find_whole(self, source: HolderSource, inodes: frozenset[bytes]) -> bool:
        """Ask for all holders at once; False where the system refuses this time."""
        try:
            told = source.find(inodes)
        except OSError as error:
            self._reason = f"the kernel refused: {os.strerror(error.errno or 0)}"
            self._told = None
            return False
        self._reason = ""
        if told is self._told and not self._ended():
            return True
        held = self._name(told)
        # One that began after this round is named in the next: what names all may be kept.
        pids = {pid for holder_pids in told.values() for pid in holder_pids}
        self._told = told if all(self._table.find(pid) is not None for pid in pids) else None
        self._holders = {inode: holders or () for inode, holders in held.items()}
        return True

    def _still_held(self, inodes: frozenset[bytes]) -> dict[bytes, HolderIds]:
        """Give what is known of these inodes, but for sockets of which a holder has ended."""
        ended = self._ended()
        return {
            inode: holders
            for inode, holders in self._holders.items()
            if inode in inodes and (not ended or ended.isdisjoint(holders))
        }

    def _ended(self) -> set[str]:
        """Give which holders have ended, and read the others where they have changed."""
        ended: set[str] = set()
        for key, process in self._processes.items():
            now = self._table.find(process.pid)
            if now is None or now.id != key:
                ended.add(key)
            else:
                self._processes[key] = now
        return ended

    def _walk(self, pids: Collection[int], inodes: frozenset[bytes]) -> dict[bytes, HolderIds | None]:
        """Look into processes; give what they hold of ``inodes``, None for holders that cannot be told yet."""
        return self._name(self._walker.find(inodes, pids))

    def _name(self, found: dict[bytes, list[int]]) -> dict[bytes, HolderIds | None]:
        """Give who these pids are, None for holders that cannot be told yet."""
        held: dict[bytes, HolderIds | None] = {}
        named: dict[tuple[int, ...], HolderIds | None] = {}  # most sockets share their holders with others
        for inode, holder_pids in found.items():
            key = tuple(holder_pids)
            if key in named:
                held[inode] = named[key]
                continue
            # Read after the descriptors: whoever took over the pid meanwhile started after this round began.
            processes = [process for pid in holder_pids if (process := self._table.find(pid)) is not None]
            processes.sort(key=lambda process: (process.start_time, process.pid))
            self._processes.update((process.id, process) for process in processes)
            held[inode] = named[key] = tuple(process.id for process in processes) or None
        return held
