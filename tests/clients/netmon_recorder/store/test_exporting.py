"""Rows out."""

import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from netmon.model import (
    BucketSize,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportQuery,
    RetentionPolicy,
    UsageDimension,
    UsageRow,
)
from netmon_client import parse_query
from netmon_recorder.store import UsageBatch
from tests.support.history_stage import NOON, keep, opened, row
from tests.support.line_count import lines_run

_B = BucketSize


def test_all_rows_come_between_a_header_and_an_end(tmp_path: Path) -> None:
    rows = [row(NOON + minute * 60, domain=f"{each}.example") for minute in range(50) for each in range(30)]
    with opened(tmp_path) as store:
        keep(store, *rows)
        header, *batches, end = list(store.export(ExportQuery(since_time=NOON), NOON + 3600))
    assert isinstance(header, ExportHeader)
    assert (header.bucket, header.estimated_row_count) == (_B.MINUTE, 1500)
    assert end == ExportEnd(row_count=1500)
    came: list[UsageRow] = [each for batch in batches if isinstance(batch, ExportBatch) for each in batch.rows]
    assert sorted(came) == sorted(rows)
    assert [each.start_time for each in came] == sorted(each.start_time for each in came)


@pytest.mark.parametrize(("size", "count"), [(_B.HOUR, 48), (_B.DAY, 2), (_B.RANGE, 1)])
def test_rows_are_of_the_size_and_the_group_that_were_asked_for(tmp_path: Path, size: BucketSize, count: int) -> None:
    midnight = NOON - 43_200
    with opened(tmp_path) as store:
        keep(store, *(row(midnight + hour * 3600, domain=f"{hour}.example") for hour in range(48)))
        query = ExportQuery(since_time=midnight, bucket=size, group_by=(UsageDimension.APPLICATION,))
        items = list(store.export(query, midnight + 2 * 86_400))
    rows = [each for item in items if isinstance(item, ExportBatch) for each in item.rows]
    assert len(rows) == count
    assert {each.key.application_name for each in rows} == {"firefox"}
    assert sum(each.sums.received_bytes for each in rows) == 48_000


def test_memory_is_bounded_by_a_bucket_and_the_writer_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for hour in range(8):
            start = NOON + hour * 3600
            keep(
                store,
                *(row(start + minute * 60, domain=f"{each}.example") for minute in range(60) for each in range(25)),
            )
        tracemalloc.start()
        items = store.export(ExportQuery(since_time=NOON), NOON + 8 * 3600)
        next(items)
        keep(store, row(NOON))  # nothing is held between two items
        count = sum(len(item.rows) for item in items if isinstance(item, ExportBatch))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 8 * 60 * 25 + 1
    assert peak < 2_000_000


def test_an_empty_range_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as store, pytest.raises(ValueError, match=r"^ExportQuery\.since_time"):
        next(store.export(ExportQuery(since_time=NOON + 60), NOON))


@pytest.mark.parametrize("size", [_B.MINUTE, _B.HOUR, _B.DAY])
def test_an_export_since_1970_costs_no_more_than_one_of_what_is_kept(tmp_path: Path, size: BucketSize) -> None:
    rows = [row(NOON + minute * 60) for minute in range(3)]
    with opened(tmp_path) as store:
        keep(store, *rows)
        asked = [ExportQuery(since_time=since, bucket=size) for since in (0.0, NOON - 90_000)]
        long, short = [[*store.export(query, NOON + 180)] for query in asked]
        lines = [lines_run(lambda query=query: list(store.export(query, NOON + 180))) for query in asked]
    assert isinstance(long[0], ExportHeader)
    assert long[0].since_time == 0
    assert long[1:] == short[1:]
    assert lines[0] <= lines[1] * 1.2


def test_where_nothing_is_found_batches_without_rows_come_in_short_steps(tmp_path: Path) -> None:
    minutes = 3 * 86_400 // 60
    with opened(tmp_path) as store:
        keep(store, row(NOON), row(NOON + minutes * 60 - 60))
        query = ExportQuery(since_time=NOON, bucket=_B.MINUTE, filter=parse_query("app:curl"))
        _, *batches, end = store.export(query, NOON + minutes * 60)
    assert end == ExportEnd(row_count=0)
    assert len(batches) >= minutes // 1000
    times = [batch.done_until_time for batch in batches if isinstance(batch, ExportBatch)]
    assert times == sorted(set(times))
    assert len(times) == len(batches)


def test_rows_that_are_far_between_come_with_the_time_that_they_are_whole_until(tmp_path: Path) -> None:
    rows = [row(NOON + hour * 3600) for hour in range(24)]
    with opened(tmp_path) as store:
        keep(store, *rows)
        items = list(store.export(ExportQuery(since_time=NOON, bucket=_B.MINUTE), NOON + 86_400))
    batches = [item for item in items if isinstance(item, ExportBatch)]
    assert [each for batch in batches for each in batch.rows] == rows
    for batch, after in pairwise(batches):
        assert all(each.start_time < batch.done_until_time for each in batch.rows)
        assert all(each.start_time >= batch.done_until_time for each in after.rows)


def test_an_export_of_seconds_begins_where_there_are_some(tmp_path: Path) -> None:
    policy = RetentionPolicy(second_seconds=3 * 3600)
    with opened(tmp_path, policy=policy) as store:
        second = row(NOON + 7)
        store.append(UsageBatch(until_time=NOON + 60, rows=(row(NOON),), seconds=(second,)))
        query = ExportQuery(since_time=NOON - 86_400, bucket=_B.SECOND)
        items = list(store.export(query, NOON + 60))
        lines = lines_run(lambda: list(store.export(query, NOON + 60)))
    assert [each.start_time for item in items if isinstance(item, ExportBatch) for each in item.rows] == [NOON + 7]
    assert lines < 20_000


def test_an_export_of_nothing_is_a_header_and_an_end(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        _, end = store.export(ExportQuery(since_time=0.0, bucket=_B.MINUTE), NOON)
    assert end == ExportEnd(row_count=0)
