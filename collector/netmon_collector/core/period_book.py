"""The periods that subscribers want: which lengths, the running sums of each, and those that ended last."""

from collections import Counter
from collections.abc import Iterable

from netmon.model import Snapshot
from netmon_collector.core.flow import EndedRow, Flow
from netmon_collector.core.periods import PeriodSums

__all__ = ["PeriodBook"]


class PeriodBook:
    """Sums of periods, by how many ticks they have."""

    def __init__(self) -> None:
        """Hold none."""
        self.running: dict[int, PeriodSums] = {}
        self.finished: dict[int, tuple[int, PeriodSums]] = {}
        """The tick that each period ended with, and its sums."""
        self._users: Counter[int] = Counter()

    def hold(self, every: int) -> None:
        """Add up intervals for snapshots each ``every`` ticks from now on, until as often released."""
        self._users[every] += 1
        if every > 1:
            self.running.setdefault(every, PeriodSums())

    def release(self, every: int) -> None:
        """Take back one ``hold``."""
        self._users[every] -= 1
        if not self._users[every]:
            self.running.pop(every, None)
            self.finished.pop(every, None)

    def add(self, whole: Snapshot, departed: Iterable[Flow], ended_rows: Iterable[EndedRow]) -> None:
        """Add a tick, whole; ``departed``: connections that ceased to be tracked since the tick before."""
        for every, sums in self.running.items():
            sums.add(whole, departed)
            if whole.sequence % every == 0:
                sums.settle(whole, (ended.row for ended in ended_rows))
                self.finished[every] = (whole.sequence, sums)
                self.running[every] = PeriodSums()

    def ended_with(self, every: int, sequence: int) -> PeriodSums | None:
        """Give the sums of the period that ended with this tick; None where none did."""
        finished_at, sums = self.finished.get(every, (0, None))
        return sums if finished_at == sequence else None
