"""Usage by bucket and group."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from netmon.model import (
    NO_USAGE,
    BucketSize,
    Calendar,
    HistoryGap,
    UsageAnswer,
    UsageBucket,
    UsageDimension,
    UsagePoint,
    UsageQuery,
    UsageSeries,
    UsageSums,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.filtering import condition
from netmon_recorder.store.gaps import is_lower_bound, overlapping, recorded_seconds
from netmon_recorder.store.grouping import (
    NO_GROUP,
    GroupNames,
    Numbers,
    biggest,
    check_dimensions,
    columns,
    has_many,
    is_of_seconds,
)
from netmon_recorder.store.missing import gaps_of
from netmon_recorder.store.ranges import (
    Kept,
    Segment,
    check_reach,
    outward,
    own_days_around,
    segments,
    segments_of_processes,
)
from netmon_recorder.store.summing import (
    RowCondition,
    SomeGroups,
    added,
    biggest_groups,
    combined,
    moved_edges,
    of_processes,
    row_condition,
    sums_by_second,
    sums_of,
)

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
    is_of_seconds: bool = False

    @property
    def grain(self) -> BucketSize:
        """The size whose rows it is made of, where that is told by the question."""
        return BucketSize.SECOND if self.is_of_seconds else self.size

    def parts(self, first: int, last: int) -> list[Segment]:
        """Give where the rows of a stretch are."""
        if self.is_of_seconds:
            return segments_of_processes(first, last)
        return segments(first, last, self.size, self.kept, self.calendar)

    @property
    def own_calendar(self) -> ZoneCalendar:
        """The calendar that days are kept in."""
        return ZoneCalendar(Calendar(time_zone=self.kept.day_zone, month_first_day=self.kept.month_first_day))

    @property
    def is_own_zone(self) -> bool:
        """Whether its days are those that are kept."""
        return self.calendar.calendar.time_zone == self.kept.day_zone

    def own_bounds(self) -> list[int] | None:
        """Give the bounds moved to the nearest days that are kept; None where that is no use."""
        if self.size not in (BucketSize.DAY, BucketSize.MONTH):
            return None
        return own_days_around(self.bounds, self.kept, self.own_calendar)


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
                problem = f"more than {MOST_BUCKETS:,} in this range: ask for longer ones, or for less time"
                raise ValueError(f"UsageQuery.bucket: {problem}")
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
    if is_of_seconds(query.group_by, frame.size, "UsageQuery.group_by"):
        check_reach(frame.bounds[-1], kept, "UsageQuery.since_time")
        frame = replace(frame, is_of_seconds=True)
    reader = _Reader(connection, query, frame)
    gaps = gaps_of(connection, frame.bounds[0], min(frame.bounds[-1], now), frame.grain, kept)
    before = reader.before(now) if query.compare else None
    found = reader.found(before)
    series, rest, rest_count = _series(connection, query, found, before)
    return UsageAnswer(
        since_time=frame.bounds[0],
        until_time=frame.bounds[-1],
        bucket=frame.size,
        calendar=calendar.calendar,
        buckets=_buckets(frame, found.totals, gaps, before, now),
        series=series,
        rest=rest,
        rest_count=rest_count,
        total=added(found.totals),
        previous_total=None if before is None else before.total,
        gaps=gaps,
        previous_gaps=() if before is None else before.gaps,
        previous_since_time=None if before is None else before.bounds[0],
        previous_until_time=None if before is None else before.bounds[-1],
        oldest_time=kept.oldest(frame.grain),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """All of each bucket, the groups of the answer, biggest first, and what each moved in each bucket.

    ``rows`` may have other groups too.
    """

    totals: list[UsageSums]
    shown: list[Numbers]
    left_count: int
    rows: list[dict[Numbers, UsageSums]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The period before: each bucket as a whole, and each group over all of them."""

    bounds: tuple[int, ...]
    totals: list[UsageSums]
    groups: dict[Numbers, UsageSums]
    gaps: tuple[HistoryGap, ...]

    @property
    def total(self) -> UsageSums | None:
        sums = added(self.totals)
        known = recorded_seconds(self.bounds[0], self.bounds[-1], self.gaps)
        return sums if known or sums != NO_USAGE else None


