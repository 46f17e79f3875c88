"""``netmon-cli domains``: what was moved with whom, by name."""

from typing import TYPE_CHECKING

import click

from netmon_cli.options import domain_filter_option, output_options, redact_option
from netmon_cli.session import Session
from netmon_cli.shape import Shape

if TYPE_CHECKING:
    from netmon.model import Filter

_EXAMPLES = """\b
Examples:
  netmon-cli domains
  netmon-cli domains "*.example.org" --full
  netmon-cli domains --browser firefox --sort -total
  netmon-cli domains -F "app:curl total:>1M"
"""


@click.command(epilog=_EXAMPLES)
@click.argument("pattern", required=False, default="")
@click.option("--browser", default="", metavar="NAME", help="Only what this browser moved; * for all browsers.")
@click.option("--full", is_flag=True, help="Full domains in place of registrable ones.")
@domain_filter_option
@redact_option
@output_options()
@click.pass_obj
def domains(
    session: Session,
    *,
    pattern: str,
    browser: str,
    full: bool,
    filter: "Filter",  # noqa: A002 -- click's name of the option
    redact: bool,
    shape: Shape,
) -> None:
    """List domains with what was moved, the busiest first; subdomains are folded.

    PATTERN: a part of a domain, or with wildcards a whole one. Sums hold ended connections too. A ~ marks a name that
    was inferred from an address. JSON holds full domains always.
    """
    from netmon_cli.actions.domains import DomainChoice, list_domains  # noqa: PLC0415 -- not for --help

    choice = DomainChoice(pattern=pattern, browser=browser, filter=filter)
    list_domains(session, shape, choice, full=full, redacted=redact)
