"""Roll-ups held against what they were made of."""

from pathlib import Path

import pytest

from netmon.model import BucketSize, Calendar, CleanupSelection, RetentionPolicy, UsageQuery
from tests.support.history_stage import NOON, keep, opened, row

_DAY = 86_400


def test_a_whole_history_needs_no_mending(tmp_path: Path) -> None:
    with opened(tmp_path, zone="Europe/Berlin") as store:
        keep(store, *(row(NOON + each * 1111) for each in range(300)))
        report = store.run_aggregation(NOON + 4 * _DAY)
        assert report.read_row_count > 300
        assert (report.mended_hour_row_count, report.mended_day_row_count) == (0, 0)
        assert store.status(NOON).last_aggregation_time == NOON + 4 * _DAY


def test_rows_of_a_clock_that_was_set_back_are_left_as_they_are(tmp_path: Path) -> None:
    ahead = NOON + _DAY
    with opened(tmp_path) as store:
        keep(store, *(row(ahead + minute * 60, received=100) for minute in range(15)))
        report = store.run_aggregation(NOON + 7 * 60)
        assert (report.mended_hour_row_count, report.mended_day_row_count) == (0, 0)
        query = UsageQuery(since_time=ahead, until_time=ahead + 3600, bucket=BucketSize.HOUR)
        assert store.usage(query, ahead + 3600).total.received_bytes == 1500


@pytest.mark.parametrize("table", ["usage_quarter", "usage_day", "usage_month"])
def test_what_a_fault_has_changed_is_mended(tmp_path: Path, table: str) -> None:
    midnight = NOON - 43_200
    with opened(tmp_path) as store:
        keep(store, *(row(midnight + each * 900) for each in range(96)))
        store._writer.execute(f"UPDATE {table} SET received_bytes = 1")  # noqa: S608 -- a name of this test
        report = store.run_aggregation(midnight + _DAY)
        assert report.mended_hour_row_count + report.mended_day_row_count >= 1
        for size in (BucketSize.HOUR, BucketSize.DAY):
            query = UsageQuery(since_time=midnight, until_time=midnight + _DAY, bucket=size)
            assert store.usage(query, midnight + _DAY).total.received_bytes == 96_000
        assert store.run_aggregation(midnight + _DAY).mended_day_row_count == 0


def test_days_are_made_anew_for_a_user_who_moved_and_no_byte_is_lost(tmp_path: Path) -> None:
    rows = [row(NOON + each * 900, received=each) for each in range(400)]
    now = NOON + 5 * _DAY
    with opened(tmp_path, zone="Europe/Berlin") as store:
        keep(store, *rows)
    with opened(tmp_path, zone="Asia/Kathmandu", first_day=15) as store:
        assert [note.code for note in store.status(now).degraded] == ["history.zone"]
        query = UsageQuery(since_time=NOON - _DAY, until_time=now, bucket=BucketSize.DAY)
        before = store.usage(query, now)
        assert store.run_aggregation(now).mended_day_row_count > 0
        after = store.usage(query, now)
        assert store.status(now).degraded == ()
        assert store.status(now).calendar == Calendar(time_zone="Asia/Kathmandu", month_first_day=15)
    assert [bucket.total for bucket in after.buckets[2:]] == [bucket.total for bucket in before.buckets[2:]]
    assert before.total == after.total
    assert after.total.received_bytes == sum(range(400))


@pytest.mark.parametrize("off", [RetentionPolicy(minute_seconds=0), RetentionPolicy(minute_seconds=0, hour_seconds=0)])
def test_what_was_not_kept_for_a_while_takes_nothing_from_what_is_made_of_it(
    tmp_path: Path, off: RetentionPolicy
) -> None:
    for minute in range(0, 60, 10):
        with opened(tmp_path, policy=off if 20 <= minute < 40 else None) as store:
            keep(store, *(row(NOON + each * 60, received=1) for each in range(minute, minute + 10)))
    now = NOON + 3600
    with opened(tmp_path, zone="Asia/Kathmandu") as store:
        store.run_aggregation(now)
        recent = store.usage(UsageQuery(since_time=NOON + 1500, until_time=NOON + 1800, bucket=BucketSize.RANGE), now)
        for size in (BucketSize.HOUR, BucketSize.DAY):
            if size is BucketSize.DAY or off.hour_seconds:
                query = UsageQuery(since_time=NOON, until_time=now, bucket=size)
                assert store.usage(query, now).total.received_bytes == 60
    assert recent.total.received_bytes >= 5


@pytest.mark.parametrize("first", [NOON, NOON - 43_200 - 7200])
@pytest.mark.parametrize("hours", [400 * _DAY, 2 * _DAY])
def test_days_of_a_zone_that_is_not_known_any_more_are_made_anew_when_it_starts(
    tmp_path: Path, hours: int, first: float
) -> None:
    rows = [row(first + each * 900, received=each) for each in range(800)]
    now = NOON + 9 * _DAY
    with opened(tmp_path, zone="Europe/Berlin", policy=RetentionPolicy(hour_seconds=hours)) as store:
        keep(store, *rows)
        list(store.cleanup(CleanupSelection(), now))
        store._writer.execute("UPDATE note SET value = 'Mars/Olympus' WHERE name = 'day_zone'")
    with opened(tmp_path, zone="Asia/Kathmandu", policy=RetentionPolicy(hour_seconds=hours)) as store:
        keep(store, row(now, received=1))
        assert store.status(now).degraded == ()
        assert store.status(now).calendar.time_zone == "Asia/Kathmandu"
        for size in (BucketSize.DAY, BucketSize.MONTH, BucketSize.RANGE):
            query = UsageQuery(since_time=NOON - 3 * _DAY, until_time=now + 60, bucket=size)
            assert store.usage(query, now + 60).total.received_bytes == sum(range(800)) + 1


def test_where_no_hours_are_kept_days_of_an_unknown_zone_count_where_they_begin(tmp_path: Path) -> None:
    policy = RetentionPolicy(minute_seconds=0, hour_seconds=0)
    with opened(tmp_path, zone="Europe/Berlin", policy=policy) as store:
        keep(store, *(row(NOON + each * 3600) for each in range(100)))
        store._writer.execute("UPDATE note SET value = 'Mars/Olympus' WHERE name = 'day_zone'")
    with opened(tmp_path, zone="Asia/Kathmandu", policy=policy) as store:
        query = UsageQuery(since_time=NOON - _DAY, bucket=BucketSize.DAY)
        assert store.usage(query, NOON + 5 * _DAY).total.received_bytes == 100_000
