"""What is missing: pure sums over stretches of time."""

from collections import deque
from collections.abc import Iterable, Iterator

from netmon.model import HistoryGap, HistoryGapKind

LOWER_BOUND_KINDS = frozenset({HistoryGapKind.DROPS, HistoryGapKind.MISSED, HistoryGapKind.STORAGE})
"""Something was recorded within them, and maybe too little. What the storage did not take waited in memory, and was
written later; of very much only the sums, in the hour."""


def recorded_seconds(since: float, until: float, gaps: Iterable[HistoryGap]) -> float:
    """Give how much of a stretch lies in none of the gaps in which nothing was recorded."""
    if until <= since:
        return 0.0
    missing, reached = 0.0, since
    for begin, end in sorted(_bounds(gap, until) for gap in gaps if gap.kind not in LOWER_BOUND_KINDS):
        begin, end = max(begin, reached), min(end, until)  # noqa: PLW2901 -- clipped to what is not counted yet
        if end > begin:
            missing += end - begin
            reached = end
    return until - since - missing


def is_lower_bound(since: float, until: float, gaps: Iterable[HistoryGap]) -> bool:
    """Tell whether something was dropped, missed or written late within a stretch."""
    return any(
        gap.kind in LOWER_BOUND_KINDS and gap.since_time < until and _bounds(gap, until)[1] > since for gap in gaps
    )


def overlapping(stretches: Iterable[tuple[float, float]], gaps: Iterable[HistoryGap]) -> Iterator[list[HistoryGap]]:
    """Give for each stretch the gaps that have a part in it. Neither end of a stretch lies before that of the last one.

    Each gap is looked at only near where it is: a year by hour has 8,760 stretches, and may have as many gaps.
    """
    coming = deque(sorted(gaps, key=lambda gap: gap.since_time))
    near: list[HistoryGap] = []
    for since, until in stretches:
        while coming and coming[0].since_time < until:
            near.append(coming.popleft())
        near = [gap for gap in near if gap.until_time is None or gap.until_time > since]
        yield near


def _bounds(gap: HistoryGap, now: float) -> tuple[float, float]:
    return gap.since_time, now if gap.until_time is None else gap.until_time
