"""Rows of a range, a bucket at a time: memory is bounded by one bucket, and nothing is held between two of them."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final

from netmon.model import (
    BucketSize,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportItem,
    ExportQuery,
    UsageDimension,
    UsageRow,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.filtering import condition
from netmon_recorder.store.grouping import EVERY_DIMENSION, GroupNames, check_dimensions, columns, is_of_seconds
from netmon_recorder.store.missing import gaps_of
from netmon_recorder.store.ranges import Kept, Segment, Tier, check_reach, outward, segments
from netmon_recorder.store.summing import KeptCondition, sums_of

_BATCH_ROWS: Final = 1000
_STEP_BUCKETS: Final = 250
"""Buckets until a batch comes, even without a row: between two an export can be broken off."""

_DAY_SECONDS: Final = 86_400
"""A day of another zone is found by its middle: its row may begin so much before its bucket."""

Borrow = Callable[[], AbstractContextManager[sqlite3.Connection]]
"""Gives a reading connection for a while."""


def export_rows(
    borrow: Borrow, query: ExportQuery, now: float, calendar: ZoneCalendar, kept: Kept, *, is_part: bool = False
) -> Iterator[ExportItem]:
    """Give the items of an export. Raises ValueError by field, with the first item.

    ``is_part``: for somebody who sees their own part alone, and is not told how many rows there are of all.
    """
    check_dimensions(query.group_by, "ExportQuery.group_by", len(EVERY_DIMENSION) + 1)
    size, first, last = _frame(query, now, calendar, kept)
    dimensions = query.group_by or EVERY_DIMENSION
    grain = size
    if is_of_seconds(query.group_by, size, "ExportQuery.group_by"):
        check_reach(last, kept, "ExportQuery.since_time")
        grain = BucketSize.SECOND
        dimensions = query.group_by or (*EVERY_DIMENSION, UsageDimension.PROCESS)
    with borrow() as connection:
        rows_of = KeptCondition(condition(connection, query.filter, include_loopback=query.include_loopback))
        parts = segments(first, last, grain, kept, calendar)
        estimate = 0 if is_part else _row_count(connection, parts)
        gaps = gaps_of(connection, first, min(last, now), grain, kept)
        oldest = _oldest_row(connection, parts)
    yield ExportHeader(
        since_time=first,
        until_time=last,
        bucket=size,
        calendar=calendar.calendar,
        estimated_row_count=estimate,
        gaps=gaps,
    )
    # Before the oldest row there are buckets without end: minutes since 1970 are 30 million.
    begin = last if oldest is None else max(first, calendar.start(size, oldest))
    starts = [first] if size is BucketSize.RANGE else calendar.starts(size, begin, last)
    rows: list[UsageRow] = []
    count = buckets = 0
    for start in starts:
        end = last if size is BucketSize.RANGE else calendar.next(size, start)
        rows += _rows(borrow, start, segments(start, end, grain, kept, calendar), dimensions, rows_of)
        buckets += 1
        while len(rows) >= _BATCH_ROWS:
            batch, rows = rows[:_BATCH_ROWS], rows[_BATCH_ROWS:]
            count, buckets = count + len(batch), 0
            yield ExportBatch(rows=tuple(batch), done_until_time=start)
        if buckets == _STEP_BUCKETS:
            count, buckets = count + len(rows), 0
            yield ExportBatch(rows=tuple(rows), done_until_time=end)
            rows = []
    if rows:
        count += len(rows)
        yield ExportBatch(rows=tuple(rows), done_until_time=last)
    yield ExportEnd(row_count=count)


def _rows(
    borrow: Borrow, start: int, parts: list[Segment], dimensions: Sequence[UsageDimension], rows_of: KeptCondition
) -> list[UsageRow]:
    """Give the rows of a bucket. By name: in the order of their numbers one would see which history knew first."""
    with borrow() as connection:
        groups = sums_of(connection, parts, columns(dimensions), rows_of.now(connection))
        keys = GroupNames(connection, dimensions).keys(groups) if groups else []
    return sorted(UsageRow(start, key, sums) for key, sums in zip(keys, groups.values(), strict=True))


def _row_count(connection: sqlite3.Connection, parts: list[Segment]) -> int:
    return sum(
        connection.execute(
            f"SELECT count(*) FROM {part.tier.table} WHERE bucket >= ? AND bucket < ?",  # noqa: S608 -- a name of ours
            (part.first, part.last),
        ).fetchone()[0]
        for part in parts
    )


def _oldest_row(connection: sqlite3.Connection, parts: list[Segment]) -> int | None:
    """Give a time in or before the bucket of the oldest row among these; None where there is none."""
    known: list[int] = []
    for part in parts:
        (bucket,) = connection.execute(
            f"SELECT min(bucket) FROM {part.tier.table} WHERE bucket >= ? AND bucket < ?",  # noqa: S608 -- a name of ours
            (part.first, part.last),
        ).fetchone()
        if bucket is not None:
            earlier = _DAY_SECONDS if part.tier in (Tier.DAY, Tier.MONTH) else 0
            known.append(bucket * part.tier.unit_seconds - earlier)
    return min(known, default=None)


def _frame(query: ExportQuery, now: float, calendar: ZoneCalendar, kept: Kept) -> tuple[BucketSize, int, int]:
    until = min(now, now if query.until_time is None else query.until_time)
    size = query.bucket
    oldest = kept.oldest(BucketSize.DAY if size is BucketSize.UNSPECIFIED else size)
    since = (float(oldest) if oldest is not None else until - 60) if query.since_time is None else query.since_time
    if since >= until:
        raise ValueError("ExportQuery.since_time: not before until_time and now")
    if size is BucketSize.UNSPECIFIED:
        if kept.minute is not None and since >= kept.minute:
            size = BucketSize.MINUTE
        elif kept.quarter is not None and since >= kept.quarter:
            size = BucketSize.HOUR
        else:
            size = BucketSize.DAY
    if size is BucketSize.RANGE:
        return size, outward(since, kept, calendar, up=False), outward(until, kept, calendar, up=True)
    return size, calendar.start(size, since), calendar.first_from(size, until)
