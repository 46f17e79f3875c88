"""Usage by bucket and group."""

from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import (
    NO_USAGE,
    BucketSize,
    Calendar,
    CleanupSelection,
    Filter,
    FilterField,
    HistoryGap,
    HistoryGapKind,
    Range,
    RetentionPolicy,
    Term,
    UsageAnswer,
    UsageDimension,
    UsageQuery,
    UsageSums,
)
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import SqliteStore
from tests.support.history_stage import NOON, at, keep, opened, row

_B = BucketSize
_D = UsageDimension
_K = HistoryGapKind
_ZONES = ("Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe")


def ask(
    store: SqliteStore, since: float, until: float, bucket: BucketSize, now: float = 0.0, **more: object
) -> UsageAnswer:
    query = UsageQuery(since_time=since, until_time=until, bucket=bucket, **more)  # type: ignore[arg-type]
    return store.usage(query, now or until)


def received(answer: UsageAnswer) -> list[int | None]:
    return [None if bucket.total is None else bucket.total.received_bytes for bucket in answer.buckets]


@pytest.mark.parametrize("kept_in", ["same", "UTC"])
@pytest.mark.parametrize("zone", _ZONES)
def test_days_are_those_of_the_user_through_clock_changes(tmp_path: Path, zone: str, kept_in: str) -> None:
    # A byte count a quarter of an hour, for two days around each change of the year, is counted by hand in the zone.
    own = zone if kept_in == "same" else kept_in
    for number, change in enumerate(("2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25")):
        folder = tmp_path / f"{number}"
        first, last = at(f"{change} 00:00", zone) - 86_400, at(f"{change} 00:00", zone) + 2 * 86_400
        starts = range(int(first) // 900 * 900, int(last), 900)
        with opened(folder, zone=own) as store:
            keep(store, *(row(start, received=1000 + (start // 900) % 97) for start in starts))
            answer = ask(store, first + 86_400, last - 86_400, _B.DAY, last, calendar=Calendar(time_zone=zone))
        for bucket in answer.buckets:
            expected = sum(1000 + (s // 900) % 97 for s in starts if bucket.start_time <= s < bucket.end_time)
            assert bucket.total is not None
            assert bucket.total.received_bytes == expected
        assert answer.buckets[0].start_time == at(f"{change} 00:00", zone)


def test_months_begin_on_the_day_of_the_bill(tmp_path: Path) -> None:
    zone = "Europe/Berlin"
    times = [at(f"2026-{month:02}-{day:02} 12:00", zone) for month in range(1, 6) for day in (3, 14, 15, 28)]
    with opened(tmp_path, zone=zone) as store:
        keep(store, *(row(time, received=100) for time in times))
        answer = ask(store, times[2], at("2026-04-20", zone), _B.MONTH, calendar=Calendar(month_first_day=15))
    assert [bucket.start_time for bucket in answer.buckets] == [
        at(f"2026-{month:02}-15", zone) for month in (1, 2, 3, 4)
    ]
    assert received(answer) == [400, 400, 400, 400][: len(answer.buckets)] or received(answer)[:3] == [400, 400, 400]


@pytest.mark.parametrize("size", [_B.MINUTE, _B.HOUR, _B.DAY, _B.MONTH, _B.RANGE])
def test_every_size_of_bucket_gives_the_same_sum(tmp_path: Path, size: BucketSize) -> None:
    first = at("2026-05-01 00:00", "Asia/Kathmandu")
    rows = [row(first + number * 1234, received=number * 7) for number in range(300)]
    with opened(tmp_path, zone="Asia/Kathmandu") as store:
        keep(store, *rows)
        answer = ask(store, first, first + 300 * 1234, size, group_by=(_D.APPLICATION,))
    assert answer.total.received_bytes == sum(each.sums.received_bytes for each in rows)
    assert answer.series[0].total == answer.total


@pytest.mark.parametrize("size", [_B.HOUR, _B.DAY, _B.MONTH, _B.RANGE])
@pytest.mark.parametrize(
    "policy",
    [
        RetentionPolicy(hour_seconds=0),
        RetentionPolicy(hour_seconds=2 * 86_400),
        RetentionPolicy(day_seconds=60 * 86_400),
        RetentionPolicy(hour_seconds=2 * 86_400, day_seconds=3 * 86_400),
    ],
)
def test_coarse_rows_that_are_kept_less_long_than_fine_ones_hide_nothing(
    tmp_path: Path, policy: RetentionPolicy, size: BucketSize
) -> None:
    zone = "Europe/Berlin"
    with opened(tmp_path, zone=zone, policy=policy) as store:
        now = at("2026-09-20 12:07", zone)
        reach = 100 if policy.hour_seconds > 60 * 86_400 else 20
        rows = [row(now - number * 4000, received=number) for number in range(1, reach * 86_400 // 4000)]
        keep(store, *rows)
        for _ in store.cleanup(CleanupSelection(), now):
            pass
        keep(store, row(now, received=0))
        first = rows[-1].start_time
        for calendar in (Calendar(), Calendar(time_zone="Asia/Kathmandu")):
            answer = ask(store, first, now, size, calendar=calendar, group_by=(_D.APPLICATION,))
            assert answer.total.received_bytes == sum(each.sums.received_bytes for each in rows)
            assert answer.series[0].total == answer.total


def test_groups_come_biggest_first_and_the_rest_as_one(tmp_path: Path) -> None:
    rows = [
        row(NOON, received=size * 100, application_id=f"exe:{name}", application_name=name)
        for size, name in ((5, "e"), (4, "d"), (3, "c"), (2, "b"), (1, "a"))
    ]
    with opened(tmp_path) as store:
        keep(store, *rows)
        answer = ask(store, NOON, NOON + 60, _B.MINUTE, group_by=(_D.APPLICATION,), top=2)
    assert [series.key.application_name for series in answer.series] == ["e", "d"]
    assert answer.rest is not None
    assert (answer.rest_count, answer.rest.total.received_bytes) == (3, 600)
    assert answer.rest.points[0].sums == answer.rest.total
    assert answer.total.received_bytes == 1500


def test_two_keys_make_one_group(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON, domain="b.example"), row(NOON, protocol=2))
        answer = ask(store, NOON, NOON + 60, _B.MINUTE, group_by=(_D.DOMAIN, _D.PROTOCOL))
    assert {(series.key.domain, series.key.protocol.name) for series in answer.series} == {
        ("www.example.com", "TCP"),
        ("b.example", "TCP"),
        ("www.example.com", "UDP"),
    }
    assert {series.key.application_id for series in answer.series} == {""}


def test_a_gap_is_no_zero(tmp_path: Path) -> None:
    gap = HistoryGap(kind=_K.RECORDER_OFF, since_time=NOON + 3600, until_time=NOON + 7200)
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON + 3 * 3600, received=0), gaps=(gap,))
        answer = ask(store, NOON, NOON + 4 * 3600, _B.HOUR)
    assert received(answer) == [1000, None, 0, 0]
    assert [bucket.recorded_seconds for bucket in answer.buckets] == [3600, 0, 3600, 3600]
    assert answer.gaps == (gap,)


def test_before_the_first_row_nothing_is_known(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON + 1800))
        answer = ask(store, NOON - 3600, NOON + 3600, _B.HOUR)
    assert received(answer) == [None, 1000]
    assert answer.gaps[0].kind is _K.NOT_KEPT
    assert answer.oldest_time == NOON + 1800


def test_an_empty_history_knows_nothing_at_all(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        answer = ask(store, NOON - 86_400, NOON, _B.HOUR, group_by=(_D.DOMAIN,), compare=True)
    assert set(received(answer)) == {None}
    assert answer.previous_total is None
    assert answer.oldest_time is None


def test_drops_make_sums_lower_bounds_and_leave_the_time_recorded(tmp_path: Path) -> None:
    gap = HistoryGap(kind=_K.DROPS, since_time=NOON + 60, until_time=NOON + 120, dropped_packets=9)
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON + 60), gaps=(gap,))
        answer = ask(store, NOON, NOON + 180, _B.MINUTE)
    assert [bucket.is_lower_bound for bucket in answer.buckets] == [False, True, False]
    assert [bucket.recorded_seconds for bucket in answer.buckets] == [60, 60, 60]


def test_the_running_bucket_is_marked_and_compared_with_as_much_of_the_one_before(tmp_path: Path) -> None:
    now = NOON + 1800
    with opened(tmp_path) as store:
        keep(store, row(NOON - 3600, received=5), row(NOON - 1200, received=70), row(NOON, received=900))
        answer = ask(store, NOON, now, _B.HOUR, compare=True)
    (bucket,) = answer.buckets
    assert (bucket.is_running, bucket.end_time, bucket.recorded_seconds) == (True, NOON + 3600, 1800)
    assert (answer.previous_since_time, answer.previous_until_time) == (NOON - 3600, NOON - 1800)
    assert answer.previous_total == UsageSums(0, 5, 3, 1)


@pytest.mark.parametrize("size", [_B.MINUTE, _B.HOUR, _B.DAY])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_the_part_that_is_compared_with_is_counted_to_its_very_minute(
    tmp_path: Path, zone: str, size: BucketSize
) -> None:
    now = NOON + 60
    with opened(tmp_path) as store:
        keep(store, *(row(now - minute * 60, received=1) for minute in range(1, 3 * 1440)))
        answer = ask(store, now - 600, now, size, compare=True, calendar=Calendar(time_zone=zone))
    assert answer.previous_total is not None
    assert answer.previous_since_time is not None
    assert answer.previous_until_time is not None
    assert answer.previous_total.received_bytes == (answer.previous_until_time - answer.previous_since_time) // 60


def test_what_has_stopped_since_is_compared_too(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON - 3600, application_id="exe:old", application_name="old"), row(NOON))
        answer = ask(store, NOON, NOON + 3600, _B.HOUR, compare=True, group_by=(_D.APPLICATION,))
    before = {series.key.application_name: series.previous for series in answer.series}
    assert before == {"firefox": UsageSums(), "old": UsageSums(100, 1000, 3, 1)}


def test_loopback_counts_where_it_is_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON, received=77, scope=1))
        assert ask(store, NOON, NOON + 60, _B.MINUTE).total.received_bytes == 1000
        assert ask(store, NOON, NOON + 60, _B.MINUTE, include_loopback=True).total.received_bytes == 1077


def test_the_size_is_chosen_where_none_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON - 400 * 86_400), row(NOON))
        lengths = {3600: _B.MINUTE, 86_400: _B.HOUR, 30 * 86_400: _B.DAY, 365 * 86_400: _B.MONTH}
        for length, size in lengths.items():
            assert ask(store, NOON - length, NOON, _B.UNSPECIFIED).bucket is size


