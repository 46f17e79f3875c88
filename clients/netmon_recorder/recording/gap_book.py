"""Gaps that are not written yet, and those that last. Pure; times are Unix seconds."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from netmon.model import HistoryGap, HistoryGapKind

_JOINED_SECONDS: Final = 60.0
_LONGEST_DROPS_SECONDS: Final = 3600.0
"""Drops that follow each other closely are one gap, of an hour at the most: else a busy day would be 86,400 rows."""


class GapBook:
    """Collects gaps until they are taken."""

    def __init__(self, lasting: Iterable[HistoryGap] = ()) -> None:
        self._pending: dict[tuple[HistoryGapKind, float], HistoryGap] = {}
        self._lasting = {(gap.kind, gap.since_time): gap for gap in lasting}
        self._drops: HistoryGap | None = None

    def add(self, gap: HistoryGap) -> None:
        """Add one; it takes the place of one of the same kind and start."""
        self._pending[gap.kind, gap.since_time] = gap
        if gap.until_time is None:
            self._lasting[gap.kind, gap.since_time] = gap
        else:
            self._lasting.pop((gap.kind, gap.since_time), None)

    def begin(self, kind: HistoryGapKind, since_time: float) -> None:
        """Say that something is missing from now on. Nothing changes while one of the kind lasts."""
        if not self.lasts(kind):
            self.add(HistoryGap(kind=kind, since_time=since_time))

    def end(self, kind: HistoryGapKind, until_time: float) -> None:
        """End what lasts of a kind."""
        for gap in [gap for gap in self._lasting.values() if gap.kind is kind]:
            self.add(replace(gap, until_time=max(gap.since_time, until_time)))

    def end_all(self, until_time: float) -> None:
        """End all that lasts."""
        for kind in {gap.kind for gap in self._lasting.values()}:
            self.end(kind, until_time)

    def lasts(self, kind: HistoryGapKind) -> bool:
        """Whether one of the kind lasts."""
        return any(gap.kind is kind for gap in self._lasting.values())

    def add_drops(self, since_time: float, until_time: float, dropped_packets: int) -> None:
        """Add drops; those that follow each other within a minute become one gap."""
        last = self._drops
        if (
            last is not None
            and last.until_time is not None
            and last.since_time <= since_time <= last.until_time + _JOINED_SECONDS
            and until_time - last.since_time <= _LONGEST_DROPS_SECONDS
        ):
            dropped_packets += last.dropped_packets
            since_time, until_time = last.since_time, max(until_time, last.until_time)
        self._drops = HistoryGap(
            kind=HistoryGapKind.DROPS,
            since_time=since_time,
            until_time=until_time,
            dropped_packets=dropped_packets,
        )
        self.add(self._drops)

    def drop_within(self, kind: HistoryGapKind, since_time: float, until_time: float) -> bool:
        """Take back what was added of a kind within a stretch and is not taken yet: another kind says it better.

        Gives whether there was any.
        """
        count = len(self._pending)
        for key, gap in list(self._pending.items()):
            end = until_time if gap.until_time is None else gap.until_time
            if gap.kind is kind and gap.since_time < until_time and end > since_time:
                del self._pending[key]
        return len(self._pending) < count

    def put_back(self, gaps: Iterable[HistoryGap]) -> None:
        """Add gaps that were taken and could not be written; newer words on the same ones stay."""
        for gap in gaps:
            self._pending.setdefault((gap.kind, gap.since_time), gap)

    def take(self) -> tuple[HistoryGap, ...]:
        """Give what was added since, by time."""
        gaps = tuple(sorted(self._pending.values(), key=lambda gap: gap.since_time))
        self._pending = {}
        return gaps
