"""Processes that began lately, the youngest first: new sockets are mostly theirs."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from netmon_collector.host.descriptors import list_pids
from netmon_collector.host.process_events import EventKind, ProcessEvent

__all__ = ["ProcessStory", "YoungProcesses"]

YOUNG_SECONDS: Final = 5.0
"""For how long after its begin a process is young."""

LIMIT: Final = 512

ENDED_LIMIT: Final = 4_096
"""How many that ended are kept until somebody takes them: who looks for no socket for long may take none."""

LISTING_SECONDS: Final = 0.01
"""How seldom ``/proc`` is listed where nobody tells of processes: 80 us for 90 of them."""


class ProcessStory(Protocol):
    """Whoever tells what becomes of processes: `ProcessEvents`, or another."""

    @property
    def overrun_count(self) -> int:
        """How often there was more to tell than fits."""
        ...

    @property
    def is_broken(self) -> bool:
        """Whether a part of what happens is told no more, for good."""
        ...

    @property
    def patience_seconds(self) -> float:
        """How long what is told may wait to be read."""
        ...

    def read(self) -> Sequence[ProcessEvent]:
        """Give what was told since the last time, oldest first. Raises ``OSError`` where nothing is told any more."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


class _Birth(NamedTuple):
    """When a process began, and of whom."""

    seconds: float
    parent_pid: int


class YoungProcesses:
    """Who began lately, as the kernel tells (`ProcessEvents`), or as differences between listings of ``/proc``.

    Times are CLOCK_MONOTONIC seconds. Only a hint: whoever is young may have ended since.
    """

    def __init__(self, events: ProcessStory | None, root: str = "/proc") -> None:
        """Hear ``events``, which are closed with this object; None: list ``root``."""
        self._events = events
        self._overrun_count = 0
        """Those after which ``/proc`` was listed."""
        self._root = root
        self._born: dict[int, _Birth] = {}
        self._listed: frozenset[int] | None = None
        self._listed_at = float("-inf")
        self._ended: set[int] | None = set()

    @property
    def is_told(self) -> bool:
        """Whether the kernel tells of processes."""
        return self._events is not None and not self._events.is_broken

    @property
    def overrun_count(self) -> int:
        """How often the kernel had more to tell than fits."""
        return self._events.overrun_count if self._events is not None else 0

    @property
    def patience_seconds(self) -> float:
        """How long ``refresh`` may wait where the kernel tells of processes."""
        return self._events.patience_seconds if self._events is not None else float("inf")

    def refresh(self, now: float) -> None:
        """Take what happened until now."""
        if self._events is None or self._events.is_broken:
            self._list(now)
            return
        try:
            events = self._events.read()
        except OSError:
            self._events.close()
            self._events = None
            return
        for event in events:
            if event.kind is EventKind.EXIT:
                self._born.pop(event.pid, None)
                self._note_end(event.pid)
            elif event.kind is EventKind.FORK:
                self._bear(event.pid, _Birth(event.seconds, event.parent_pid))
        if self._events.overrun_count != self._overrun_count:
            self._overrun_count = self._events.overrun_count
            self._list(now)

    def take_ended(self) -> set[int] | None:
        """Give who ended since the last call, as far as the kernel tells; None: so many that anybody may have."""
        ended, self._ended = self._ended, set()
        return ended

    def since(self, seconds: float, until: float = float("inf")) -> list[int]:
        """Give the pids of those that began after ``seconds`` and before ``until``, the youngest first."""
        found: list[int] = []
        for pid in reversed(self._born):
            born = self._born[pid].seconds
            if born < seconds:
                break
            if born <= until:
                found.append(pid)
        return found

    def children_of(self, parent_pid: int, until: float) -> list[int]:
        """Give the pids of those that a process forked before ``until``, the youngest first."""
        return [pid for pid in self.since(0.0, until) if self._born[pid].parent_pid == parent_pid]

    def parent_of(self, pid: int) -> int:
        """Give whose child a young process is; 0: nobody told."""
        birth = self._born.get(pid)
        return birth.parent_pid if birth is not None else 0

    def close(self) -> None:
        """Hear no more."""
        if self._events is not None:
            self._events.close()

    def _note_end(self, pid: int) -> None:
        if self._ended is None:
            return
        self._ended.add(pid)
        if len(self._ended) > ENDED_LIMIT:
            self._ended = None

    def _bear(self, pid: int, birth: _Birth) -> None:
        self._born.pop(pid, None)
        self._born[pid] = birth
        if self._ended is not None:
            self._ended.discard(pid)
        oldest = birth.seconds - YOUNG_SECONDS
        while len(self._born) > LIMIT or self._born[next(iter(self._born))].seconds < oldest:
            del self._born[next(iter(self._born))]

    def _list(self, now: float) -> None:
        if now - self._listed_at < LISTING_SECONDS:
            return
        self._listed_at = now
        try:
            pids = list_pids(self._root)
        except OSError:
            return  # no descriptor is left, mostly: next time
        fresh = pids - self._listed if self._listed is not None else frozenset[int]()
        self._listed = pids
        for pid in sorted(fresh - self._born.keys()):
            self._bear(pid, _Birth(now, 0))
        for pid in self._born.keys() - pids:
            del self._born[pid]
