"""What the storage notes about itself: single values by name."""

import sqlite3
from typing import Final

from netmon.model import BucketSize, RetentionPolicy
from netmon_recorder.store.calendar import QUARTER_SECONDS, ZoneCalendar
from netmon_recorder.store.ranges import Kept

_KEPT: Final = ("kept_second", "kept_minute", "kept_quarter", "kept_day")


class Notes:
    """Notes, read and written through a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> str | bytes | float | None:
        """Give a value; None where there is none."""
        row = self._connection.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def number(self, name: str) -> float | None:
        """Give a value that is a number."""
        value = self.get(name)
        return value if isinstance(value, float | int) else None

    def put(self, name: str, value: str | bytes | float) -> None:
        """Keep a value."""
        self._connection.execute(
            "INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def kept(self) -> Kept:
        """Give since when each tier is whole."""
        second, minute, quarter, day = (self.number(name) for name in _KEPT)
        zone = self.get("day_zone")
        return Kept(
            second=None if second is None else int(second),
            minute=None if minute is None else int(minute),
            quarter=None if quarter is None else int(quarter),
            day=None if day is None else int(day),
            day_zone=zone if isinstance(zone, str) else "",
            month_first_day=int(self.number("month_first_day") or 1),
            first_time=self.number("first_time"),
        )

    def extend_kept(self, begin: int, day_calendar: ZoneCalendar, policy: RetentionPolicy) -> None:
        """Note that rows begin there, where nothing earlier was known. ``begin``: a minute's start, Unix seconds."""
        first = self.number("first_time")
        if first is not None and begin < first // 60 * 60:
            self.put("first_time", begin)  # rows from before it was opened
        day = day_calendar.start(BucketSize.DAY, begin)
        minute, quarter = begin, begin // QUARTER_SECONDS * QUARTER_SECONDS
        kept_day = self.number("kept_day")
        if first is not None and begin > first and kept_day is not None:
            if day == day_calendar.start(BucketSize.DAY, kept_day):
                day = int(kept_day)  # a quota may have cut it within the day
            # Switched on again they are whole from the next one on: what is coarser may be made anew of them, quarters
            # of minutes and days of quarters.
            minute, quarter = begin + 60, day_calendar.next(BucketSize.DAY, day)
        is_kept = (policy.second_seconds > 0, policy.minute_seconds > 0, policy.hour_seconds > 0, True)
        for name, start, wanted in zip(_KEPT, (begin, minute, quarter, day), is_kept, strict=True):
            if not wanted:
                self._connection.execute("DELETE FROM note WHERE name = ?", (name,))
                continue
            known = self.number(name)
            if known is None or start < known:
                self.put(name, start)

    def cut_kept(self, name: str, start: int) -> None:
        """Note that a tier begins there now."""
        known = self.number(name)
        if known is not None and start > known:
            self.put(name, start)
