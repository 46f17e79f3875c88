"""Quiet hours of an alert as people type them: ``22:00-07:00``."""

import re
from typing import Final

from netmon.model import QuietHours

__all__ = ["parse_quiet_hours"]

_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def parse_quiet_hours(text: str) -> QuietHours | None:
    """Read hours of each day, without a zone; None for a text that is none. Raise ValueError for a whole day."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        return None
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    hours = QuietHours(begin_minute=begin_hour * 60 + begin_minute, end_minute=end_hour * 60 + end_minute)
    if hours.begin_minute == hours.end_minute:
        raise ValueError(f'"{text}" is a whole day; pause the alert instead')
    return hours
