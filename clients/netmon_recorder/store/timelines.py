"""When things were active: spans out of buckets."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from netmon.model import (
    BucketSize,
    Timeline,
    TimelineLane,
    TimelineQuery,
    TimelineSpan,
    UsageDimension,
    UsageKey,
    UsageSums,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.filtering import Condition, condition
from netmon_recorder.store.grouping import GroupNames, check_no_process, column
from netmon_recorder.store.missing import gaps_of
from netmon_recorder.store.ranges import Kept, Tier
from netmon_recorder.store.summing import BARE_SUMS, of_keys

_DAY_SECONDS: Final = 86_400
_MOST_LANES: Final = 100
# Up to which length of range a grain is used: what is then read is a fraction of a million rows.
_MINUTES_UNTIL: Final = 2 * _DAY_SECONDS
_QUARTERS_UNTIL: Final = 31 * _DAY_SECONDS


def answer_timeline(
    connection: sqlite3.Connection, query: TimelineQuery, now: float, day_calendar: ZoneCalendar, kept: Kept
) -> Timeline:
    """Answer a question. Raises ValueError naming the field that makes no sense."""
    numbers = _numbers(connection, query)
    if query.joined_seconds < 0:
        raise ValueError("TimelineQuery.joined_seconds: negative")
    until = min(now, now if query.until_time is None else query.until_time)
    since = until - _DAY_SECONDS if query.since_time is None else query.since_time
    if since >= until:
        raise ValueError("TimelineQuery.since_time: not before until_time and now")
    tier, size = _grain(since, until, kept)
    first, last = _widened(tier, since, until, day_calendar)
    where = condition(connection, query.filter, include_loopback=query.include_loopback)
    known = [number for number in numbers if number is not None]
    grain = _DAY_SECONDS if tier is Tier.DAY else tier.unit_seconds
    book = SpanBook(query.joined_seconds or grain)
    lanes_of_keys = _lanes_of_keys(connection, query.dimension, known, where)
    _fill(book, connection, tier, (first, last), lanes_of_keys, day_calendar)
    keys = dict(zip(known, GroupNames(connection, (query.dimension,)).keys((each, 0) for each in known), strict=True))
    lanes = [
        TimelineLane(key=_unknown(query.dimension, value))
        if number is None
        else TimelineLane(key=keys[number], spans=book.spans(number))
        for value, number in zip(query.values, numbers, strict=True)
    ]
    return Timeline(
        since_time=first,
        until_time=last,
        grain_seconds=grain,
        lanes=tuple(lanes),
        gaps=gaps_of(connection, first, min(last, now), size, kept),
    )


class SpanBook:
    """Joins the buckets of each lane that have at most so much silence between them."""

    def __init__(self, joined_seconds: float) -> None:
        self._joined_seconds = joined_seconds
        self._spans: dict[int, list[list[int]]] = {}  # start, end, and the four sums

    def add(self, number: int, start: int, end: int, sums: Sequence[int]) -> None:
        """Take what a lane moved in a bucket. Buckets come in their order, one of them as often as it may be."""
        known = self._spans.get(number)
        if known is None:
            self._spans[number] = [[start, end, *sums]]
            return
        last = known[-1]
        if start - last[1] > self._joined_seconds:
            known.append([start, end, *sums])
            return
        last[1] = end
        last[2] += sums[0]
        last[3] += sums[1]
        last[4] += sums[2]
        last[5] += sums[3]

    def spans(self, number: int) -> tuple[TimelineSpan, ...]:
        """Give the spans of a lane."""
        return tuple(
            TimelineSpan(start_time=start, end_time=end, sums=UsageSums(*sums))
            for start, end, *sums in self._spans.get(number, ())
        )


def _numbers(connection: sqlite3.Connection, query: TimelineQuery) -> list[int | None]:
    """Give the number of each value; None where history does not know it."""
    check_no_process(query.dimension, "TimelineQuery.dimension")
    if query.dimension in (UsageDimension.UNSPECIFIED, UsageDimension.PROTOCOL, UsageDimension.SCOPE):
        raise ValueError("TimelineQuery.dimension: not one that lanes are of")
    if not 1 <= len(query.values) <= _MOST_LANES:
        raise ValueError(f"TimelineQuery.values: not from 1 to {_MOST_LANES}")
    found: list[int | None] = []
    for value in query.values:
        if not value:
            found.append(0)
            continue
        if query.dimension is UsageDimension.APPLICATION:
            row = connection.execute("SELECT id FROM application WHERE identity = ?", (value,)).fetchone()
        else:
            row = connection.execute(
                "SELECT id FROM name WHERE kind = ? AND value = ?", (int(query.dimension), value)
            ).fetchone()
        found.append(None if row is None else int(row[0]))
    return found


_SIZES: Final = {Tier.MINUTE: BucketSize.MINUTE, Tier.QUARTER: BucketSize.HOUR, Tier.DAY: BucketSize.DAY}


def _grain(since: float, until: float, kept: Kept) -> tuple[Tier, BucketSize]:
    length = until - since
    if length <= _MINUTES_UNTIL and kept.has_minutes(since):
        return Tier.MINUTE, BucketSize.MINUTE
    # The coarsest that reaches back so far: usually the first of these.
    begins = {Tier.QUARTER: kept.quarter, Tier.MINUTE: kept.minute}
    if length > _QUARTERS_UNTIL or kept.fine is None or until <= kept.fine:
        begins = {Tier.DAY: kept.day, **begins}
    known = {tier: begin for tier, begin in begins.items() if begin is not None}
    reaching = next((tier for tier, begin in known.items() if begin <= since), None)
    tier = reaching or min(known, key=lambda tier: known[tier], default=Tier.DAY)
    return tier, _SIZES[tier]


def _widened(tier: Tier, since: float, until: float, days: ZoneCalendar) -> tuple[int, int]:
    if tier is Tier.DAY:
        return days.start(BucketSize.DAY, since), days.first_from(BucketSize.DAY, until)
    unit = tier.unit_seconds
    return int(since // unit) * unit, -int(-until // unit) * unit


def _lanes_of_keys(
    connection: sqlite3.Connection, dimension: UsageDimension, numbers: list[int], where: Condition
) -> dict[int, int]:
    """Give the keys that count, and the lane of each."""
    name = column(dimension)
    rows = connection.execute(
        f"SELECT k.id, {name} FROM key k"  # noqa: S608 -- names of ours; all values are marks
        f" WHERE {name} IN (SELECT value FROM json_each(?)){where.joined('AND')}",
        (json.dumps(numbers), *where.values),
    )
    return dict(rows.fetchall())


def _fill(
    book: SpanBook,
    connection: sqlite3.Connection,
    tier: Tier,
    bounds: tuple[int, int],
    lanes: dict[int, int],
    days: ZoneCalendar,
) -> None:
    # Row by row, as they lie: to have SQLite sort and sum them by lane costs more than to add them up here.
    unit, theirs = tier.unit_seconds, of_keys("IN", list(lanes))
    rows = connection.execute(
        f"SELECT u.bucket, u.key, {BARE_SUMS} FROM {tier.table} u"  # noqa: S608 -- names of ours; all values are marks
        f" WHERE u.bucket >= ? AND u.bucket < ?{theirs.text} ORDER BY u.bucket",
        (bounds[0] // unit, -(-bounds[1] // unit), *theirs.values),
    )
    newest, start, end = -1, 0, 0
    for bucket, key, *sums in rows:
        if bucket != newest:
            newest, start = bucket, bucket * unit
            end = days.next(BucketSize.DAY, start) if tier is Tier.DAY else start + unit
        book.add(lanes[key], start, end, sums)


def _unknown(dimension: UsageDimension, value: str) -> UsageKey:
    match dimension:
        case UsageDimension.APPLICATION:
            return UsageKey(application_id=value)
        case UsageDimension.DOMAIN:
            return UsageKey(domain=value)
        case UsageDimension.REMOTE_HOST:
            return UsageKey(remote_host=value)
        case UsageDimension.USER:
            return UsageKey(user=value)
        case _:
            return UsageKey(interface=value)
