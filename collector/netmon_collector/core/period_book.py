"""The periods that subscribers want: which lengths, the running sums of each, and those that ended last."""

from collections import Counter
from collections.abc import Callable, Iterable

from netmon.model import Snapshot
from netmon_collector.core.audiences import Audience
from netmon_collector.core.flow import EndedRow, Flow
from netmon_collector.core.periods import PeriodSums

__all__ = ["PeriodBook"]

_Key = tuple[int, int | None]
"""How many ticks, and the user who alone is shown; None: everything is."""


class PeriodBook:
    """Sums of periods, by how many ticks they have and for whom they are."""

    def __init__(self) -> None:
        """Hold none."""
        self.running: dict[_Key, PeriodSums] = {}
        self.finished: dict[_Key, tuple[int, PeriodSums]] = {}
        """The tick that each period ended with, the newest one, and its sums."""
        self._users: Counter[_Key] = Counter()

    def hold(self, every: int, only_uid: int | None = None) -> None:
        """Add up intervals for snapshots each ``every`` ticks from now on, until as often released."""
        self._users[every, only_uid] += 1
        if every > 1:
            self.running.setdefault((every, only_uid), PeriodSums(only_uid=only_uid))

    def release(self, every: int, only_uid: int | None = None) -> None:
        """Take back one ``hold``."""
        key = every, only_uid
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key]
            self.running.pop(key, None)
            self.finished.pop(key, None)

    def add(
        self,
        whole: Snapshot,
        departed: Iterable[Flow],
        ended_rows: Iterable[EndedRow],
        audience: Callable[[int], Audience],
    ) -> None:
        """Add a tick, whole; ``departed``: connections that ceased to be tracked since the tick before.

        ``audience`` gives what one user sees of it.
        """
        self.finished.clear()
        shown: dict[int | None, Audience] = {}
        for key, sums in self.running.items():
            every, uid = key
            seen = shown.get(uid)
            if seen is None:
                seen = Audience(whole, [ended.row for ended in ended_rows]) if uid is None else audience(uid)
                shown[uid] = seen
            sums.add(seen.snapshot, departed, seen.hidden)
            if whole.sequence % every == 0:
                sums.settle(seen.snapshot, seen.ended_rows, (*seen.hidden, *seen.hidden_ended_rows))
                self.finished[key] = (whole.sequence, sums)
                self.running[key] = PeriodSums(only_uid=uid)

    def ended_with(self, every: int, sequence: int, only_uid: int | None = None) -> PeriodSums | None:
        """Give the sums of the period that ended with this tick; None where none did."""
        finished_at, sums = self.finished.get((every, only_uid), (0, None))
        return sums if finished_at == sequence else None
