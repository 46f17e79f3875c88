"""``netmon-cli alerts``: saved questions that the recorder asks each minute."""

from collections.abc import Callable
from typing import Any

import click

from netmon_cli.options import Duration, output_options, typed
from netmon_cli.past import Moment
from netmon_cli.quiet import Quiet
from netmon_cli.session import Session
from netmon_cli.shape import Shape

_EXAMPLES = """\b
Examples:
  netmon-cli alerts put backup --if app:backup --over 5GB --within 1h
  netmon-cli alerts put night --over 1GB --within 1h --quiet 22:00-07:00
  netmon-cli alerts test --if app:backup --over 5GB --within 1h
  netmon-cli alerts watch -o jsonl
"""

_FORMS = output_options(formats=("table", "json", "jsonl"), rows=False)


def _rule_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--loopback", is_flag=True, help="Count loopback too."),
        click.option(
            "--quiet",
            type=Quiet(),
            multiple=True,
            metavar="TIME|HOURS",
            help="Quiet for so long after it fired (1h), or in hours of your day (22:00-07:00); or both, given twice.",
        ),
        click.option(
            "--measure",
            type=click.Choice(["total", "sent", "received", "connections"]),
            default="total",
            show_default=True,
            help="What is measured.",
        ),
        click.option("--within", type=Duration(), metavar="TIME", help="Window that ends now: 1m to 31d, such as 1h."),
        click.option("--over", metavar="SIZE", help="It fires where there is more: 5GB, 500MiB, 100."),
        click.option("--if", "query", default="", metavar="QUERY", help='Which usage, such as "app:backup is:remote".'),
    ):
        command = option(command)
    return command


@click.group(epilog=_EXAMPLES, invoke_without_command=True)
@click.pass_context
def alerts(context: click.Context) -> None:
    """Tell when usage within a window exceeds a bound. Alone it lists the alerts."""
    if context.invoked_subcommand is None:
        with list_.make_context("list", [], parent=context) as inner:  # with its variables and defaults
            list_.invoke(inner)


@alerts.command("list")
@_FORMS
@click.pass_obj
def list_(session: Session, *, shape: Shape) -> None:
    """List alerts, and when they fired."""
    from netmon_cli.actions.alerts import list_alerts  # noqa: PLC0415 -- not for --help; so below

    list_alerts(session, shape)


@alerts.command()
@click.argument("name")
@_rule_options
@click.option("--pause", is_flag=True, help="Keep it, but let it not fire.")
@click.option("--mute", type=Duration(), metavar="TIME", help="Let it not fire for so long, such as 8h.")
@click.pass_obj
def put(session: Session, *, name: str, pause: bool, mute: float | None, **words: Any) -> None:  # noqa: ANN401
    """Save an alert; one of the same name is replaced."""
    from netmon_cli.actions.alerts import put_alert, rule_of  # noqa: PLC0415

    put_alert(session, rule_of(name, **words), is_paused=pause, mute_seconds=mute)


@alerts.command()
@click.argument("name")
@click.pass_obj
def delete(session: Session, *, name: str) -> None:
    """Delete an alert; its firings stay."""
    from netmon_cli.actions.alerts import delete_alert  # noqa: PLC0415

    delete_alert(session, name)


@alerts.command()
@click.argument("name", required=False)
@_rule_options
@click.option("--since", type=Moment(), help="30d, yesterday, 2026-08-01, … [default: 7d]")
@_FORMS
@click.pass_obj
def test(session: Session, *, name: str | None, since: float | None, shape: Shape, **words: Any) -> None:  # noqa: ANN401
    """Say how often an alert would have fired, by what is kept of the past: NAME's, or that of the options."""
    from netmon_cli.actions.alerts import rule_of, test_alert  # noqa: PLC0415

    if name is not None and typed(*words):
        raise click.UsageError("NAME or options, not both", click.get_current_context())
    test_alert(session, shape, name if name is not None else rule_of("test", **words), since)


@alerts.command()
@click.option("--after", type=click.IntRange(min=0), metavar="N", help="Firings after this number first.")
@click.option("-n", "--count", type=click.IntRange(min=1), metavar="N", help="End after N firings.")
@output_options(formats=("table", "jsonl"), in_pipes="jsonl", rows=False)
@click.pass_obj
def watch(session: Session, *, after: int | None, count: int | None, shape: Shape) -> None:
    """Tell of firings as they come."""
    from netmon_cli.actions.alerts import watch_alerts  # noqa: PLC0415

    raise SystemExit(watch_alerts(session, shape, after_sequence=after, count=count))
