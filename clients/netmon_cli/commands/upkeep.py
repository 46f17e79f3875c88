"""``aggregate`` and ``cleanup``: the upkeep of history."""

import click

from netmon_cli.options import output_options
from netmon_cli.past import Moment
from netmon_cli.session import Session
from netmon_cli.shape import Shape

_EXAMPLES = """\b
Examples:
  netmon-cli cleanup --dry-run
  netmon-cli cleanup --older-than 30d --what minutes
  netmon-cli cleanup --older-than 2025-01-01 --yes
"""


@click.command()
@output_options(formats=("table", "json", "jsonl"), rows=False, units=False)
@click.pass_obj
def aggregate(session: Session, *, shape: Shape) -> None:
    """Hold the sums of hours and days against what they were made of, and mend them.

    The recorder keeps them up to date itself: this checks that it did.
    """
    from netmon_cli.actions.upkeep import run_aggregation  # noqa: PLC0415 -- not for --help

    run_aggregation(session, shape)


@click.command(epilog=_EXAMPLES)
@click.option("--older-than", type=Moment(), help="30d, 12mo, 2025-01-01, … [default: what is kept no longer]")
@click.option("--what", default="", metavar="KEY,…", help="Only minutes, hours, days. [default: all of them]")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_options(formats=("table", "json", "jsonl"), rows=False)
@click.pass_obj
def cleanup(session: Session, *, older_than: float | None, what: str, dry_run: bool, yes: bool, shape: Shape) -> None:
    """Delete old history, and give its room back to the disk.

    It says what it would delete and asks; where there is nobody to ask, it needs --yes.
    """
    from netmon_cli.actions.upkeep import run_cleanup, selection_of  # noqa: PLC0415 -- not for --help

    run_cleanup(session, shape, selection_of(older_than, what), dry_run=dry_run, is_sure=yes)
