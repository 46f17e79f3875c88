"""Whose days and months: the bounds of buckets in a time zone. Pure; times are whole Unix seconds."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from netmon.model import BucketSize, Calendar

HOUR_SECONDS = 3600
QUARTER_SECONDS = 900
"""Every zone's offset since 1972 is a multiple of it (IANA tz database), so days and hours can be made of quarters."""


class ZoneCalendar:
    """Hours, days and months of one zone. Raises ValueError for a zone that is not known, or a day that is none."""

    def __init__(self, calendar: Calendar) -> None:
        name = calendar.time_zone or "UTC"
        if not 0 <= calendar.month_first_day <= 31:
            raise ValueError("Calendar.month_first_day: not from 1 to 31")
        self.zone = _zone(name)
        self.first_day = calendar.month_first_day or 1
        self.calendar = Calendar(time_zone=name, month_first_day=self.first_day)

    def start(self, size: BucketSize, time: float) -> int:
        """Give the start of the bucket that holds a time."""
        if size is BucketSize.SECOND:
            return int(time // 1)
        if size is BucketSize.MINUTE:
            return int(time // 60) * 60
        if size is BucketSize.HOUR:
            return self._hour(time)
        day = self._day(time)
        return self._midnight(day if size is BucketSize.DAY else self._month(day))

    def next(self, size: BucketSize, start: int) -> int:
        """Give the end of the bucket that starts there."""
        if size is BucketSize.SECOND:
            return start + 1
        if size is BucketSize.MINUTE:
            return start + 60
        if size is BucketSize.HOUR:
            # Where the offset changes by half an hour (Lord Howe), one hour is short, and the next ones are in step.
            hour = self._hour(start + HOUR_SECONDS)
            return hour if hour > start else start + HOUR_SECONDS
        day = self._day(start)
        return self._midnight(day + timedelta(days=1) if size is BucketSize.DAY else self._months_on(day, 1))

    def first_from(self, size: BucketSize, time: float) -> int:
        """Give the start of the first bucket that begins at a time or after it."""
        start = self.start(size, time)
        return self.next(size, start) if start < time else start

    def before(self, size: BucketSize, start: int, count: int) -> int:
        """Give the start of the bucket that lies ``count`` buckets before the one that starts there."""
        if size is BucketSize.SECOND:
            return start - count
        if size is BucketSize.MINUTE:
            return start - 60 * count
        if size is BucketSize.HOUR:
            return self._hour(start - HOUR_SECONDS * count)
        day = self._day(start)
        return self._midnight(day - timedelta(days=count) if size is BucketSize.DAY else self._months_on(day, -count))

    def starts(self, size: BucketSize, since: int, until: int) -> Iterator[int]:
        """Give the starts of buckets from a bucket's start until before a time."""
        start = since
        while start < until:
            yield start
            start = self.next(size, start)

    def _hour(self, time: float) -> int:
        offset = int(self._local(time).utcoffset().total_seconds())  # type: ignore[union-attr] -- it has a zone
        return int((time + offset) // HOUR_SECONDS) * HOUR_SECONDS - offset

    def _local(self, time: float) -> datetime:
        return datetime.fromtimestamp(time, UTC).astimezone(self.zone)

    def _day(self, time: float) -> date:
        return self._local(time).date()

    def _midnight(self, day: date) -> int:
        # Where a clock change leaves midnight out, this is the moment of the change (fold=0, PEP 495).
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp())

    def _month(self, day: date) -> date:
        """Give the first day of the month that a day is in."""
        first = self._first_of(day.year, day.month)
        return first if day >= first else self._months_on(first, -1)

    def _months_on(self, first: date, count: int) -> date:
        number = first.year * 12 + first.month - 1 + count
        return self._first_of(number // 12, number % 12 + 1)

    def _first_of(self, year: int, month: int) -> date:
        return date(year, month, min(self.first_day, monthrange(year, month)[1]))


def is_known(name: str) -> bool:
    """Tell whether this machine knows a zone."""
    try:
        _zone(name)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a name that is a folder of the database
        raise ValueError("Calendar.time_zone: not a zone of the IANA database that is known here") from None
