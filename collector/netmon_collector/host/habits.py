"""Who alone opens the connections to a remote end: whose the next one is that was over before it could be looked up."""

from dataclasses import dataclass
from typing import Final

from netmon.model import Process
from netmon_collector.core.flow import FlowKey

__all__ = ["Habits"]

SIBLING_SECONDS: Final = 2.0
SIBLING_COUNT: Final = 5
"""So many connections to one remote end, all of one process and each found within the time above of the one before."""

LIMIT: Final = 512


@dataclass(slots=True)
class _Habit:
    process: Process
    seen_at: float
    count: int = 1


class Habits:
    """Processes by the remote ends that they connect to. Times are monotonic seconds."""

    def __init__(self) -> None:
        """Start with none."""
        self._habits: dict[tuple[bytes, int], _Habit] = {}

    def learn(self, key: FlowKey, process: Process, now: float) -> None:
        """Take whose a connection is that was found."""
        remote = (key.remote_address, key.remote_port)
        habit = self._habits.get(remote)
        if habit is not None and habit.process.id == process.id and now - habit.seen_at < SIBLING_SECONDS:
            habit.count, habit.seen_at = habit.count + 1, now
            return
        self._habits.pop(remote, None)
        self._habits[remote] = _Habit(process, now)
        if len(self._habits) > LIMIT:
            del self._habits[next(iter(self._habits))]

    def of(self, key: FlowKey, now: float) -> Process | None:
        """Give who alone opened the connections to this remote end just before; None: nobody, or not only one."""
        habit = self._habits.get((key.remote_address, key.remote_port))
        if habit is None or habit.count < SIBLING_COUNT or now - habit.seen_at >= SIBLING_SECONDS:
            return None
        return habit.process
