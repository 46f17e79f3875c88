"""``netmon-cli doctor``: what is wrong, and how to mend it."""

import click

from netmon_cli.options import output_options
from netmon_cli.session import Session
from netmon_cli.shape import Shape


@click.command()
@output_options(formats=("table", "json", "jsonl"), rows=False, units=False)
@click.pass_obj
def doctor(session: Session, *, shape: Shape) -> None:
    """Check everything between you and the packets; say what is wrong and how to mend it.

    The exit code is that of the first thing that failed: 3 unreachable, 4 not permitted, 5 incompatible, else 1.
    """
    from netmon_cli.actions.doctor import examine  # noqa: PLC0415 -- not for --help

    raise SystemExit(examine(session, shape))
