"""``netmon-cli audit``: the ledger, with an exit code for scripts."""

import click

from netmon_cli.options import output_options
from netmon_cli.session import Session
from netmon_cli.shape import Shape

_EXAMPLES = """\b
Examples:
  netmon-cli audit
  netmon-cli audit --min-coverage 99 --interface eth0
  netmon-cli audit -o json
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    default=95.0,
    show_default=True,
    metavar="PERCENT",
    help="Exit with 6 where a smaller share of the bytes has an owner.",
)
@click.option("--interface", "names", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@click.option("--last", is_flag=True, help="The last interval alone, not all since the start.")
@output_options(formats=("table", "json", "jsonl"), rows=False)
@click.pass_obj
def audit(session: Session, *, min_coverage: float, names: tuple[str, ...], last: bool, shape: Shape) -> None:
    """Hold what was captured and attributed against the system's own counters.

    Coverage is the share of bytes that have an owner, of those that could have one: captured IP bytes, and what the
    system counts and nothing explains; not what the kernel answered by itself, nor what carries a tunnel. Of all
    interfaces together it must reach the bar, else the exit code is 6.
    """
    from netmon_cli.actions.audit import run_audit  # noqa: PLC0415 -- not for --help

    raise SystemExit(run_audit(session, shape, names=names, is_last=last, min_share=min_coverage / 100))
