"""Who alone opens the connections to a remote end: whose the next one is that was over before it could be looked up.

Either one process, or processes that one other forks.
"""

from dataclasses import dataclass
from typing import Final

from netmon.model import Process
from netmon_collector.core.flow import FlowKey

__all__ = ["Habits"]

SIBLING_SECONDS: Final = 2.0
SIBLING_COUNT: Final = 5
"""So many connections to one remote end, all of one process or of one's children, and each found within the time above
of the one before."""

LIMIT: Final = 512


@dataclass(slots=True)
class _Habit:
    process: Process
    family: int
    seen_at: float
    count: int = 1
    family_count: int = 1


class Habits:
    """Processes by the remote ends that they connect to. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Start with none."""
        self._habits: dict[tuple[bytes, int], _Habit] = {}

    def learn(self, key: FlowKey, process: Process, family: int, now: float) -> None:
        """Take whose a connection is that was found; ``family``: the pid of who forked it, or its own."""
        remote = (key.remote_address, key.remote_port)
        habit = self._habits.get(remote)
        if habit is not None and now - habit.seen_at < SIBLING_SECONDS:
            is_same = habit.process.id == process.id
            if is_same or habit.family == family:
                habit.count = habit.count + 1 if is_same else 1
                habit.family_count = habit.family_count + 1 if habit.family == family else 1
                habit.process, habit.family, habit.seen_at = process, family, now
                self._habits[remote] = self._habits.pop(remote)  # the newest again
                return
        self._habits.pop(remote, None)
        self._habits[remote] = _Habit(process, family, now)
        if len(self._habits) > LIMIT:
            del self._habits[next(iter(self._habits))]

    def of(self, key: FlowKey, now: float) -> Process | None:
        """Give who alone opened the connections to this remote end just before; None: nobody, or not only one."""
        habit = self._newest(key, now)
        return habit.process if habit is not None and habit.count >= SIBLING_COUNT else None

    def family_of(self, key: FlowKey, now: float) -> int:
        """Give the family that alone did; 0: none, or more than one."""
        habit = self._newest(key, now)
        return habit.family if habit is not None and habit.family_count >= SIBLING_COUNT else 0

    def _newest(self, key: FlowKey, now: float) -> _Habit | None:
        habit = self._habits.get((key.remote_address, key.remote_port))
        return None if habit is None or now - habit.seen_at >= SIBLING_SECONDS else habit
