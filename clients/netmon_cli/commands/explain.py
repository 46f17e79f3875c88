"""``netmon-cli explain``: how the owner of one connection was found, or why there is none."""

import click

from netmon_cli.options import output_options
from netmon_cli.session import Session
from netmon_cli.shape import Shape

_EXAMPLES = """\b
Examples:
  netmon-cli explain c1f
  netmon-cli explain 4711
  netmon-cli explain 203.0.113.9:443
  netmon-cli explain "app:curl port:443"
"""


@click.command(epilog=_EXAMPLES)
@click.argument("connection", metavar="CONNECTION")
@output_options(formats=("table", "json", "jsonl"), rows=False, units=False)
@click.pass_obj
def explain(session: Session, *, connection: str, shape: Shape) -> None:
    """Tell what was tried for the owner of CONNECTION, when and with which result, and what would have helped.

    CONNECTION is an id, a PID, an ADDRESS[:PORT] or a filter that fits exactly one connection, open or ended within the
    last minute. Where several fit they are listed with their ids.
    """
    from netmon_cli.actions.explain import explain_connection  # noqa: PLC0415 -- not for --help

    raise SystemExit(explain_connection(session, connection, shape))
