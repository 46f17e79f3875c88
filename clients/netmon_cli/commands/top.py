"""``netmon-cli top``: the live view."""

from typing import TYPE_CHECKING, cast

import click

from netmon_cli.options import Duration, filter_options, look_options
from netmon_cli.session import Session

if TYPE_CHECKING:
    from netmon.model import Filter
    from netmon_cli.top.choices import Subject
    from netmon_client.units import RateUnits

_EXAMPLES = """\b
Examples:
  netmon-cli top
  netmon-cli top apps
  netmon-cli top -F "is:remote !app:firefox" --sort -total
"""


@click.command(epilog=_EXAMPLES)
@click.argument("what", type=click.Choice(["connections", "apps", "domains"]), default="connections")
@click.option(
    "-i", "--interval", type=Duration(), default="1s", metavar="TIME", help="Time between two ticks. [default: 1s]"
)
@click.option("--wait", is_flag=True, help="Wait for a collector that is not there yet.")
@filter_options
@look_options
@click.pass_obj
def top(
    session: Session,
    *,
    what: str,
    interval: float,
    wait: bool,
    filter: "Filter",  # noqa: A002 -- the word of the contract
    sort: str,
    units: str,
    numeric: bool,
) -> None:
    """Watch live, with keys: ? lists them, q quits.

    It needs a terminal; for a pipe or a file there is netmon-cli stream.
    """
    from netmon_cli.actions.top import run  # noqa: PLC0415 -- textual takes 150 ms that --help need not pay
    from netmon_cli.top.choices import Choices  # noqa: PLC0415 -- as above

    choices = Choices(
        subject=cast("Subject", what),
        filter=filter,
        sort=sort or "-rate",
        units=cast("RateUnits", units),
        numeric=numeric,
        interval_seconds=interval,
    )
    raise SystemExit(run(session, choices, wait=wait))
