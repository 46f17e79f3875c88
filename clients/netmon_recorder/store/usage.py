"""Usage by bucket and group."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netmon.model import (
    NO_USAGE,
    BucketSize,
    HistoryGap,
    UsageAnswer,
    UsageBucket,
    UsagePoint,
    UsageQuery,
    UsageSeries,
    UsageSums,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.filtering import Condition, condition
from netmon_recorder.store.gaps import is_lower_bound, overlapping, recorded_seconds
from netmon_recorder.store.grouping import GroupNames, Numbers, check_dimensions, columns
from netmon_recorder.store.missing import gaps_of
from netmon_recorder.store.ranges import Kept, Segment, outward, segments

MOST_BUCKETS = 10_000
_DAY_SECONDS = 86_400
_MOST_SERIES = 1000
_USUAL_SERIES = 10

# The longest range that gets a size where the question leaves it open: at most 750 buckets.
_SIZES = ((3 * 3600, BucketSize.MINUTE), (4 * _DAY_SECONDS, BucketSize.HOUR), (100 * _DAY_SECONDS, BucketSize.DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The buckets of an answer: their bounds, one more than buckets."""

    size: BucketSize
    bounds: tuple[int, ...]
    calendar: ZoneCalendar
    kept: Kept

    def parts(self, first: int, last: int) -> list[Segment]:
        """Give where the rows of a stretch are."""
        return segments(first, last, self.size, self.kept, self.calendar)


