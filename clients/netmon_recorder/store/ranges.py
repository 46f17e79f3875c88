"""Which rows a stretch of time is read from: the coarsest that fit its ends. Pure; times are whole Unix seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from netmon.model import BucketSize, Calendar
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar

_HALF_DAY_QUARTERS = 48


class Tier(Enum):
    """A table of usage: its name (the only identifiers that ever become a part of a statement) and its unit."""

    SECOND = ("usage_second", 1)
    PROCESS = ("usage_process", 60)
    MINUTE = ("usage_minute", 60)
    QUARTER = ("usage_quarter", QUARTER_SECONDS)
    DAY = ("usage_day", QUARTER_SECONDS)
    MONTH = ("usage_month", QUARTER_SECONDS)

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.value[0]

    @property
    def unit_seconds(self) -> int:
        """What its buckets count."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Since when each tier is whole, in Unix seconds; None: it holds nothing. ``day_zone``: whose days they are.

    Usually the coarser one reaches back further; but days alone can be deleted, and no hours at all be kept.
    Months are kept as long as days, and begin on ``month_first_day``. ``first_time``: when history began, within the
    first bucket of each tier; None where that is not known.
    """

    minute: int | None = None
    quarter: int | None = None
    day: int | None = None
    day_zone: str = ""
    month_first_day: int = 1
    first_time: float | None = None
    second: int | None = None

    def has_minutes(self, time: float) -> bool:
        """Whether minutes tell all that is known from a time on."""
        return self._is_whole(self.minute, time)

    def has_quarters(self, time: float) -> bool:
        """Whether quarters do."""
        return self._is_whole(self.quarter, time)

    def _is_whole(self, since: int | None, time: float) -> bool:
        if since is None:
            return False
        # Before the beginning there is nothing to be told.
        return time >= since or (self.first_time is not None and since <= self.first_time)

    def oldest(self, size: BucketSize) -> int | None:
        """Give since when there are buckets of a size."""
        if size is BucketSize.SECOND:
            return self.second
        if size is BucketSize.MINUTE:
            return self.minute
        if size is BucketSize.HOUR:
            return self.fine
        known = [time for time in (self.fine, self.day) if time is not None]
        return min(known, default=None)

    @property
    def fine(self) -> int | None:
        """Since when hours can be told."""
        return min((time for time in (self.minute, self.quarter) if time is not None), default=None)

    @property
    def has_longer_minutes(self) -> bool:
        """Whether minutes reach back further than quarters."""
        return self.minute is not None and (self.quarter is None or self.minute < self.quarter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Rows of one table: buckets from ``first`` until before ``last``."""

    tier: Tier
    first: int
    last: int


def check_reach(until: int, kept: Kept, field: str) -> None:
    """Raise ValueError, naming the field, where no second of a range that ends there is kept."""
    if kept.second is None:
        problem = "no seconds are kept, which alone tell processes: ask for minutes, or start the recorder with"
        raise ValueError(f"{field}: {problem} --keep-seconds 3")
    if until <= kept.second:
        text = datetime.fromtimestamp(kept.second, UTC).isoformat().replace("+00:00", "Z")
        raise ValueError(f"{field}: seconds reach back to {text}: ask for minutes")


def segments(since: int, until: int, size: BucketSize, kept: Kept, calendar: ZoneCalendar) -> list[Segment]:
    """Give where the rows of a stretch are. Its ends are those of buckets of the size, or have passed `outward`."""
    if until <= since:
        return []
    if size is BucketSize.SECOND:
        return [_segment(Tier.SECOND, since, until)]
    if size is BucketSize.MINUTE:
        return [_segment(Tier.MINUTE, since, until)]
    if size is BucketSize.HOUR:
        return _fine(since, until, kept)
    if calendar.calendar.time_zone == kept.day_zone:
        return _with_days(since, until, kept, calendar)
    return _of_another_zone(since, until, kept)


