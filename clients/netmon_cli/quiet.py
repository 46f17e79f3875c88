"""What ``--quiet`` takes: a length of time, or hours of the day."""

from typing import Any

import click

from netmon.model import QuietHours
from netmon_cli.options import Duration
from netmon_client.quiet import parse_quiet_hours

__all__ = ["Quiet"]


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
        try:
            hours = parse_quiet_hours(str(value))
        except ValueError as error:
            self.fail(f"{error} (--pause)", param, ctx)
        return Duration().convert(value, param, ctx) if hours is None else hours
