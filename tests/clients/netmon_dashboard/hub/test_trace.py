"""The last minute of one row, tick by tick."""

from typing import Any

from netmon_dashboard.hub.row_entries import DELTA_RECEIVED, DELTA_SENT
from netmon_dashboard.hub.trace import Trace
from netmon_dashboard.hub.vocabulary import ROW_COLUMNS


def an_entry(number: int, sent: int, received: int) -> list[Any]:
    entry: list[Any] = [number, *[0] * (len(ROW_COLUMNS) - 1)]
    entry[DELTA_SENT], entry[DELTA_RECEIVED] = sent, received
    return entry


def test_only_ticks_with_bytes_are_points_oldest_first() -> None:
    trace = Trace()
    trace.add(1.0, 1.0, [7, 10, 20, 8, 1, 1], [])
    trace.add(2.0, 1.0, [8, 1, 1], [])
    trace.add(3.5, 1.5, [8, 2, 2], [an_entry(7, 5, 0), an_entry(9, 0, 0)])
    assert trace.points(7) == [[1.0, 1.0, 10, 20], [3.5, 1.5, 5, 0]]
    assert trace.points(9) == []


def test_a_number_is_not_taken_for_bytes() -> None:
    trace = Trace()
    trace.add(1.0, 1.0, [3, 7, 7], [])
    assert trace.points(7) == []


def test_it_reaches_back_one_minute() -> None:
    trace = Trace()
    for second in range(1, 100):
        trace.add(float(second), 1.0, [1, second, 0], [])
    points = trace.points(1)
    assert (len(points), points[0][0], points[-1][0]) == (60, 40.0, 99.0)


def test_a_clock_that_is_set_back_begins_it_anew() -> None:
    trace = Trace()
    trace.add(100.0, 1.0, [1, 5, 5], [])
    trace.add(50.0, 1.0, [1, 6, 6], [])
    assert trace.points(1) == [[50.0, 1.0, 6, 6]]


def test_a_tick_that_is_sent_again_is_one_point() -> None:
    trace = Trace()
    for time in (1.0, 2.0, 2.0):
        trace.add(time, 1.0, [1, 5, 6], [])
    assert trace.points(1) == [[1.0, 1.0, 5, 6], [2.0, 1.0, 5, 6]]


def test_a_clock_that_is_set_back_a_little_keeps_the_order() -> None:
    trace = Trace()
    for time in (1.0, 2.0, 3.0, 2.5):
        trace.add(time, 1.0, [1, 5, 6], [])
    assert [point[0] for point in trace.points(1)] == [1.0, 2.0, 2.5]


def test_all_ticks_of_the_minute_are_given_without_what_was_forgotten() -> None:
    trace = Trace()
    for time, moved in ((1.0, [9, 9, 9]), (62.0, [1, 5, 6, 2, 7, 8]), (63.0, []), (64.5, [3, 1, 1])):
        trace.add(time, 1.0, moved, [])
    trace.forget({2})
    assert trace.ticks() == [[62.0, 1.0, [1, 5, 6]], [63.0, 1.0, []], [64.5, 1.0, [3, 1, 1]]]


def test_what_is_told_whole_has_its_bytes_where_it_says() -> None:
    trace = Trace((1, 2))
    trace.add(1.0, 1.0, [], [[4, 10, 20], [5, 0, 0]])
    assert trace.points(4) == [[1.0, 1.0, 10, 20]]
    assert trace.points(5) == []
