"""What ``--quiet`` takes: a length of time, or hours of the day."""

import re
from typing import Any, Final

import click

from netmon.model import QuietHours
from netmon_cli.options import Duration

__all__ = ["Quiet"]

_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)")


class Quiet(click.ParamType[float | QuietHours]):
    """``1h``: for so long after a firing; ``22:00-07:00``: in these hours of each day."""

    name = "quiet"

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- what click gives
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float | QuietHours:
        """Give seconds, or the hours without a zone."""
        if isinstance(value, QuietHours):
            return value
        found = _HOURS.fullmatch(str(value).strip())
        if found is None:
            return Duration().convert(value, param, ctx)
        begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
        hours = QuietHours(begin_minute=begin_hour * 60 + begin_minute, end_minute=end_hour * 60 + end_minute)
        if hours.begin_minute == hours.end_minute:
            self.fail(f'"{value}" is a whole day; pause the alert instead (--pause)', param, ctx)
        return hours
