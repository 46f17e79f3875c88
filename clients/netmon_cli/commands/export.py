"""``netmon-cli export``: history as a file for other programs."""

from typing import TYPE_CHECKING

import click

from netmon_cli.options import history_filter_options
from netmon_cli.past import Moment
from netmon_cli.session import Session

if TYPE_CHECKING:
    from netmon.model import Filter

_EXAMPLES = """\b
Examples:
  netmon-cli export -O history.csv
  netmon-cli export --from 30d --by day --what app,domain -O month.json.gz
  netmon-cli export --from 2026-08-01 --to 2026-09-01 -O august.jsonl
"""


@click.command(epilog=_EXAMPLES)
@click.option("--from", "since", type=Moment(), help="7d, 12mo, yesterday, 2026-08-01, … [default: 24h]")
@click.option("--to", "until", type=Moment(), help="The same. [default: now]")
@click.option(
    "--what",
    default="all",
    show_default=True,
    metavar="KEY[,KEY]",
    help="A row for each app, domain, host, proto, user, scope or iface; all: for all of these together.",
)
@click.option(
    "--by", type=click.Choice(["second", "minute", "hour", "day", "month"]), default="hour", show_default=True
)
@click.option("--format", "form", type=click.Choice(["csv", "json", "jsonl"]), help="[default: as FILE says, else csv]")
@click.option("--gzip", "zipped", is_flag=True, help="Compress; FILE.gz is compressed always.")
@click.option("-O", "--output-file", "path", required=True, metavar="FILE", help="Where to; - is standard output.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--loopback", is_flag=True, help="Loopback too.")
@history_filter_options
@click.pass_obj
def export(  # noqa: PLR0913 -- click hands each option over by its name
    session: Session,
    *,
    since: float | None,
    until: float | None,
    what: str,
    by: str,
    form: str | None,
    zipped: bool,
    path: str,
    force: bool,
    loopback: bool,
    filter: "Filter",  # noqa: A002 -- the word of the contract
) -> None:
    """Write history to a file, a row for each hour and what moved in it.

    In CSV a cell that a spreadsheet would take for a formula has an apostrophe before it. What was not recorded stands
    in JSON as "gaps". The file appears when it is whole, for your eyes only (mode 0600).
    """
    from netmon_cli.actions.export import Request, export_history  # noqa: PLC0415 -- not for --help

    request = Request(
        since_time=since, until_time=until, what=what, by=by, loopback=loopback, filter=filter, path=path, force=force
    )
    export_history(session, request, form=form, zipped=zipped)