_PID = Filter(terms=(Term(field=FilterField.PID, values=(Range(minimum=1, maximum=1),)),))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"group_by": (_D.USER, _D.DOMAIN, _D.SCOPE)}, "UsageQuery.group_by"),
        ({"group_by": (_D.USER, _D.USER)}, "UsageQuery.group_by"),
        ({"group_by": (_D.UNSPECIFIED,)}, "UsageQuery.group_by"),
        ({"top": 1001}, "UsageQuery.top"),
        ({"since_time": NOON + 120}, "UsageQuery.since_time"),
        ({"since_time": NOON - 10_001 * 60}, "UsageQuery.bucket"),
        ({"calendar": Calendar(time_zone="Nowhere")}, "Calendar.time_zone"),
        ({"filter": _PID}, r"Filter.terms\[0\].field: history does not hold pid"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_field(
    tmp_path: Path, changes: dict[str, object], field: str
) -> None:
    query = replace(UsageQuery(since_time=NOON, until_time=NOON + 60, bucket=_B.MINUTE), **changes)  # type: ignore[arg-type]
    with opened(tmp_path) as store, pytest.raises(ValueError, match=f"^{field}"):
        store.usage(query, NOON + 60)


def test_what_was_recorded_of_the_first_bucket_counts_from_the_beginning(tmp_path: Path) -> None:
    with opened(tmp_path, now=NOON + 208) as store:
        store.append(UsageBatch(until_time=NOON + 228, rows=(row(NOON + 210),)))
        for size in (BucketSize.HOUR, BucketSize.DAY, BucketSize.MINUTE):
            answer = store.usage(UsageQuery(since_time=NOON, bucket=size), NOON + 228)
            assert sum(bucket.recorded_seconds for bucket in answer.buckets) == 20
            assert [gap.until_time for gap in answer.gaps] == [NOON + 208]


def test_what_nobody_recorded_before_is_no_zero(tmp_path: Path) -> None:
    query = UsageQuery(
        since_time=NOON, bucket=BucketSize.HOUR, compare=True, group_by=(UsageDimension.APPLICATION,), top=1
    )
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON, application_id="exe:b"))
        answer = store.usage(query, NOON + 3600)
        assert answer.previous_total is None
        assert answer.rest is not None
        assert [series.previous for series in (*answer.series, answer.rest)] == [None, None]
        keep(store, row(NOON + 3600, application_id="exe:c"))
        answer = store.usage(replace(query, since_time=NOON + 3600), NOON + 7200)
        assert answer.series[0].previous == NO_USAGE
