"""What ``connections`` does: asks, lists, says what it left out."""

from dataclasses import replace

import click

from netmon.model import Connection, ConnectionState, Filter, Section, Snapshot, View
from netmon_cli.columns.column import Look
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.documents import document, line, pretty, snapshot_fields
from netmon_cli.ended import without
from netmon_cli.listing import delimited_lines, table_lines
from netmon_cli.listings.connections import connection_listing
from netmon_cli.notes import snapshot_notes
from netmon_cli.render.palette import Style
from netmon_cli.selection import CLOSED_SECONDS, Which, names_state, only_rows, wanted
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client import Client
from netmon_client.words import counted

__all__ = ["list_connections", "which_connections"]

_EMPTY = {
    Which.OPEN: "No open connection{matching}.",
    Which.LISTENING: "Nothing listens{matching}.",
    Which.CLOSED: "No connection{matching} ended within that time.",
    Which.ALL: "No connection{matching}.",
}


def which_connections(*, show_all: bool, listen: bool, closed_seconds: float | None, condition: Filter) -> Which:
    """Give the rows that the options ask for. Raise a usage error where they contradict each other."""
    context = click.get_current_context(silent=True)
    if show_all + listen + (closed_seconds is not None) > 1:
        raise click.UsageError("--all, --listen and --closed exclude each other", context)
    if closed_seconds is not None and closed_seconds > CLOSED_SECONDS:
        raise click.UsageError(f"--closed: the collector holds ended connections for {CLOSED_SECONDS:.0f} s", context)
    if listen:
        return Which.LISTENING
    if closed_seconds is not None:
        return Which.CLOSED
    return Which.ALL if show_all or names_state(condition) else Which.OPEN


def list_connections(
    session: Session,
    condition: Filter,
    shape: Shape,
    which: Which,
    closed_seconds: float | None,
    *,
    redacted: bool = False,
    resolve: bool = False,
) -> None:
    """List them once."""
    with session.client() as client:
        whole = _asked(client, condition, which, closed_seconds or CLOSED_SECONDS, redacted=redacted)
    passes = wanted(which)
    snapshot = only_rows(whole, [row for row in whole.connections if passes(row)])
    if resolve:
        from netmon_cli.reverse_names import ReverseNames  # noqa: PLC0415 -- only where it is asked for

        snapshot = replace(snapshot, connections=ReverseNames().named(snapshot.connections))
    _print(session, snapshot, shape, which, is_filtered=bool(condition.terms))
    if shape.is_table:
        _tell_left_out(session, whole, snapshot, shape)


def _asked(client: Client, condition: Filter, which: Which, closed_seconds: float, *, redacted: bool) -> Snapshot:
    """Get a snapshot with the rows that are wanted; for ended ones the collector's listing is asked too."""
    view = View(filter=condition, sections=frozenset({Section.CONNECTIONS}), redacted=redacted)
    snapshot = client.snapshot(view)
    if which in (Which.ALL, Which.CLOSED):
        answer = client.connections(condition, closed_within_seconds=closed_seconds, redacted=redacted)
        listed = [row for row in answer if not row.facts.remainder]
        counted_ids = {row.id for row in snapshot.connections}
        ended = [row for row in listed if row.end_time is not None and row.process and row.id not in counted_ids]
        remainders = (without(row, ended) for row in snapshot.connections if row.facts.remainder)
        snapshot = replace(snapshot, connections=(*listed, *(row for row in remainders if row is not None)))
    return snapshot


def _print(session: Session, snapshot: Snapshot, shape: Shape, which: Which, *, is_filtered: bool) -> None:
    empty = _EMPTY[which].format(matching=" matches" if is_filtered else "")
    has_packets = not is_without_packets(snapshot.degraded)
    listing = connection_listing(snapshot.connections, shape, now=snapshot.time, empty=empty, has_packets=has_packets)
    rows: list[Connection] = list(listing.rows)[: shape.limit]
    look = Look(now=snapshot.time, units=shape.units, numeric=shape.numeric)
    match shape.format:
        case "json":
            session.write(pretty(snapshot_fields(only_rows(snapshot, rows))))
        case "jsonl":
            from netmon_client.lines import flat_row  # noqa: PLC0415 -- 10 ms that no table need pay

            session.write(*(line(document("connection", flat_row(row, snapshot))) for row in rows))
        case "csv" | "tsv":
            session.write(*delimited_lines(listing, shape, look, headers=True))
        case _:
            session.write(*table_lines(listing, shape, session.terminal(), look))


def _tell_left_out(session: Session, whole: Snapshot, shown: Snapshot, shape: Shape) -> None:
    """Say what the table does not show: what the collector left out, and what this command did."""
    look = Look(now=whole.time, units=shape.units)
    for note in snapshot_notes(whole, look):
        session.say(note.text, note.style)
    hidden = len(whole.connections) - len(shown.connections)
    if hidden:
        shown_ids = {row.id for row in shown.connections}
        left_out = [row for row in whole.connections if row.id not in shown_ids]
        listening = sum(row.state is ConnectionState.LISTEN for row in left_out)
        ended = sum(row.end_time is not None for row in left_out)
        parts = [f"{count:,} {word}" for count, word in ((listening, "listening"), (ended, "just ended")) if count]
        session.say(f"Not listed: {', '.join(parts) or counted(hidden, 'row')} (--all)", Style.DIM)