class _Reader:
    """Reads what a question asks for."""

    def __init__(self, connection: sqlite3.Connection, query: UsageQuery, frame: Frame) -> None:
        self._connection = connection
        self._query = query
        self._frame = frame
        where = condition(connection, query.filter, include_loopback=query.include_loopback)
        self._rows = row_condition(connection, where)
        self._group = columns(query.group_by)

    def found(self, before: _Before | None) -> _Found:
        """Give buckets and groups."""
        if self._frame.is_of_seconds and before is None and UsageDimension.PROCESS in self._query.group_by:
            return self._found_processes()
        # Of thousands of groups only those that are shown are made of each bucket.
        is_two_steps = has_many(self._query.group_by) and len(self._frame.bounds) > 2
        rows = [] if is_two_steps else self._in_buckets(self._group)
        totals = _totals([self._all()] if is_two_steps else rows)
        for numbers in () if before is None else before.groups.keys() - totals.keys():
            totals[numbers] = NO_USAGE  # it may have stopped since
        top = self._query.top or _USUAL_SERIES
        shown = biggest(self._connection, self._query.group_by, totals, top)
        if is_two_steps:
            some = SomeGroups(self._connection, self._group, shown)
            rows = self._bucketed(lambda parts: some.sums_of(parts, self._rows))
            buckets = self._in_buckets(NO_GROUP)
        else:
            buckets = rows
        left_count = len(totals) - len(shown)
        return _Found(totals=_added_each(buckets), shown=shown, left_count=left_count, rows=rows)

    def _found_processes(self) -> _Found:
        """Give buckets and groups, of all the groups no more than are shown."""
        frame = self._frame
        (part,) = frame.parts(frame.bounds[0], frame.bounds[-1])
        top = self._query.top or _USUAL_SERIES
        shown, count = biggest_groups(self._connection, part, self._query.group_by, self._rows, top)
        place = self._query.group_by.index(UsageDimension.PROCESS)
        theirs = of_processes(self._rows, [numbers[place] for numbers in shown])
        return _Found(
            totals=_added_each(self._in_buckets(NO_GROUP)),
            shown=shown,
            left_count=count - len(shown),
            rows=self._in_buckets(self._group, theirs),
        )

    def before(self, now: float) -> _Before:
        """Give as many buckets before; the last one as long as the running one has been."""
        frame = self._frame
        bounds = previous_bounds(frame, now)
        # A part of a bucket is read as a free range.
        size = frame.size if frame.size in (BucketSize.MINUTE, BucketSize.HOUR) else BucketSize.RANGE

        def summed(first: int, last: int, group: str) -> dict[Numbers, UsageSums]:
            parts = segments(first, last, size, frame.kept, frame.calendar)
            return self._sums(frame.parts(first, last) if frame.is_of_seconds else parts, group)

        return _Before(
            bounds=bounds,
            totals=[added(summed(first, last, NO_GROUP).values()) for first, last in pairwise(bounds)],
            groups=summed(bounds[0], bounds[-1], self._group) if self._query.group_by else {},
            gaps=gaps_of(self._connection, bounds[0], bounds[-1], frame.grain, frame.kept),
        )

    def _sums(self, parts: Sequence[Segment], group: str, rows: RowCondition | None = None) -> dict[Numbers, UsageSums]:
        return sums_of(self._connection, parts, group, rows or self._rows)

    def _all(self) -> dict[Numbers, UsageSums]:
        """Give all groups over the whole range."""
        frame = self._frame
        first, last = frame.bounds[0], frame.bounds[-1]
        if frame.size in (BucketSize.MINUTE, BucketSize.HOUR) or frame.own_bounds() is None:
            return self._sums(frame.parts(first, last), self._group)
        own = frame.own_calendar
        return self._sums(segments(first, last, BucketSize.RANGE, frame.kept, own), self._group)

    def _in_buckets(self, group: str, rows: RowCondition | None = None) -> list[dict[Numbers, UsageSums]]:
        bounds = self._frame.bounds
        if self._frame.size is BucketSize.SECOND:
            found = sums_by_second(self._connection, bounds[0], bounds[-1], group, rows or self._rows)
            return [found.get(start, {}) for start in bounds[:-1]]
        return self._bucketed(lambda parts: self._sums(parts, group, rows))

    def _bucketed(
        self, sums: Callable[[Sequence[Segment]], dict[Numbers, UsageSums]]
    ) -> list[dict[Numbers, UsageSums]]:
        frame = self._frame
        own = frame.own_bounds()
        if own is None or frame.is_own_zone:
            return [sums(frame.parts(*pair)) for pair in pairwise(frame.bounds)]

        def hours(first: int, last: int) -> list[Segment]:
            return segments(first, last, BucketSize.HOUR, frame.kept, frame.calendar)

        days = [sums(segments(*pair, BucketSize.RANGE, frame.kept, frame.own_calendar)) for pair in pairwise(own)]
        edges = [
            (1 if bound <= known else -1, sums(hours(min(bound, known), max(bound, known))))
            for bound, known in zip(frame.bounds, own, strict=True)
        ]
        return moved_edges(days, edges)


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


