"""``netmon-cli apps``: applications, and other things to group connections by."""

from typing import TYPE_CHECKING

import click

from netmon_cli.options import filter_options, output_options
from netmon_cli.session import Session
from netmon_cli.shape import Shape

if TYPE_CHECKING:
    from netmon.model import Filter

_EXAMPLES = """\b
Examples:
  netmon-cli apps
  netmon-cli apps firefox
  netmon-cli apps --by user
"""


@click.command(epilog=_EXAMPLES)
@click.argument("name", required=False, metavar="[NAME|PID]")
@click.option("--tree", is_flag=True, help="The processes of each application below it.")
@click.option("--by", type=click.Choice(["user", "unit", "container"]), help="Group by something else.")
@filter_options
@output_options()
@click.pass_obj
def apps(
    session: Session,
    *,
    name: str | None,
    tree: bool,
    by: str | None,
    filter: "Filter",  # noqa: A002 -- the word of the contract
    shape: Shape,
) -> None:
    """List applications with what they moved, the busiest first.

    With NAME or PID: that one with its processes and connections, with NAME its domains too. A filter, --tree and --by
    sum the connections that are listed now; without them the sums hold ended connections too.
    """
    from netmon_cli.actions.apps import list_applications  # noqa: PLC0415 -- not for --help

    list_applications(session, filter, shape, name=name, tree=tree, by=by)
