"""Sums over what is missing."""

import pytest

from netmon.model import HistoryGap, HistoryGapKind
from netmon_recorder.store.gaps import is_lower_bound, overlapping, recorded_seconds

_K = HistoryGapKind


def gap(since: float, until: float | None, kind: HistoryGapKind = _K.STOPPED) -> HistoryGap:
    return HistoryGap(kind=kind, since_time=since, until_time=until)


@pytest.mark.parametrize(
    ("gaps", "seconds"),
    [
        ([], 100),
        ([gap(110, 120)], 90),
        ([gap(0, 120), gap(110, 130)], 70),
        ([gap(110, 150), gap(120, 130)], 60),
        ([gap(150, None)], 50),
        ([gap(0, 500)], 0),
        ([gap(200, 300)], 100),
        ([gap(110, 120, _K.DROPS), gap(120, 130, _K.MISSED)], 100),
        ([gap(110, 120, _K.STORAGE)], 100),
    ],
)
def test_what_is_recorded_is_what_no_gap_covers(gaps: list[HistoryGap], seconds: float) -> None:
    assert recorded_seconds(100, 200, gaps) == seconds


def test_of_nothing_nothing_is_recorded() -> None:
    assert recorded_seconds(200, 200, []) == 0
    assert recorded_seconds(200, 100, []) == 0


def test_drops_make_a_lower_bound_where_they_were() -> None:
    drops = [gap(110, 120, _K.DROPS)]
    assert is_lower_bound(100, 200, drops)
    assert not is_lower_bound(120, 200, drops)
    assert not is_lower_bound(100, 110, drops)
    assert not is_lower_bound(100, 200, [gap(110, 120)])
    assert is_lower_bound(100, 200, [gap(110, 120, _K.STORAGE)])


def test_gaps_that_touch_have_no_part() -> None:
    gaps = [gap(0, 100), gap(0, 101), gap(199, None), gap(200, 300)]
    assert overlapping(100, 200, gaps) == [gaps[1], gaps[2]]
