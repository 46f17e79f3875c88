"""Sums by group: the ways to them give the same."""

import random
from pathlib import Path

import pytest

from netmon.model import NO_USAGE, BucketSize, Calendar, Scope, UsageAnswer, UsageDimension, UsageQuery, UsageSums
from netmon_recorder.store.filtering import Condition
from netmon_recorder.store.grouping import NO_GROUP, biggest, columns
from netmon_recorder.store.ranges import Segment, Tier
from netmon_recorder.store.sqlite import SqliteStore
from netmon_recorder.store.summing import (
    KeptCondition,
    RowCondition,
    SomeGroups,
    biggest_groups,
    combined,
    moved_edges,
    row_condition,
    sums_of,
)
from tests.support.history_stage import NOON, at, keep, opened, row

_DOMAIN = columns((UsageDimension.DOMAIN,))
_PART = [Segment(tier=Tier.MINUTE, first=0, last=1 << 40)]


def test_the_smaller_set_of_keys_is_written_down(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON, domain=f"{each}.example") for each in range(9)), row(NOON, scope=Scope.LOOPBACK))
        connection = store._writer
        assert row_condition(connection, Condition()) == RowCondition()
        assert row_condition(connection, Condition(text="k.scope < 9")) == RowCondition()
        assert "NOT IN" in row_condition(connection, Condition(text="k.scope <> 1")).text
        few = row_condition(connection, Condition(text="k.scope = 1"))
        assert "NOT" not in few.text
        assert sums_of(connection, _PART, NO_GROUP, few) == {(0,): UsageSums(100, 1000, 3, 1)}


def test_a_key_that_is_made_later_is_asked_too(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON, domain="a.example"))
        kept = KeptCondition(Condition(text="k.scope <> 1"))
        before = kept.now(store._writer)
        assert kept.now(store._writer) is before
        keep(store, row(NOON, scope=Scope.LOOPBACK))
        assert sums_of(store._writer, _PART, NO_GROUP, kept.now(store._writer))[0,].received_bytes == 2000


def test_some_groups_are_those_of_all(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON + 60 * (each % 3), domain=f"{each % 4}.example") for each in range(24)))
        every = sums_of(store._writer, _PART, _DOMAIN, RowCondition())
        wanted = sorted(every)[:2]
        some = SomeGroups(store._writer, _DOMAIN, wanted).sums_of(_PART, RowCondition())
        assert some == {numbers: every[numbers] for numbers in wanted}
        assert len(every) == 4


def test_the_biggest_groups_are_those_of_all_in_the_same_order(tmp_path: Path) -> None:
    chance = random.Random(7)
    with opened(tmp_path) as store:
        keep(store, *(row(NOON, chance.choice((1, 5, 9)), interface=f"eth{each}") for each in range(30)))
        group = (UsageDimension.INTERFACE,)
        every = sums_of(store._writer, _PART, columns(group), RowCondition())
        for most in (1, 7, 30, 99):
            order = biggest(store._writer, group, every, most)
            assert biggest_groups(store._writer, _PART[0], group, RowCondition(), most) == (order, 30)


def test_bounds_are_moved_by_what_lies_beside_them() -> None:
    a, b = (1,), (2,)
    days = [{a: UsageSums(10, 0, 0, 0)}, {a: UsageSums(20, 0, 0, 0), b: UsageSums(5, 0, 0, 0)}]
    edges = [(1, {a: UsageSums(1, 0, 0, 0)}), (-1, {b: UsageSums(5, 0, 0, 0)}), (1, {a: UsageSums(3, 0, 0, 0)})]
    first, second = moved_edges(days, edges)
    assert first == {a: UsageSums(11, 0, 0, 0), b: UsageSums(5, 0, 0, 0)}
    assert second == {a: UsageSums(17, 0, 0, 0)}
    assert combined(NO_USAGE, UsageSums(1, 2, 3, 4), -1) == UsageSums(-1, -2, -3, -4)


def answers(store: SqliteStore, zone: str, size: BucketSize, now: float) -> UsageAnswer:
    query = UsageQuery(
        since_time=at("2026-03-20"),
        until_time=now,
        bucket=size,
        group_by=(UsageDimension.DOMAIN,),
        top=3,
        calendar=Calendar(time_zone=zone),
    )
    return store.usage(query, now)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland", "Pacific/Honolulu", "UTC"])
def test_days_and_months_of_another_zone_are_the_sums_of_its_hours(tmp_path: Path, zone: str) -> None:
    chosen, now = random.Random(5), at("2026-04-10 17:07", "Europe/Berlin")
    with opened(tmp_path, zone="Europe/Berlin") as store:
        times = sorted(chosen.uniform(at("2026-03-20"), now) for _ in range(400))
        keep(store, *(row(time, chosen.randrange(9_999), domain=f"{chosen.randrange(9)}.example") for time in times))
        hours = answers(store, zone, BucketSize.HOUR, now)
        for size in (BucketSize.DAY, BucketSize.MONTH):
            found = answers(store, zone, size, now)
            for index, bucket in enumerate(found.buckets):
                inner = [
                    each.total
                    for each in hours.buckets
                    if each.total and bucket.start_time <= each.start_time < bucket.end_time
                ]
                assert (bucket.total or NO_USAGE).received_bytes == sum(sums.received_bytes for sums in inner)
                parts = [
                    point.sums for series in found.series for point in series.points if point.bucket_index == index
                ]
                parts += (
                    [point.sums for point in found.rest.points if point.bucket_index == index] if found.rest else []
                )
                assert sum(sums.received_bytes for sums in parts) == (bucket.total or NO_USAGE).received_bytes
            assert [series.key for series in found.series] == [series.key for series in hours.series]
            assert [series.total for series in found.series] == [series.total for series in hours.series]
            assert found.rest_count == 6
