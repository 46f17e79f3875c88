"""Moments as people type them, and as they are shown: in the time zone of whoever asks."""

import os
import re
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

import click

from netmon_client.local_zone import local_zone_name, zone_of

__all__ = ["Moment", "moment_text", "parse_moment"]

_MONTHS: Final = re.compile(r"(\d{1,4})(mo|y)", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(:\d\d)?", re.ASCII)


class Moment(click.ParamType[float]):
    """A moment: how long ago (``7d``, ``12mo``), ``today``, ``yesterday``, a date, a date and time, RFC 3339."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Give Unix seconds."""
        from netmon_client.clock import wall_time  # noqa: PLC0415 -- not for --help

        try:
            return parse_moment(str(value), wall_time(), zone_of(local_zone_name(os.environ)))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def parse_moment(text: str, now: float, zone: tzinfo | None) -> float:
    """Read a moment as Unix seconds; None for ``zone``: the system's. Raise ValueError for anything else."""
    from netmon_client.units import parse_duration  # noqa: PLC0415 -- not for --help

    word = text.strip().lower().removesuffix(" ago")
    today = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if word == "now":
        return now
    if word in ("today", "yesterday"):
        return _unix(today if word == "today" else today - timedelta(days=1), zone)
    if _CLOCK.fullmatch(word):
        return _dated(f"{today:%Y-%m-%d} {word if word[2] == ':' else '0' + word}", text, zone)
    months = _MONTHS.fullmatch(word)
    if months is not None:
        return _unix(
            _months_before(datetime.fromtimestamp(now, zone), int(months[1]) * (12 if months[2] == "y" else 1)), zone
        )
    if len(word) >= len("2026-08-01") and word[4] == "-":
        return _dated(text.strip(), text, zone)
    try:
        return now - parse_duration(word)
    except ValueError:
        raise ValueError(
            f'"{text}" is no time (such as 7d, 12mo, yesterday, 2026-08-01 or "2026-08-01 14:00")'
        ) from None


def moment_text(unix_seconds: float, zone: tzinfo | None) -> str:
    """Show a moment to the minute, in a zone (None: the system's)."""
    return f"{datetime.fromtimestamp(unix_seconds, zone):%Y-%m-%d %H:%M}"


def _dated(text: str, typed: str, zone: tzinfo | None) -> float:
    try:
        return _unix(datetime.fromisoformat(text), zone)
    except ValueError:
        raise ValueError(f'"{typed}" is no date and time (such as 2026-08-01 or "2026-08-01 14:00")') from None


def _months_before(moment: datetime, count: int) -> datetime:
    months = moment.year * 12 + moment.month - 1 - count
    if months < 12:
        raise ValueError("so far back there is no history")
    # The first of that month, since a month may be too short for today's day.
    return moment.replace(year=months // 12, month=months % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _unix(moment: datetime, zone: tzinfo | None) -> float:
    return (moment if moment.tzinfo is not None or zone is None else moment.replace(tzinfo=zone)).timestamp()
