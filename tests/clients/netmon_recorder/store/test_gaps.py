"""Sums over what is missing."""

import pytest

from netmon.model import HistoryGap, HistoryGapKind
from netmon_recorder.store.gaps import is_lower_bound, overlapping, recorded_seconds
from tests.support.line_count import lines_run

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
    assert list(overlapping([(100, 200)], gaps)) == [[gaps[1], gaps[2]]]


def test_each_stretch_has_the_gaps_that_have_a_part_in_it() -> None:
    lasting, long, short, dropped = gap(250, None), gap(50, 320), gap(110, 120), gap(110, 310, _K.DROPS)
    stretches = [(0, 100), (100, 200), (200, 300), (300, 400), (400, 400)]
    found = overlapping(stretches, [lasting, short, dropped, long])
    assert [sorted(each, key=lambda one: one.since_time) for each in found] == [
        [long],
        [long, short, dropped],
        [long, dropped, lasting],
        [long, dropped, lasting],
        [lasting],
    ]


def test_many_gaps_cost_no_more_than_each_of_them_in_its_stretch() -> None:
    def cost(count: int) -> int:
        stretches = [(hour * 3600.0, hour * 3600.0 + 3600) for hour in range(count)]
        gaps = [gap(since + 60, since + 1800, _K.DROPS) for since, _ in stretches]
        return lines_run(lambda: list(overlapping(stretches, gaps)))

    assert cost(800) < 5 * cost(200)
