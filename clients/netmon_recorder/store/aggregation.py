"""Roll-ups held against what they were made of.

They are written together with the minutes (netmon_recorder.store.writing), so there is nothing to catch up with: this
finds what a fault has changed, and makes days anew when the user has moved to another zone.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from netmon.model import BucketSize, Calendar
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar
from netmon_recorder.store.notes import Notes
from netmon_recorder.store.ranges import Kept

_DAY_SECONDS: Final = 86_400

_SUMS: Final = "sum(sent_bytes), sum(received_bytes), sum(packet_count), sum(connection_count)"
_MEND: Final = (
    " ON CONFLICT (bucket, key) DO UPDATE SET sent_bytes = excluded.sent_bytes,"
    " received_bytes = excluded.received_bytes, packet_count = excluded.packet_count,"
    " connection_count = excluded.connection_count WHERE sent_bytes <> excluded.sent_bytes"
    " OR received_bytes <> excluded.received_bytes OR packet_count <> excluded.packet_count"
    " OR connection_count <> excluded.connection_count"
)
_MEND_QUARTERS: Final = (
    f"INSERT INTO usage_quarter SELECT bucket / 15, key, {_SUMS} FROM usage_minute WHERE bucket >= ?1 AND bucket < ?2"  # noqa: S608 -- names of ours
    f" GROUP BY bucket / 15, key{_MEND}"
)
_MEND_DAY: Final = (
    f"INSERT INTO usage_day SELECT ?1, key, {_SUMS} FROM usage_quarter WHERE bucket >= ?1 AND bucket < ?2"  # noqa: S608 -- names of ours
    f" GROUP BY key{_MEND}"
)
_MEND_MONTH: Final = (
    f"INSERT INTO usage_month SELECT ?1, key, {_SUMS} FROM usage_day WHERE bucket >= ?2 AND bucket < ?3"  # noqa: S608 -- names of ours
    f" GROUP BY key{_MEND}"
)


@dataclass(slots=True, kw_only=True)
class Mended:
    """What was found. Rows."""

    read: int = 0
    quarters: int = 0
    days: int = 0


class Aggregation:
    """One run, in transactions of a day each; ``write`` does a piece of work in a transaction of the writer."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        calendar: ZoneCalendar,
        now: float,
        write: Callable[[Callable[[], None]], None],
    ) -> None:
        self._connection = connection
        self._calendar = calendar
        self._now = now
        self._write = write
        self._mended = Mended()

    def run(self, kept: Kept) -> Mended:
        """Do all of it. ``kept``: since when there is what."""
        # Whole quarters: there may be rows after the end, of a clock that went ahead and was set back.
        end = _next_quarter(int(self._now) + _DAY_SECONDS)
        if kept.minute is not None and kept.quarter is not None:
            first = _next_quarter(max(kept.minute, kept.quarter))
            for start in range(first, end, _DAY_SECONDS):
                self._write(lambda start=start: self._quarters(start, min(start + _DAY_SECONDS, end)))
        if kept.quarter is not None:
            if (kept.day_zone, kept.month_first_day) != (self._calendar.calendar.time_zone, self._calendar.first_day):
                self.move(kept)
            else:
                first = self._calendar.first_from(BucketSize.DAY, max(kept.quarter, kept.day or 0))
                for start in self._calendar.starts(BucketSize.DAY, first, end):
                    self._write(lambda start=start: self._day(start))
                self._write(lambda: self._months(end))
        self._write(lambda: Notes(self._connection).put("last_aggregation_time", self._now))
        return self._mended

    def move(self, kept: Kept) -> None:
        """Make the days of the user's zone out of those of another, in one transaction: half would count hours twice.

        The old day in which the new days begin keeps the hours before; older days stay as they were.
        """
        self._write(lambda: self._move(kept))

    def _quarters(self, since: int, until: int) -> None:
        bounds = (since // 60, until // 60)
        self._mended.read += self._count("SELECT count(*) FROM usage_minute WHERE bucket >= ? AND bucket < ?", bounds)
        self._mended.quarters += self._connection.execute(_MEND_QUARTERS, bounds).rowcount

    def _day(self, start: int) -> None:
        bounds = (start // QUARTER_SECONDS, self._calendar.next(BucketSize.DAY, start) // QUARTER_SECONDS)
        self._mended.read += self._count("SELECT count(*) FROM usage_quarter WHERE bucket >= ? AND bucket < ?", bounds)
        self._mended.days += self._connection.execute(_MEND_DAY, bounds).rowcount

    def _end(self) -> int:
        """Give a time after the newest day: the clock alone may be wrong, as before it is set at a start."""
        (newest,) = self._connection.execute("SELECT max(bucket) FROM usage_day").fetchone()
        return max(int(self._now), (newest or 0) * QUARTER_SECONDS) + _DAY_SECONDS

    def _move(self, kept: Kept) -> None:
        end = self._end()
        if kept.quarter is not None:
            self._days_of_quarters(kept, kept.quarter, end)
        self._connection.execute("DELETE FROM usage_month")
        self._months(end)
        notes = Notes(self._connection)
        notes.put("day_zone", self._calendar.calendar.time_zone)
        notes.put("month_first_day", self._calendar.first_day)

    def _days_of_quarters(self, kept: Kept, begin: int, end: int) -> None:
        old = _old_day(kept, begin)
        self._connection.execute("DELETE FROM usage_day WHERE bucket >= ?", (old // QUARTER_SECONDS,))
        start = self._calendar.first_from(BucketSize.DAY, begin)
        if start > begin:
            # Quarters are cut at days: where they begin within one, history begins there.
            day = begin if old == begin else self._calendar.start(BucketSize.DAY, begin)
            bounds = (day // QUARTER_SECONDS, start // QUARTER_SECONDS)
            self._mended.days += self._connection.execute(_MEND_DAY, bounds).rowcount
            Notes(self._connection).put("kept_day", min(day, day if kept.day is None else kept.day))
        for day in self._calendar.starts(BucketSize.DAY, start, end):
            self._day(day)

    def _months(self, end: int) -> None:
        (oldest,) = self._connection.execute("SELECT min(bucket) FROM usage_day").fetchone()
        if oldest is None:
            return
        first = self._calendar.start(BucketSize.MONTH, oldest * QUARTER_SECONDS)
        for start in self._calendar.starts(BucketSize.MONTH, first, end):
            bounds = (start // QUARTER_SECONDS, self._calendar.next(BucketSize.MONTH, start) // QUARTER_SECONDS)
            self._mended.days += self._connection.execute(_MEND_MONTH, (bounds[0], *bounds)).rowcount

    def _count(self, statement: str, bounds: tuple[int, int]) -> int:
        return int(self._connection.execute(statement, bounds).fetchone()[0])


def _next_quarter(time: int) -> int:
    """Give the start of the first quarter of an hour that does not begin before a time."""
    return -(-time // QUARTER_SECONDS) * QUARTER_SECONDS


def _old_day(kept: Kept, begin: int) -> int:
    """Give the start of the kept day in which the quarters begin."""
    try:
        return ZoneCalendar(Calendar(time_zone=kept.day_zone)).start(BucketSize.DAY, begin)
    except ValueError:  # not known here any more; quarters begin with a day, or within the first one of all
        return kept.day if kept.day is not None and 0 <= begin - kept.day < _DAY_SECONDS else begin