def frame_of(since: float, until: float, size: BucketSize, calendar: ZoneCalendar, kept: Kept, now: float) -> Frame:
    """Give the buckets of a range. Raises ValueError for a range that is empty, or of too many buckets."""
    until = min(until, now)
    if since >= until:
        raise ValueError("UsageQuery.since_time: not before until_time and now")
    if size is BucketSize.UNSPECIFIED:
        size = next((each for longest, each in _SIZES if until - since <= longest), BucketSize.MONTH)
    bounds: list[int] = []
    if size is BucketSize.RANGE:
        first = outward(since, kept, calendar, up=False)
        bounds = [first, max(outward(until, kept, calendar, up=True), first + 60)]
    else:
        for start in calendar.starts(size, calendar.start(size, since), int(-(-until // 1))):
            bounds.append(start)
            if len(bounds) > MOST_BUCKETS:
                raise ValueError(f"UsageQuery.bucket: more than {MOST_BUCKETS:,} of them in the range")
        bounds.append(calendar.next(size, bounds[-1]))
    return Frame(size=size, bounds=tuple(bounds), calendar=calendar, kept=kept)


def answer_usage(
    connection: sqlite3.Connection, query: UsageQuery, now: float, calendar: ZoneCalendar, kept: Kept
) -> UsageAnswer:
    """Answer a question, within a transaction. Raises ValueError naming the field that makes no sense."""
    check_dimensions(query.group_by, "UsageQuery.group_by", 2)
    if query.top > _MOST_SERIES:
        raise ValueError(f"UsageQuery.top: more than {_MOST_SERIES:,}")
    until = now if query.until_time is None else query.until_time
    since = until - _DAY_SECONDS if query.since_time is None else query.since_time
    frame = frame_of(since, until, query.bucket, calendar, kept, now)
    where = condition(connection, query.filter, include_loopback=query.include_loopback)
    rows = [sums_of(connection, frame.parts(*pair), columns(query.group_by), where) for pair in _pairs(frame.bounds)]
    gaps = gaps_of(connection, frame.bounds[0], min(frame.bounds[-1], now), frame.size, kept)
    before = _before(connection, query, frame, where, now) if query.compare else None
    series, rest, rest_count = _series(connection, query, rows, before)
    total = added(sums for groups in rows for sums in groups.values())
    return UsageAnswer(
        since_time=frame.bounds[0],
        until_time=frame.bounds[-1],
        bucket=frame.size,
        calendar=calendar.calendar,
        buckets=_buckets(frame, rows, gaps, before, now),
        series=series,
        rest=rest,
        rest_count=rest_count,
        total=total,
        previous_total=None if before is None else before.total,
        gaps=gaps,
        previous_gaps=() if before is None else before.gaps,
        previous_since_time=None if before is None else before.bounds[0],
        previous_until_time=None if before is None else before.bounds[-1],
        oldest_time=kept.oldest(frame.size),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The period before: each bucket as a whole, and each group over all of them."""

    bounds: tuple[int, ...]
    rows: list[dict[Numbers, UsageSums]]
    groups: dict[Numbers, UsageSums]
    gaps: tuple[HistoryGap, ...]

    @property
    def total(self) -> UsageSums | None:
        sums = added(sums for groups in self.rows for sums in groups.values())
        known = recorded_seconds(self.bounds[0], self.bounds[-1], self.gaps)
        return sums if known or sums != NO_USAGE else None


def _before(connection: sqlite3.Connection, query: UsageQuery, frame: Frame, where: Condition, now: float) -> _Before:
    """Give as many buckets before; the last one as long as the running one has been."""
    bounds = list(previous_bounds(frame, now))
    # A part of a bucket is read as a free range.
    size = frame.size if frame.size in (BucketSize.MINUTE, BucketSize.HOUR) else BucketSize.RANGE

    def summed(first: int, last: int, group: str) -> dict[Numbers, UsageSums]:
        parts = segments(first, last, size, frame.kept, frame.calendar)
        return sums_of(connection, parts, group, where)

    rows = [summed(first, last, columns(())) for first, last in _pairs(bounds)]
    groups = summed(bounds[0], bounds[-1], columns(query.group_by)) if query.group_by else {}
    gaps = gaps_of(connection, bounds[0], bounds[-1], frame.size, frame.kept)
    return _Before(bounds=tuple(bounds), rows=rows, groups=groups, gaps=gaps)


def previous_bounds(frame: Frame, now: float) -> tuple[int, ...]:
    """Give the bounds of the period before."""
    count, bounds = len(frame.bounds) - 1, frame.bounds
    if frame.size is BucketSize.RANGE:
        return (2 * bounds[0] - bounds[1], bounds[0])
    first = frame.calendar.before(frame.size, bounds[0], count)
    starts = list(frame.calendar.starts(frame.size, first, bounds[0]))[:count]
    end = starts[-1] + max(0, int(now) - bounds[-2]) if now < bounds[-1] else bounds[0]
    following = min(frame.calendar.next(frame.size, starts[-1]), bounds[0])
    end = min(max(end, starts[-1] + 60), following)
    return (*starts, end if end == following else outward(end, frame.kept, frame.calendar, up=False))


def sums_of(
    connection: sqlite3.Connection, parts: Sequence[Segment], group: str, where: Condition
) -> dict[Numbers, UsageSums]:
    """Give the sums of each group in the parts of a stretch."""
    found: dict[Numbers, UsageSums] = {}
    for part in parts:
        for row in connection.execute(
            # CROSS JOIN keeps SQLite from going through all keys first (its manual, "Manual Control Of Query Plans").
            f"SELECT sum(u.sent_bytes), sum(u.received_bytes), sum(u.packet_count), sum(u.connection_count), {group}"  # noqa: S608 -- names of ours; all values are marks
            f" FROM {part.tier.table} u CROSS JOIN key k ON k.id = u.key"
            f" WHERE u.bucket >= ? AND u.bucket < ?{_keys(where)} GROUP BY {group}",
            (part.first, part.last, *where.values),
        ):
            numbers: Numbers = row[4:]
            sums = UsageSums(*row[:4])
            found[numbers] = found[numbers].plus(sums) if numbers in found else sums
    return found


def _keys(where: Condition) -> str:
    """Give the condition on rows. The keys of a filter are found once, so that other rows cost no look at their key."""
    if not where.values:
        return where.joined("AND")
    return f" AND u.key IN (SELECT k.id FROM key k{where.joined('WHERE')})"  # noqa: S608 -- names of ours; all values are marks


def _buckets(
    frame: Frame,
    rows: Sequence[dict[Numbers, UsageSums]],
    gaps: Sequence[HistoryGap],
    before: _Before | None,
    now: float,
) -> tuple[UsageBucket, ...]:
    buckets: list[UsageBucket] = []
    for index, (start, end) in enumerate(_pairs(frame.bounds)):
        reached = min(end, now)
        near = overlapping(start, reached, gaps)
        sums = added(rows[index].values())
        seconds = recorded_seconds(start, reached, near)
        buckets.append(
            UsageBucket(
                start_time=start,
                end_time=end,
                is_running=now < end,
                recorded_seconds=seconds,
                total=sums if seconds or sums != NO_USAGE else None,
                previous=None if before is None else _previous(before, index),
                is_lower_bound=is_lower_bound(start, reached, near),
            )
        )
    return tuple(buckets)


def _previous(before: _Before, index: int) -> UsageSums | None:
    if index + 1 >= len(before.bounds):
        return None
    start, end = before.bounds[index], before.bounds[index + 1]
    sums = added(before.rows[index].values())
    known = recorded_seconds(start, end, overlapping(start, end, before.gaps))
    return sums if known or sums != NO_USAGE else None


def _series(
    connection: sqlite3.Connection,
    query: UsageQuery,
    rows: Sequence[dict[Numbers, UsageSums]],
    before: _Before | None,
) -> tuple[tuple[UsageSeries, ...], UsageSeries | None, int]:
    """Give the biggest groups, all others as one, and how many those are."""
    if not query.group_by:
        return (), None, 0
    totals = _totals(rows)
    previous = {} if before is None else before.groups
    for numbers in previous.keys() - totals.keys():
        totals[numbers] = NO_USAGE  # it may have stopped since
    order = sorted(totals, key=lambda numbers: (-totals[numbers].total_bytes, numbers))
    top = order[: query.top or _USUAL_SERIES]
    keys = GroupNames(connection, query.group_by).keys(top)
    series = tuple(
        UsageSeries(
            key=key,
            total=totals[numbers],
            previous=None if before is None else previous.get(numbers, NO_USAGE),
            points=tuple(UsagePoint(index, groups[numbers]) for index, groups in enumerate(rows) if numbers in groups),
        )
        for numbers, key in zip(top, keys, strict=True)
    )
    left = order[len(top) :]
    if not left:
        return series, None, 0
    shown = frozenset(top)
    in_buckets = [added(sums for numbers, sums in groups.items() if numbers not in shown) for groups in rows]
    rest = UsageSeries(
        total=added(in_buckets),
        previous=None if before is None else added(previous.get(numbers, NO_USAGE) for numbers in left),
        points=tuple(UsagePoint(index, sums) for index, sums in enumerate(in_buckets) if sums != NO_USAGE),
    )
    return series, rest, len(left)


def _totals(rows: Sequence[dict[Numbers, UsageSums]]) -> dict[Numbers, UsageSums]:
    """Give the sum of each group over all buckets. Written out: a year by domain has some 100,000 of them to add."""
    found: dict[Numbers, list[int]] = {}
    for groups in rows:
        for numbers, sums in groups.items():
            known = found.get(numbers)
            if known is None:
                found[numbers] = [*sums]
            else:
                known[0] += sums[0]
                known[1] += sums[1]
                known[2] += sums[2]
                known[3] += sums[3]
    return {numbers: UsageSums(*known) for numbers, known in found.items()}


def added(each: Iterable[UsageSums]) -> UsageSums:
    """Give all together."""
    sent = received = packets = connections = 0
    for sums in each:
        sent += sums[0]
        received += sums[1]
        packets += sums[2]
        connections += sums[3]
    return UsageSums(sent, received, packets, connections)


def _pairs(bounds: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise(bounds))
