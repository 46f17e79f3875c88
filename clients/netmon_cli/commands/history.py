"""``netmon-cli history``: what was moved, by time, application, domain, host."""

from typing import TYPE_CHECKING

import click

from netmon_cli.options import history_filter_options, output_options, typed
from netmon_cli.past import Moment
from netmon_cli.session import Session
from netmon_cli.shape import Shape

if TYPE_CHECKING:
    from netmon.model import Filter

_EXAMPLES = """\b
Examples:
  netmon-cli history --by day --since 30d
  netmon-cli history --group app --since yesterday --compare previous
  netmon-cli history --group app,domain --app firefox --top 20
  netmon-cli history --by hour --group app --since 2026-08-01 --until 12h
  netmon-cli history --by second --group process --since 2m
"""

_USUAL = "[default: 24h; by second 5m, by minute or process 1h, by day 30d, by month 12mo]"


@click.command(epilog=_EXAMPLES)
@click.option("--by", type=click.Choice(["second", "minute", "hour", "day", "month"]), help="A row for each of these.")
@click.option("--group", default="", metavar="KEY[,KEY]", help="app, domain, host, proto, user, scope, iface, process.")
@click.option("--since", type=Moment(), help=f"7d, 12mo, yesterday, 2026-08-01, … {_USUAL}")
@click.option("--until", type=Moment(), help="The same. [default: now]")
@click.option("--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="Groups; the rest is one row.")
@click.option("--compare", type=click.Choice(["previous"]), help="With the period before.")
@click.option("--month-day", type=click.IntRange(1, 31), metavar="N", help="Day that months begin on, as bills do.")
@click.option("--loopback", is_flag=True, help="Count loopback too.")
@history_filter_options
@output_options()
@click.pass_obj
def history(  # noqa: PLR0913 -- click hands each option over by its name
    session: Session,
    *,
    by: str | None,
    group: str,
    since: float | None,
    until: float | None,
    top: int,
    compare: str | None,
    month_day: int | None,
    loopback: bool,
    filter: "Filter",  # noqa: A002 -- the word of the contract
    shape: Shape,
) -> None:
    """Show what was moved in the past, as the recorder kept it.

    With --by a row for each hour, day or month; with --group alone a row for each application, domain or host.
    Where nothing was recorded it says so: that is no zero. Seconds, and with them processes, are kept for some hours or
    not at all (netmon-recorder --keep-seconds). Sizes are captured IP bytes.
    """
    from netmon_cli.actions.history import Request, show_history  # noqa: PLC0415 -- not for --help

    of_rows = typed("sort", "limit", "columns") if shape.format in ("json", "jsonl") else []
    if of_rows:
        text = f"--{of_rows[0]} is for tables, csv and tsv: {shape.format} is the whole answer; --top chooses groups"
        raise click.UsageError(text, click.get_current_context())
    request = Request(
        by=by,
        group=group,
        since_time=since,
        until_time=until,
        top=top,
        compares=compare is not None,
        month_day=month_day or 0,
        loopback=loopback,
        filter=filter,
    )
    show_history(session, shape, request)