def _buckets(
    frame: Frame,
    totals: Sequence[UsageSums],
    gaps: Sequence[HistoryGap],
    before: _Before | None,
    now: float,
) -> tuple[UsageBucket, ...]:
    buckets: list[UsageBucket] = []
    previous = dict[int, UsageSums | None]() if before is None else _previous(before)
    stretches = [(start, min(end, now)) for start, end in pairwise(frame.bounds)]
    for index, ((start, reached), near) in enumerate(zip(stretches, overlapping(stretches, gaps), strict=True)):
        end, sums = frame.bounds[index + 1], totals[index]
        seconds = recorded_seconds(start, reached, near)
        buckets.append(
            UsageBucket(
                start_time=start,
                end_time=end,
                is_running=now < end,
                recorded_seconds=seconds,
                total=sums if seconds or sums != NO_USAGE else None,
                previous=previous.get(index),
                is_lower_bound=is_lower_bound(start, reached, near),
            )
        )
    return tuple(buckets)


def _previous(before: _Before) -> dict[int, UsageSums | None]:
    """Give the buckets before by number; there may be fewer than buckets."""
    stretches = list(pairwise(before.bounds))
    each = zip(stretches, overlapping(stretches, before.gaps), before.totals, strict=True)
    known = (sums if sums != NO_USAGE or recorded_seconds(*stretch, near) else None for stretch, near, sums in each)
    return dict(enumerate(known))


def _series(
    connection: sqlite3.Connection, query: UsageQuery, found: _Found, before: _Before | None
) -> tuple[tuple[UsageSeries, ...], UsageSeries | None, int]:
    """Give the biggest groups, all others as one, and how many those are."""
    if not query.group_by:
        return (), None, 0
    # Where nothing was recorded before, nobody knows what a group moved then: that is no zero.
    previous = None if before is None or before.total is None else before.groups
    rows = found.rows
    keys = GroupNames(connection, query.group_by).keys(found.shown)
    series = tuple(
        UsageSeries(
            key=key,
            total=added(groups[numbers] for groups in rows if numbers in groups),
            previous=None if previous is None else previous.get(numbers, NO_USAGE),
            points=tuple(UsagePoint(index, groups[numbers]) for index, groups in enumerate(rows) if numbers in groups),
        )
        for numbers, key in zip(found.shown, keys, strict=True)
    )
    if not found.left_count:
        return series, None, 0
    in_buckets = [
        combined(total, added(groups[numbers] for numbers in found.shown if numbers in groups), -1)
        for total, groups in zip(found.totals, rows, strict=True)
    ]
    rest = UsageSeries(
        total=added(in_buckets),
        previous=None if previous is None else _without(previous, found.shown),
        points=tuple(UsagePoint(index, sums) for index, sums in enumerate(in_buckets) if sums != NO_USAGE),
    )
    return series, rest, found.left_count


def _without(groups: dict[Numbers, UsageSums], shown: Sequence[Numbers]) -> UsageSums:
    """Give all groups together but those that are shown."""
    return combined(added(groups.values()), added(groups.get(numbers, NO_USAGE) for numbers in shown), -1)


def _added_each(buckets: Sequence[dict[Numbers, UsageSums]]) -> list[UsageSums]:
    return [added(groups.values()) for groups in buckets]


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
