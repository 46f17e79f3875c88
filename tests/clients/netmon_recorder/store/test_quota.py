"""What goes for the quota."""

from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import BucketSize, CleanupSelection, HistoryGapKind, RetentionPolicy, StorageState, UsageQuery
from netmon_recorder.store import StorageOverQuota
from netmon_recorder.store.quota import used_bytes
from tests.support.history_stage import NOON, at, keep, opened, row

_B = BucketSize
_DAY = 86_400


def test_a_quota_takes_the_oldest_of_the_finest_and_leaves_room(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for hour in range(48):
            start = NOON + hour * 3600
            keep(
                store,
                *(row(start + minute * 60, domain=f"{each}.example") for minute in range(60) for each in range(9)),
            )
    now = NOON + 2 * _DAY
    quota = 350_000
    with opened(tmp_path, policy=RetentionPolicy(quota_bytes=quota)) as store:
        assert store.needs_cleanup()
        with pytest.raises(StorageOverQuota):
            keep(store, row(now))
        assert store.status(now).state is StorageState.QUOTA_REACHED
        assert [note.code for note in store.status(now).degraded] == ["history.quota"]
        plan = store.cleanup_plan(CleanupSelection(), now)
        assert plan.tiers[0].bucket is _B.MINUTE
        assert plan.tiers[0].oldest_time == NOON
        for _ in store.cleanup(CleanupSelection(), now):
            pass
        assert store.status(now).tiers[0].row_count < 48 * 60 * 9 // 2
        assert store.usage(UsageQuery(since_time=NOON, bucket=_B.HOUR), now).total.received_bytes == 48 * 60 * 9 * 1000
        assert not store.needs_cleanup()
        keep(store, row(now))
        assert store.status(now).state is StorageState.WRITING


def test_where_one_day_fills_the_quota_the_newest_is_always_recorded(tmp_path: Path) -> None:
    midnight = int(NOON) - 43_200
    now, refused = midnight, list[int]()
    with opened(tmp_path, policy=RetentionPolicy(quota_bytes=600_000)) as store:
        for number in range(2 * 96):
            now = midnight + number * 900
            rows = [row(now, received=1, remote_host=f"{number}.{each}", domain="") for each in range(50)]
            try:
                keep(store, *rows)
            except StorageOverQuota:
                refused.append(number)
            for _ in range(2):
                if store.needs_cleanup():
                    list(store.cleanup(CleanupSelection(), now + 60))
                    store.refresh_caches()
        assert store.usage(UsageQuery(since_time=now, bucket=_B.MINUTE), now + 60).total.received_bytes == 50
        tables = [
            dict(store._writer.execute(f"SELECT key, sum(received_bytes) FROM usage_{each} GROUP BY key").fetchall())  # noqa: S608 -- names of this test
            for each in ("day", "month")
        ]
        days = store.usage(UsageQuery(since_time=midnight, bucket=_B.DAY), now + 60)
    assert refused == []
    assert tables[0] == tables[1]
    assert days.total.received_bytes == sum(tables[0].values()) > 0
    (gap,) = days.gaps
    assert gap.kind is HistoryGapKind.NOT_KEPT
    assert gap.until_time is not None
    assert gap.until_time > now // _DAY * _DAY, "of the running day the first hours are not kept"
    assert days.buckets[-1].recorded_seconds == now + 60 - gap.until_time
    assert days.total.received_bytes >= (now - gap.until_time) // 900 * 50


def test_before_the_running_day_goes_what_the_keys_of_other_rows_take(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON + each // 70 * 60, domain=f"{each}.example") for each in range(2100)))
        for table in ("usage_minute", "usage_quarter", "usage_day", "usage_month"):
            store._writer.execute(f"DELETE FROM {table} WHERE key > 9")  # noqa: S608 -- names of this test
        used = used_bytes(store._writer)
    with opened(tmp_path, policy=RetentionPolicy(quota_bytes=used)) as store:
        list(store.cleanup(CleanupSelection(), NOON + 1800))
        list(store.cleanup(CleanupSelection(), NOON + 1800))
        (days,) = store._writer.execute("SELECT count(*) FROM usage_day").fetchone()
        assert days == 9
        assert store.needs_cleanup()
        store.refresh_caches()
        assert not store.needs_cleanup()


@pytest.mark.parametrize("clock", ["2026-05-20 12:00", "2026-04-01"])
def test_a_quota_takes_days_one_by_one_and_the_month_is_what_is_left_of_them(tmp_path: Path, clock: str) -> None:
    start, now = at("2026-05-01"), at("2026-05-20 12:00")
    policy = RetentionPolicy(minute_seconds=0, hour_seconds=0)
    with opened(tmp_path, policy=policy, now=start) as store:
        for day in range(19):
            keep(store, *(row(start + day * _DAY, received=1, domain=f"{day}.{each}.example") for each in range(500)))
        used = used_bytes(store._writer)
    with opened(tmp_path, policy=replace(policy, quota_bytes=used), now=now) as store:
        list(store.cleanup(CleanupSelection(), at(clock)))
        query = UsageQuery(since_time=start, until_time=now, bucket=_B.DAY)
        days, months = store.usage(query, now), store.usage(replace(query, bucket=_B.MONTH), now)
        begin = days.gaps[0].until_time
    assert begin is not None
    assert start + _DAY < begin < now - 2 * _DAY
    assert all(not bucket.total or bucket.start_time >= begin for bucket in days.buckets)
    assert days.total.received_bytes == months.total.received_bytes == (at("2026-05-20") - begin) // _DAY * 500
    assert months.buckets[0].recorded_seconds == now - begin
