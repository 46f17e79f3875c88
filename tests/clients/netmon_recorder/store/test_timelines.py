"""When things were active."""

from pathlib import Path

import pytest

from netmon.model import RetentionPolicy, TimelineQuery, TimelineSpan, UsageDimension, UsageSums
from netmon_recorder.store.timelines import SpanBook
from tests.support.history_stage import NOON, keep, opened, row

_D = UsageDimension
_ONE = UsageSums(1, 1, 1, 1)


def test_buckets_with_little_silence_between_them_become_one_span() -> None:
    book = SpanBook(60)
    for start in (0, 60, 180, 400):
        book.add(7, start, start + 60, _ONE)
    assert book.spans(7) == (
        TimelineSpan(start_time=0, end_time=240, sums=UsageSums(3, 3, 3, 3)),
        TimelineSpan(start_time=400, end_time=460, sums=_ONE),
    )


def test_a_bucket_that_comes_twice_is_one_of_its_span() -> None:
    book = SpanBook(60)
    for _ in range(2):
        book.add(7, 60, 120, UsageSums(1, 2, 3, 4))
    assert book.spans(7) == (TimelineSpan(start_time=60, end_time=120, sums=UsageSums(2, 4, 6, 8)),)


def test_lanes_are_joined_each_by_itself_and_one_without_buckets_has_no_span() -> None:
    book = SpanBook(60)
    for number, start in ((7, 0), (8, 60), (7, 180)):
        book.add(number, start, start + 60, _ONE)
    assert [len(book.spans(number)) for number in (7, 8, 9)] == [2, 1, 0]


def test_a_lane_has_the_minutes_of_its_value_and_an_unknown_value_has_none(tmp_path: Path) -> None:
    minutes = (0, 1, 30, 31, 32)
    with opened(tmp_path) as store:
        keep(store, *(row(NOON + minute * 60) for minute in minutes), row(NOON, domain="b.example"))
        query = TimelineQuery(dimension=_D.DOMAIN, values=("www.example.com", "no.example"), since_time=NOON)
        timeline = store.timeline(query, NOON + 3600)
    known, unknown = timeline.lanes
    assert timeline.grain_seconds == 60
    assert [(span.start_time - NOON, span.end_time - NOON) for span in known.spans] == [(0, 120), (1800, 1980)]
    assert known.spans[1].sums.received_bytes == 3000
    assert (unknown.key.domain, unknown.spans) == ("no.example", ())


@pytest.mark.parametrize(("days", "grain"), [(1, 60), (20, 900), (90, 86_400)])
def test_the_grain_fits_the_range(tmp_path: Path, days: int, grain: int) -> None:
    with opened(tmp_path, zone="Europe/Berlin") as store:
        keep(store, *(row(NOON - day * 86_400) for day in range(100)))
        since = NOON - days * 86_400
        query = TimelineQuery(dimension=_D.APPLICATION, values=("exe:firefox",), since_time=since)
        timeline = store.timeline(query, NOON + 60)
    assert timeline.grain_seconds == grain
    assert sum(span.sums.received_bytes for span in timeline.lanes[0].spans) == 1000 * (days + 1)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (TimelineQuery(dimension=_D.PROTOCOL, values=("tcp",)), "dimension"),
        (TimelineQuery(dimension=_D.DOMAIN, values=()), "values"),
        (TimelineQuery(dimension=_D.DOMAIN, values=("a",) * 101), "values"),
        (TimelineQuery(dimension=_D.DOMAIN, values=("a",), since_time=NOON + 1), "since_time"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_field(
    tmp_path: Path, query: TimelineQuery, field: str
) -> None:
    with opened(tmp_path) as store, pytest.raises(ValueError, match=f"^TimelineQuery.{field}"):
        store.timeline(query, NOON)


def test_lanes_are_read_from_minutes_where_no_coarser_rows_reach_back_so_far(tmp_path: Path) -> None:
    with opened(tmp_path, policy=RetentionPolicy(hour_seconds=0)) as store:
        keep(store, *(row(NOON + day * 86_400) for day in range(5)))
        query = TimelineQuery(dimension=_D.DOMAIN, values=("www.example.com",), since_time=NOON)
        timeline = store.timeline(query, NOON + 5 * 86_400)
    assert timeline.grain_seconds == 60
    assert [span.sums.received_bytes for span in timeline.lanes[0].spans] == [1000] * 5
