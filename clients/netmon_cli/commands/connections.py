"""``netmon-cli connections``: who talks to whom, now."""

from typing import TYPE_CHECKING

import click

from netmon_cli.options import Duration, filter_options, output_options, redact_option
from netmon_cli.session import Session
from netmon_cli.shape import Shape

if TYPE_CHECKING:
    from netmon.model import Filter

_EXAMPLES = """\b
Examples:
  netmon-cli connections --app firefox
  netmon-cli connections --listen
  netmon-cli connections --sort -total --limit 10
  netmon-cli connections -F "is:remote !port:443" -o csv
"""


@click.command(epilog=_EXAMPLES)
@click.option("--all", "show_all", is_flag=True, help="Listening ones too, and those that ended in the last minute.")
@click.option("--listen", is_flag=True, help="Only listening ones.")
@click.option("--closed", type=Duration(), metavar="TIME", help="Only those that ended within TIME, at most 60s.")
@click.option("-w", "--watch", is_flag=True, help="Show it anew each second.")
@click.option("--resolve", is_flag=True, help="Look up names of addresses that have none; this makes traffic.")
@redact_option
@filter_options
@output_options()
@click.pass_obj
def connections(  # noqa: PLR0913 -- click hands each option over by its name
    session: Session,
    *,
    show_all: bool,
    listen: bool,
    closed: float | None,
    watch: bool,
    resolve: bool,
    redact: bool,
    filter: "Filter",  # noqa: A002 -- the word of the contract
    shape: Shape,
) -> None:
    """List connections, the busiest first.

    Without an option: the open ones. Sums count from the last "clear" on, in captured IP bytes. A domain with ~ was
    inferred from the address.
    """
    from netmon_cli.actions.connections import list_connections, which_connections  # noqa: PLC0415 -- not for --help

    if resolve and (watch or redact):
        raise click.UsageError("--resolve goes with neither --watch nor --redact", click.get_current_context())
    which = which_connections(show_all=show_all, listen=listen, closed_seconds=closed, condition=filter)
    if not watch:
        list_connections(session, filter, shape, which, closed, redacted=redact, resolve=resolve)
        return
    from netmon_cli.actions.stream import Request, run  # noqa: PLC0415 -- for --watch alone
    from netmon_cli.selection import CLOSED_SECONDS, Which  # noqa: PLC0415 -- as above

    request = Request(
        what="connections",
        filter=filter,
        shape=shape,
        which=Which.LIVE if which is Which.OPEN else which,
        ended_seconds=CLOSED_SECONDS if which is Which.ALL else closed,
        redacted=redact,
    )
    raise SystemExit(run(session, request))