def _of_another_zone(since: int, until: int, kept: Kept) -> list[Segment]:
    """Give quarters; where none are kept any more, the days whose middle lies within: each in just one stretch."""
    first = since // QUARTER_SECONDS - _HALF_DAY_QUARTERS
    last = until // QUARTER_SECONDS - _HALF_DAY_QUARTERS
    days = ZoneCalendar(Calendar(time_zone=kept.day_zone))
    fine = _whole_days_since(kept, days)
    if fine is None:
        return [Segment(tier=Tier.DAY, first=first, last=last)]
    last = min(last, days.start(BucketSize.DAY, fine) // QUARTER_SECONDS)
    begin = max(since, fine)
    return [
        *([Segment(tier=Tier.DAY, first=first, last=last)] if first < last else []),
        *(_fine(begin, until, kept) if begin < until else []),
    ]


def _whole_days_since(kept: Kept, days: ZoneCalendar) -> int | None:
    """Give since when hours tell every day whole."""
    if kept.minute is None or not kept.has_longer_minutes:
        return kept.quarter  # they are cut at days, or history begins there
    start = days.start(BucketSize.DAY, kept.minute)
    return kept.minute if kept.has_minutes(start) else days.next(BucketSize.DAY, start)


def own_days_around(bounds: Sequence[int], kept: Kept, own: ZoneCalendar) -> list[int] | None:
    """Give the start of our own day that is nearest to each bound of another zone's buckets.

    None where what lies between them cannot be told: there are no quarters there any more.
    """
    if kept.quarter is None:
        return None
    nearest: list[int] = []
    for bound in bounds:
        start = own.start(BucketSize.DAY, bound)
        after = own.next(BucketSize.DAY, start)
        nearest.append(start if bound - start <= after - bound else after)
    begin = min(bounds[0], nearest[0])
    # Before the first day of all there is nothing, neither in quarters nor in days.
    is_first = kept.day is None or kept.day >= own.start(BucketSize.DAY, kept.quarter)
    return nearest if begin >= kept.quarter or is_first else None


def segments_of_processes(since: int, until: int) -> list[Segment]:
    """Give where the rows of a stretch are that tell processes: seconds, or their minutes where it is made of such."""
    return [_segment(Tier.SECOND if since % 60 or until % 60 else Tier.PROCESS, since, until)]


def outward(time: float, kept: Kept, calendar: ZoneCalendar, *, up: bool) -> int:
    """Give an end of a free range, moved outwards to where rows can be told apart."""
    if kept.has_minutes(time):
        unit = 60
    elif kept.has_quarters(time):
        unit = QUARTER_SECONDS
    else:
        return calendar.first_from(BucketSize.DAY, time) if up else calendar.start(BucketSize.DAY, time)
    return (-int(-time // unit) if up else int(time // unit)) * unit


def _with_days(since: int, until: int, kept: Kept, calendar: ZoneCalendar) -> list[Segment]:
    first = calendar.first_from(BucketSize.DAY, since)
    if kept.day is not None and kept.fine is not None and kept.fine < kept.day:
        first = max(first, calendar.start(BucketSize.DAY, kept.day))  # a quota may have cut it within the day
    last = calendar.start(BucketSize.DAY, until)
    if first >= last:
        return _fine(since, until, kept)
    return [*_fine(since, first, kept), *_with_months(first, last, kept, calendar), *_fine(last, until, kept)]


def _with_months(since: int, until: int, kept: Kept, calendar: ZoneCalendar) -> list[Segment]:
    """Give whole days, and months for as many of them as are whole: a year is then a tenth of the rows."""
    first = calendar.start(BucketSize.MONTH, since)
    # Before the oldest day there is nothing, so its month is whole too.
    if first < since and (kept.day is None or since > kept.day):
        first = calendar.next(BucketSize.MONTH, first)
    last = calendar.start(BucketSize.MONTH, until)
    if calendar.first_day != kept.month_first_day or first >= last:
        return [_segment(Tier.DAY, since, until)]
    parts = [(Tier.DAY, since, first), (Tier.MONTH, first, last), (Tier.DAY, last, until)]
    return [_segment(tier, begin, end) for tier, begin, end in parts if begin < end]


def _fine(since: int, until: int, kept: Kept) -> list[Segment]:
    """Give quarters, and minutes for what is less at either end where they are kept, and where quarters are not."""
    if kept.has_longer_minutes and (kept.quarter is None or since < kept.quarter):
        begin = until if kept.quarter is None else min(kept.quarter, until)
        return [_segment(Tier.MINUTE, since, begin), *(_fine(begin, until, kept) if begin < until else [])]
    first, last = -(-since // QUARTER_SECONDS) * QUARTER_SECONDS, until // QUARTER_SECONDS * QUARTER_SECONDS
    if not kept.has_minutes(since):
        first = since // QUARTER_SECONDS * QUARTER_SECONDS
    if not kept.has_minutes(max(since, last)):
        last = -(-until // QUARTER_SECONDS) * QUARTER_SECONDS
    if first > last:  # within one quarter
        return [_segment(Tier.MINUTE, since, until)]
    parts = [(Tier.MINUTE, since, first), (Tier.QUARTER, first, last), (Tier.MINUTE, last, until)]
    return [_segment(tier, begin, end) for tier, begin, end in parts if begin < end]


def _segment(tier: Tier, since: int, until: int) -> Segment:
    unit = tier.unit_seconds
    return Segment(tier=tier, first=since // unit, last=-(-until // unit))
