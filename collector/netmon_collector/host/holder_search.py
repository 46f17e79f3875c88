"""Which process holds a socket that has just been made: likely ones are looked into, within a budget."""

import os
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from netmon_collector.host.descriptors import list_pids
from netmon_collector.host.young_processes import YoungProcesses

__all__ = ["Grip", "HolderSearch"]

LINKS_A_CALL: Final = 1_500
"""How much one search may read: a link below ``/proc/PID/fd`` takes 1.2 us, so this is 2 ms."""
LINKS_A_SECOND: Final = 30_000
"""How much all searches may read: 36 ms of each second."""

_OPENING: Final = 8
"""Opening and listing a directory costs as much as this many links."""

_LISTING: Final = 100
"""Listing the processes, likewise."""

_WIDE_SECONDS: Final = 0.25
"""How seldom others than the likely ones are looked into."""

_NEWBORN_SECONDS: Final = 0.1
_RECENT_LIMIT: Final = 32
_DULL_SECONDS: Final = 10.0
"""For how long whoever had no socket is not looked into again; of the young ones they only come last: between its
begin and its first socket a process takes 0.1 s to load its libraries, and more on a busy machine (measured there:
two thirds of all holders had been looked into too early)."""
_NEIGHBOURS: Final = 3
_FAMILY_LIMIT: Final = 64
"""Parents whose children's descriptors are remembered, and how many children one search guesses for."""

_SEARCHED_LIMIT: Final = 4_096
"""Inodes that are known to be those of other connections: a young process has few."""

_OPEN_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Grip(NamedTuple):
    """A process's hand on a socket: the descriptor under which it holds it."""

    pid: int
    descriptor: int


