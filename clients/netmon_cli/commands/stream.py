"""``netmon-cli stream``: watch, or feed another program."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from netmon_cli.options import FILTER_PARAMETERS, Duration, filter_options, output_options, redact_option, typed
from netmon_cli.session import Session
from netmon_cli.shape import Shape

if TYPE_CHECKING:
    from netmon.model import Filter

_WHATS = ("totals", "apps", "connections", "domains", "interfaces", "events", "all")

_WITHOUT_CONNECTIONS = ("totals", "apps", "domains", "interfaces")
_WHOLE = ("json", "jsonl")

_EXAMPLES = """\b
Examples:
  netmon-cli stream
  netmon-cli stream -F "app:firefox is:remote"
  netmon-cli stream connections -o jsonl --per-row | jq .app
  netmon-cli stream all -o jsonl > saved.jsonl
  netmon-cli stream - -o table < saved.jsonl
"""


@click.command(epilog=_EXAMPLES)
@click.argument("what", nargs=-1, metavar="[totals|apps|connections|domains|interfaces|events|all] [-|FILE]")
@click.option(
    "-i", "--interval", type=Duration(), default="1s", metavar="TIME", help="Time between two ticks. [default: 1s]"
)
@click.option("-n", "--count", type=click.IntRange(min=1), metavar="N", help="End after N snapshots or events.")
@click.option("--duration", type=Duration(), metavar="TIME", help="End after this time.")
@click.option("--since", type=click.Choice(["now"]), help="Count sums from the first snapshot on.")
@click.option("--wait", is_flag=True, help="Wait for a collector that is not there yet.")
@click.option("--no-retry", is_flag=True, help="End with code 7 when the collector is lost.")
@click.option("--per-row", is_flag=True, help="With jsonl: one connection a line, flat.")
@redact_option
@filter_options
@output_options(in_pipes="jsonl")
@click.pass_obj
def stream(  # noqa: PLR0913 -- click hands each option over by its name
    session: Session,
    *,
    what: tuple[str, ...],
    interval: float,
    count: int | None,
    duration: float | None,
    since: str | None,
    wait: bool,
    no_retry: bool,
    per_row: bool,
    redact: bool,
    filter: "Filter",  # noqa: A002 -- the word of the contract
    shape: Shape,
) -> None:
    """Show what is talking, tick by tick.

    On a terminal a live table; in a pipe JSON lines, one a tick. With - or FILE it replays saved lines through the same
    filters and printers: as JSON all that they hold, unless a kind is named.
    """
    from netmon_cli.actions.stream import Request, run  # noqa: PLC0415 -- 100 ms that --help need not pay
    from netmon_cli.selection import Which, names_state  # noqa: PLC0415 -- as above

    kind, source = _what_and_source(what)
    if redact and source is not None:
        _refuse_typed("--redact asks a collector for pseudonyms: what is saved stays as it is", "redact")
        redact = False
    if filter.terms and kind in _WITHOUT_CONNECTIONS:
        see = f" (see netmon-cli {kind} -F)" if kind in ("apps", "domains") else ""
        _refuse_typed(f"a filter chooses connections, and {kind} are sums of all of them{see}", *FILTER_PARAMETERS)
        filter = replace(filter, terms=())  # noqa: A001 -- as above
    if per_row and kind in _WITHOUT_CONNECTIONS:
        _refuse_typed(f"--per-row writes a line for each connection, and {kind} hold none", "per_row")
        per_row = False
    if per_row and shape.format != "jsonl" and typed("format"):
        _refuse_typed(f"--per-row is a form of -o jsonl, not of -o {shape.format}", "per_row")
        per_row = False
    shape = replace(shape, format="jsonl") if per_row else shape
    request = Request(
        what=kind or ("all" if source is not None and shape.format in _WHOLE else "connections"),
        # Of a file whose kind nobody names events come too, where the form has a place for them beside rows.
        holds_events=kind in ("events", "all") or (kind is None and shape.format not in ("csv", "tsv")),
        source=source,
        filter=filter,
        interval_seconds=interval,
        most=count,
        duration_seconds=duration,
        since_now=since == "now",
        wait=wait,
        retry=not no_retry,
        per_row=per_row,
        redacted=redact,
        # For programs the stream holds all that there is; a table is about what moves.
        which=Which.LIVE if shape.is_table and not names_state(filter) else Which.ALL,
        shape=shape,
    )
    raise SystemExit(run(session, request))


def _refuse_typed(text: str, *names: str) -> None:
    """Raise a usage error where one of these parameters was typed; what a file has for every stream is left out."""
    if typed(*names):
        raise click.UsageError(text, click.get_current_context())


def _what_and_source(words: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Give the kind, None where none is named, and the file."""
    kinds = [word for word in words if word in _WHATS]
    others = [word for word in words if word not in _WHATS]
    if len(kinds) > 1 or len(others) > 1:
        raise click.UsageError("stream takes one of its kinds and one file", click.get_current_context())
    if (
        others
        and others[0] != "-"
        and not others[0].endswith(("json", "jsonl", ".log", ".txt"))
        and "/" not in others[0]
    ):
        known = ", ".join(_WHATS)
        raise click.UsageError(
            f'no kind "{others[0]}": it is one of {known}, or a file of saved lines', click.get_current_context()
        )
    return next(iter(kinds), None), next(iter(others), None)
