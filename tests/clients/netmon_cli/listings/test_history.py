from dataclasses import replace

from netmon.model import NO_USAGE, HistoryGap, HistoryGapKind, UsageDimension, UsageQuery
from netmon_cli.columns.column import Look
from netmon_cli.columns.history import HistoryRow
from netmon_cli.listing import Listing
from netmon_cli.listings.history import history_listing
from netmon_cli.shape import Shape
from netmon_client.testing import a_usage_answer

APPLICATIONS = (UsageDimension.APPLICATION,)
GROUPED = a_usage_answer(UsageQuery(group_by=APPLICATIONS, top=1))
PLAIN = a_usage_answer(UsageQuery())


def listing(*, by_time: bool, grouped: bool, shape: Shape | None = None) -> Listing[HistoryRow]:
    answer = GROUPED if grouped else PLAIN
    dimensions = APPLICATIONS if grouped else ()
    return history_listing(answer, dimensions, shape or Shape(), by_time=by_time, compares=False)


def test_by_time_each_bucket_is_a_row_and_the_unknown_one_says_why() -> None:
    rows = listing(by_time=True, grouped=False).rows
    assert len(rows) == 6
    assert (rows[2].sums, rows[2].note, rows[2].brief) == (None, "the recorder did not run", "recorder off")
    assert rows[5].note == "so far"


def test_by_time_and_group_the_rest_comes_last_in_its_bucket() -> None:
    rows = listing(by_time=True, grouped=True).rows
    assert len(rows) == 5 * 2 + 1
    assert [row.rest for row in rows[:2]] == [0, 2]
    assert rows[0].start_time == rows[1].start_time
    assert rows[4].sums is None


def test_by_group_those_of_the_rest_are_counted_since_they_are_summed() -> None:
    made = listing(by_time=False, grouped=True)
    assert [row.rest for row in made.rows] == [0, 2]
    assert (made.count, made.noun) == (3, "application")


def test_a_long_gap_is_one_row_of_a_table_and_each_of_its_buckets_in_csv() -> None:
    buckets = tuple(replace(bucket, total=None) if index < 4 else bucket for index, bucket in enumerate(PLAIN.buckets))
    off = HistoryGap(kind=HistoryGapKind.NOT_KEPT, since_time=PLAIN.since_time, until_time=buckets[3].end_time)
    answer = replace(PLAIN, buckets=buckets, gaps=(off,))
    rows = history_listing(answer, (), Shape(), by_time=True, compares=False).rows
    assert [row.buckets for row in rows] == [4, 1, 1]
    assert rows[0].note == "4 hours: nothing is kept so far back"
    assert rows[0].end_time == buckets[3].end_time
    assert len(history_listing(answer, (), Shape(format="csv"), by_time=True, compares=False).rows) == 6


def test_a_bucket_that_was_recorded_in_part_says_so() -> None:
    first = replace(PLAIN.buckets[0], recorded_seconds=600.0, is_lower_bound=True)
    gap = HistoryGap(
        kind=HistoryGapKind.SUSPENDED, since_time=first.start_time + 600, until_time=first.start_time + 3600
    )
    answer = replace(PLAIN, buckets=(first, *PLAIN.buckets[1:]), gaps=(gap,))
    row = history_listing(answer, (), Shape(), by_time=True, compares=False).rows[0]
    assert row.note == "10m00 recorded: the machine slept, at least"


def test_rows_can_be_sorted_by_any_column() -> None:
    rows = listing(by_time=False, grouped=True, shape=Shape(sort="total")).rows
    assert [row.sums.total_bytes for row in rows if row.sums] == sorted(
        row.sums.total_bytes for row in rows if row.sums
    )
    assert listing(by_time=True, grouped=False, shape=Shape(sort="-time")).rows[0].is_running


def test_where_nothing_is_known_of_the_period_before_no_group_was_zero() -> None:
    series = tuple(replace(each, previous=NO_USAGE) for each in GROUPED.series)
    answer = replace(GROUPED, series=series, rest=None)
    rows = history_listing(answer, APPLICATIONS, Shape(), by_time=False, compares=True).rows
    assert [row.previous for row in rows] == [None]


def test_a_name_of_two_applications_shows_their_identity() -> None:
    (first,) = GROUPED.series
    second = replace(first, key=first.key._replace(application_id="name:firefox"))
    answer = replace(GROUPED, series=(first, second), rest=None)
    made = history_listing(answer, APPLICATIONS, Shape(), by_time=False, compares=False)
    name = next(column for column in made.columns if column.key == "app")
    assert [name.show(row, Look(now=0.0)).text for row in made.rows] == [
        "firefox (exe:/usr/bin/firefox)",
        "firefox (name:firefox)",
    ]