class HolderSearch:
    """Finds who holds a socket, by its inode, the likely ones first: the newborn, and who was found last.

    It never goes through all processes: what the budget leaves out is counted, and left to a listing. Times are
    monotonic seconds.
    """

    def __init__(self, young: YoungProcesses, root: str = "/proc") -> None:
        """Look into processes below ``root``."""
        self._young = young
        self._root = root
        self._recent: dict[int, int] = {}
        self._usual: dict[int, int] = {}
        self._searched: dict[int, None] = {}
        self._dull: dict[int, float] = {}
        self._dull_swept_at = float("-inf")
        self._was_recent = False
        self._links = float(LINKS_A_SECOND)
        self._refilled_at = float("-inf")
        self._wide_after = float("-inf")
        self._left_in_call = 0
        self.left_out_count = 0
        """Searches that ended without a holder because the budget was used up."""

    def remember(self, pid: int, descriptor: int = -1) -> None:
        """Say that a process holds sockets, one of them under ``descriptor``; -1: where the last one was found."""
        before = self._recent.pop(pid, -1)
        self._recent[pid] = before if descriptor < 0 else descriptor
        while len(self._recent) > _RECENT_LIMIT:
            del self._recent[next(iter(self._recent))]

    def holds(self, grip: Grip, inode: int) -> bool:
        """Tell whether a process still has its hand on a socket. 3 us."""
        return self._target(grip) == f"socket:[{inode}]"

    @property
    def is_left(self) -> bool:
        """Whether the budget suffices for `grip_of`."""
        return self._links >= LINKS_A_CALL

    def grip_of(self, pid: int, inode: int) -> Grip | None:
        """Look for a socket in one process, within the budget."""
        if not self.is_left:
            return None
        self._left_in_call = LINKS_A_CALL
        descriptor = self._look(pid, f"socket:[{inode}]", self._refilled_at)
        self._links = max(0.0, self._links - (LINKS_A_CALL - self._left_in_call))
        return None if descriptor is None else Grip(pid, descriptor)

    def has_ended(self, pid: int) -> bool:
        """Tell whether a process is over, also where nobody has waited for it: it has no program then (exit_mm)."""
        try:
            os.readlink(f"{self._root}/{pid}/exe")  # noqa: PTH115 - as below
        except (FileNotFoundError, ProcessLookupError):
            return True
        except OSError:
            return False  # another user's, or a path beyond 4 kB
        return False

    def search(
        self,
        inode: int,
        now: float,
        *,
        born_after: float | None = None,
        born_before: float | None = None,
        is_wide: bool = True,
        most_links: int = LINKS_A_CALL,
    ) -> Grip | None:
        """Find a holder; None: none of the likely ones, or the budget is used up.

        ``born_after``: whoever began since is the likeliest (a server forks for each caller); None: no such thing is
        known. ``born_before``: whoever began later did not make it, and comes after the likely ones; None: not known.
        ``is_wide``: where no likely one has it, look into others too, as far as the budget goes. ``most_links``: how
        much it may read; one that may read less is a try, and not counted as left out.
        """
        self._refill(now)
        self._forget_ended()
        self._left_in_call = min(most_links, int(self._links))
        granted = self._left_in_call
        self._note_searched(inode)
        target = f"socket:[{inode}]"
        # Where a server may fork for each caller, its child comes first: both hold what was accepted.
        grip = self._guess_again(target) if self._was_recent and born_after is None else None
        if grip is None:
            grip = self._guess(target, born_after, born_before)
        if grip is None:
            likely = self._likely(now, born_after, born_before)
            grip = self._try(self._candidates(now, likely, is_wide=is_wide), target, now)
        self._links = max(0.0, self._links - (granted - self._left_in_call))
        if grip is None and self._left_in_call <= 0 and most_links >= LINKS_A_CALL:
            self.left_out_count += 1
        return grip

    def _forget_ended(self) -> None:
        ended = self._young.take_ended()
        if ended is None:
            self._recent.clear()
            return
        for pid in ended:
            self._recent.pop(pid, None)

    def left_over(self, parent_pid: int, now: float, *, born_before: float) -> tuple[Grip, int] | None:
        """Give the one child of a process with a socket that was never searched for, where the others have theirs.

        With its inode. None: there is none, or more than one, or the budget is used up.
        """
        self._refill(now)
        descriptor = self._usual.get(parent_pid)
        children = [] if descriptor is None else self._young.children_of(parent_pid, born_before)
        if descriptor is None or not children or len(children) > _FAMILY_LIMIT or 2 * len(children) > self._links:
            return None
        self._links -= 2 * len(children)
        left: list[tuple[Grip, int]] = []
        for grip in (Grip(pid, descriptor) for pid in children):
            target = self._target(grip)
            inode = int(target[8:-1]) if target.startswith("socket:[") else 0
            if inode and inode not in self._searched:
                left.append((grip, inode))
        if len(left) != 1:
            return None
        self._note_searched(left[0][1])
        return left[0]

    def _note_searched(self, inode: int) -> None:
        self._searched[inode] = None
        if len(self._searched) > _SEARCHED_LIMIT:
            del self._searched[next(iter(self._searched))]

    def _guess(self, target: str, born_after: float | None, born_before: float | None) -> Grip | None:
        """Try the children of whom others had their socket: each at the descriptor at which the last one had it.

        What one program forks opens the same files in the same order. Of 50 siblings, of which each waits its turn on a
        busy machine, one is found by as many links; to list the descriptors of each took ten times as long.
        """
        until = float("inf") if born_before is None else born_before
        left = _FAMILY_LIMIT
        for pid in self._young.since(born_after or 0.0, until):
            descriptor = self._usual.get(self._young.parent_of(pid))
            if descriptor is None or pid in self._recent:
                continue
            if not left or self._left_in_call <= 0:
                return None
            left -= 1
            self._left_in_call -= 2
            if self._target(Grip(pid, descriptor)) == target:
                self._was_recent = False
                self.remember(pid, descriptor)
                return Grip(pid, descriptor)
        return None

    def _guess_again(self, target: str) -> Grip | None:
        """Try whoever was found last, where it had its last socket or beside it."""
        pid = next(reversed(self._recent), 0)
        descriptor = self._find_near(pid, target) if pid else None
        if descriptor is None:
            return None
        self._recent[pid] = descriptor
        return Grip(pid, descriptor)

    def _try(self, candidates: Iterator[tuple[int, bool]], target: str, now: float) -> Grip | None:
        for pid, is_recent in candidates:
            if self._left_in_call <= 0:
                break
            descriptor = self._look(pid, target, now)
            if descriptor is not None:
                self._was_recent = is_recent
                self._learn_usual(pid, descriptor)
                self.remember(pid, descriptor)
                return Grip(pid, descriptor)
        return None

    def _learn_usual(self, pid: int, descriptor: int) -> None:
        parent_pid = self._young.parent_of(pid)
        if not parent_pid:
            return
        self._usual.pop(parent_pid, None)
        self._usual[parent_pid] = descriptor
        if len(self._usual) > _FAMILY_LIMIT:
            del self._usual[next(iter(self._usual))]

    def _candidates(self, now: float, likely: list[tuple[int, bool]], *, is_wide: bool) -> Iterator[tuple[int, bool]]:
        """Give pids to look into, each once, and whether it was found before."""
        tried: set[int] = set()
        for pid, is_recent in likely:
            if pid not in tried:
                tried.add(pid)
                yield pid, is_recent
        young = [pid for pid in self._young.since(0.0) if pid not in tried]
        young.sort(key=lambda pid: self._dull.get(pid, now) > now)
        for pid in young:
            tried.add(pid)
            yield pid, False
        if not is_wide or now < self._wide_after:
            return
        self._wide_after = now + _WIDE_SECONDS
        self._left_in_call -= _LISTING
        for pid in sorted(self._pids() - tried, reverse=True):
            if self._dull.get(pid, now) <= now:
                yield pid, False

    def _pids(self) -> frozenset[int]:
        try:
            return list_pids(self._root)
        except OSError:
            return frozenset()  # no descriptor is left, mostly

    def _likely(self, now: float, born_after: float | None, born_before: float | None) -> list[tuple[int, bool]]:
        """Give the newborn and those found before: whoever was right the last time first."""
        until = float("inf") if born_before is None else born_before
        newborn = self._young.since(max(now - _NEWBORN_SECONDS, born_after or 0.0), until)
        recent = [(pid, True) for pid in reversed(self._recent)]
        if born_after is not None:
            return [*((pid, False) for pid in newborn), *recent]
        newborn.sort(key=self._recent.__contains__)  # who was found already holds another one, most likely
        young = [(pid, False) for pid in newborn]
        return [*recent, *young] if self._was_recent else [*young, *recent]

    def _find_near(self, pid: int, target: str) -> int | None:
        """Look where a process had its last socket, and beside it: the lowest free number is taken (open(2))."""
        last = self._recent.get(pid, -1)
        if last < 0:
            return None
        for descriptor in range(last, last + _NEIGHBOURS):
            self._left_in_call -= 2
            if self._target(Grip(pid, descriptor)) == target:
                return descriptor
        return None

    def _look(self, pid: int, target: str, now: float) -> int | None:
        near = self._find_near(pid, target)
        if near is not None:
            return near
        try:
            directory = os.open(f"{self._root}/{pid}/fd", _OPEN_DIRECTORY)
        except OSError:  # it ended, is another user's, or this process has no descriptor left
            self._left_in_call -= 2
            self._recent.pop(pid, None)
            return None
        try:
            return self._walk(pid, directory, target, now)
        except OSError:
            return None  # it ended, or runs another user's program now
        finally:
            os.close(directory)

    def _walk(self, pid: int, directory: int, target: str, now: float) -> int | None:
        """Read its links, the latest first; of one with more than the budget allows, so many of the oldest alone.

        To list them takes as long as to read them: 19,700 took 20 ms, 77 with cold caches.
        """
        self._left_in_call -= _OPENING
        most = max(0, self._left_in_call)
        with os.scandir(directory) as entries:
            names = [entry.name for entry in islice(entries, most)]
        has_socket = False
        for name in reversed(names):
            self._left_in_call -= 1
            try:
                found = os.readlink(name, dir_fd=directory)
            except OSError:  # closed meanwhile, or a path beyond 4 kB
                continue
            if found == target:
                return int(name)
            has_socket = has_socket or found.startswith("socket:")
        if not has_socket and len(names) < most:
            self._dull[pid] = now + _DULL_SECONDS
        return None

    def _target(self, grip: Grip) -> str:
        try:
            return os.readlink(f"{self._root}/{grip.pid}/fd/{grip.descriptor}")  # noqa: PTH115 - a Path takes 3 us more
        except OSError:
            return ""

    def _refill(self, now: float) -> None:
        elapsed = min(1.0, max(0.0, now - self._refilled_at))
        self._refilled_at = now
        self._links = min(LINKS_A_SECOND, self._links + elapsed * LINKS_A_SECOND)
        if now >= self._dull_swept_at + _DULL_SECONDS:
            self._dull_swept_at = now
            self._dull = {pid: until for pid, until in self._dull.items() if until > now}
