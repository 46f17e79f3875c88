"""What ``stream`` does: opens a feed, prepares each snapshot, prints."""

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import click

from netmon.matching import compile_filter
from netmon.model import Event, Filter, Section, Snapshot, View
from netmon_cli.columns.connections import CONNECTION_COLUMNS, connection_orders
from netmon_cli.ended import EndedRows, with_ended
from netmon_cli.listing import chosen_columns, ordered
from netmon_cli.listings.applications import ordered_applications
from netmon_cli.listings.domains import ordered_domains
from netmon_cli.listings.interfaces import ordered_interfaces
from netmon_cli.selection import Which, keep, only_rows, sections_only, wanted
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.since import SinceNow
from netmon_cli.stream.blocks import BlockPrinter
from netmon_cli.stream.events import connection_of
from netmon_cli.stream.printers import DelimitedPrinter, LinePrinter, PerRowPrinter, Printer
from netmon_cli.stream.run import follow
from netmon_client.feed import Feed, FeedItem

__all__ = ["Request", "run"]

_SECTIONS: dict[str, frozenset[Section]] = {
    "connections": frozenset({Section.CONNECTIONS}),
    "apps": frozenset({Section.APPLICATIONS}),
    "domains": frozenset({Section.DOMAINS}),
    "interfaces": frozenset({Section.INTERFACES}),
    "totals": frozenset(),
    "events": frozenset(),
    "all": frozenset({Section.CONNECTIONS, Section.APPLICATIONS, Section.INTERFACES, Section.DOMAINS}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for; ``source``: a file of saved lines, ``-`` for standard input.

    ``holds_events``: whether the events of a file are printed too.
    ``which``: the connections that are printed, in every form; each tick holds those too that ended within the last
    ``ended_seconds``. None: those alone that ended in it.
    """

    what: str
    filter: Filter
    shape: Shape
    source: str | None = None
    holds_events: bool = False
    interval_seconds: float = 1.0
    most: int | None = None
    duration_seconds: float | None = None
    since_now: bool = False
    wait: bool = False
    retry: bool = True
    per_row: bool = False
    redacted: bool = False
    which: Which = Which.ALL
    ended_seconds: float | None = None


def run(session: Session, request: Request) -> int:
    """Run the stream; give the exit code."""
    printer = _printer(session, request)
    with _feed(session, request) as feed:
        return follow(
            feed,
            printer,
            prepare=_preparation(session, request),
            most=request.most,
            duration_seconds=request.duration_seconds,
        )


def _printer(session: Session, request: Request) -> Printer:
    shape = request.shape
    sections = _SECTIONS[request.what]
    if shape.format in ("csv", "tsv"):
        if len(sections) > 1:
            raise click.UsageError(
                f"{shape.format} holds one kind of row: choose connections, apps, domains, interfaces or totals"
            )
        if request.what == "connections":
            chosen_columns(CONNECTION_COLUMNS, shape)
        return DelimitedPrinter(session, shape, next(iter(sections), None))
    if not shape.is_table:
        return PerRowPrinter(session) if request.per_row else LinePrinter(session)
    repaint = bool(sections) and request.source is None
    return BlockPrinter(session, shape, sections, repaint=repaint)


@contextmanager
def _feed(session: Session, request: Request) -> Generator[Feed]:
    """Open what is asked for: saved lines, events, or snapshots."""
    with ExitStack() as stack:
        if request.source is not None:
            from netmon_client.lines import read_lines  # noqa: PLC0415 -- for replays alone

            yield _asked_for(read_lines(stack.enter_context(_opened(request.source))), request)
            return
        client = stack.enter_context(session.client())
        if request.what == "events":
            yield client.events(request.filter, redacted=request.redacted, reconnect=request.retry, wait=request.wait)
            return
        # Totals come always; the smallest section stands for none, because no section means all.
        sections = _SECTIONS[request.what] or frozenset({Section.INTERFACES})
        view = View(filter=request.filter, sections=sections, redacted=request.redacted)
        yield client.snapshots(view, request.interval_seconds, reconnect=request.retry, wait=request.wait)


def _asked_for(items: Iterable[FeedItem], request: Request) -> Generator[FeedItem]:
    """Leave out of a file what a collector would not have sent: other kinds, and events that do not pass."""
    for item in items:
        if isinstance(item, Snapshot) and request.what == "events":
            continue
        if isinstance(item, Event) and not (request.holds_events and _passes(item, request.filter)):
            continue
        yield item


def _passes(event: Event, condition: Filter) -> bool:
    row = connection_of(event)
    return row is None or not condition.terms or compile_filter(condition, event.time)(row)


@contextmanager
def _opened(source: str) -> Generator[IO[str]]:
    if source == "-":
        sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # JSON is, whatever the locale says
        yield sys.stdin
        return
    with Path(source).open(encoding="utf-8") as file:
        yield file


def _preparation(session: Session, request: Request) -> Callable[[Snapshot], Snapshot]:
    """Give what is done to each snapshot before it is printed."""
    steps: list[Callable[[Snapshot], Snapshot]] = []
    sections = _SECTIONS[request.what]
    if request.source is not None and request.filter.terms:
        steps.append(lambda snapshot: keep(snapshot, compile_filter(request.filter, snapshot.time)))
    if request.ended_seconds is not None:
        ended = _ended_rows(session, request, request.ended_seconds)
        steps.append(lambda snapshot: with_ended(snapshot, ended.take(snapshot)))
    if request.since_now:
        steps.append(SinceNow().apply)
    steps.append(lambda snapshot: sections_only(snapshot, sections))
    if request.which is not Which.ALL:
        steps.append(lambda snapshot: _only_wanted(snapshot, request))
    if request.shape.format in ("json", "jsonl") and (request.shape.sort or request.shape.limit):
        steps.append(lambda snapshot: _sorted_and_limited(snapshot, request.what, request.shape))

    def prepare(snapshot: Snapshot) -> Snapshot:
        for step in steps:
            snapshot = step(snapshot)
        return snapshot

    return prepare


def _ended_rows(session: Session, request: Request, seconds: float) -> EndedRows:
    """Begin with what ended before the stream does: a snapshot does not tell of it."""
    with session.client() as client:
        answer = client.connections(request.filter, closed_within_seconds=seconds, redacted=request.redacted)
        return EndedRows(seconds, answer)


def _only_wanted(snapshot: Snapshot, request: Request) -> Snapshot:
    """Keep the connections that were asked for; a table tells of those alone that the collector left out."""
    kept = keep(snapshot, wanted(request.which))
    return replace(kept, omitted=snapshot.omitted) if request.shape.is_table else kept


def _sorted_and_limited(snapshot: Snapshot, what: str, shape: Shape) -> Snapshot:
    """Do for JSON what listings do themselves, by the orders of what is listed; with several it is connections."""
    match what:
        case "apps":
            return replace(snapshot, applications=ordered_applications(snapshot, shape))
        case "domains":
            return replace(snapshot, domains=ordered_domains(snapshot, shape))
        case "interfaces":
            return replace(snapshot, interfaces=ordered_interfaces(snapshot, shape))
        case "connections" | "all":
            rows = ordered(snapshot.connections, connection_orders(snapshot.time), shape, usual="-rate")
            return only_rows(snapshot, rows[: shape.limit])
        case _:
            return snapshot
