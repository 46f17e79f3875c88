"""What ``apps`` does: lists applications, or groups connections by something else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from netmon.matching.patterns import any_pattern_test
from netmon.model import Application, Connection, Filter, FilterField, Process, Range, Section, Snapshot, Term, View
from netmon_cli.columns.applications import APPLICATION_ORDERS, GroupRow, group_row
from netmon_cli.columns.column import Look
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.columns.traffic import without_traffic
from netmon_cli.documents import document, line, pretty, snapshot_fields
from netmon_cli.listing import Listing, delimited_lines, ordered, table_lines
from netmon_cli.listings.applications import application_listing, group_listing
from netmon_cli.listings.connections import connection_listing
from netmon_cli.listings.domains import domain_listing
from netmon_cli.notes import partial_note
from netmon_cli.render.palette import Style
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client.aggregate import GroupBy, group_connections, sum_traffic
from netmon_client.domains import of_applications
from netmon_client.printable import visible

__all__ = ["list_applications"]

_TITLES = {"application": "App", "user": "User", "unit": "Unit", "container": "Container"}


def list_applications(
    session: Session, condition: Filter, shape: Shape, *, name: str | None, tree: bool, by: str | None
) -> None:
    """List them once; with a name also what is below it."""
    is_whole = not condition.terms and not tree and by is None and name is None
    sections = {Section.APPLICATIONS if is_whole else Section.CONNECTIONS}
    if name is not None:
        condition = Filter(terms=(*condition.terms, _name_term(name)))
        sections |= {Section.APPLICATIONS, Section.DOMAINS}
    with session.client() as client:
        snapshot = client.snapshot(View(filter=condition, sections=frozenset(sections)))
    empty = ""
    if name is not None and not snapshot.connections and len(condition.terms) == 1:
        # All its connections have ended, or there is no such application: the collector's own sums tell.
        known = snapshot.applications
        snapshot = replace(snapshot, applications=_named(known, name), unattributed=())
        is_whole, empty = True, _unknown(name, known)
    if is_whole:
        listing = application_listing(snapshot, shape)
        listing = replace(listing, empty=empty or listing.empty)
        kind, objects = "application", {each["id"]: each for each in snapshot_fields(snapshot)["applications"]}
    else:
        group_by = cast("GroupBy", by or "application")
        kind = "group"
        listing, objects = _groups(snapshot, shape, group_by, tree=tree or name is not None)
    # Rows of a tree's processes have no object of their own.
    listed = [objects[row.key] for row in listing.rows if row.key in objects][: shape.limit]
    _print(session, snapshot, shape, listing, kind, listed)
    if name is None or not shape.is_table:
        return
    if snapshot.connections:
        look = Look(now=snapshot.time, units=shape.units, numeric=shape.numeric)
        has_packets = not is_without_packets(snapshot.degraded)
        rows = connection_listing(
            snapshot.connections, Shape(limit=shape.limit), now=snapshot.time, empty="", has_packets=has_packets
        )
        shown = Shape(format=shape.format, trunc=shape.trunc, limit=shape.limit)
        session.write("", *table_lines(rows, shown, session.terminal(), look))
    if not name.isdecimal():  # domains are summed up by application, not by process
        _write_domains(session, snapshot, shape)


def _write_domains(session: Session, snapshot: Snapshot, shape: Shape) -> None:
    """Write what the applications that are listed moved with which domain."""
    ids = {row.facts.application_id for row in snapshot.connections}
    if not snapshot.connections:
        ids = {each.id for each in snapshot.applications}
    domains = of_applications(snapshot.domains, ids.__contains__)
    if domains:
        whole = replace(snapshot, domains=domains, unnamed=())
        listing = domain_listing(whole, Shape(sort="-total"), has_rates=False)
        shown = Shape(format=shape.format, trunc=shape.trunc, limit=shape.limit)
        look = Look(now=snapshot.time, units=shape.units)
        lines = table_lines(listing, shown, session.terminal(), look)
        session.write("", *lines)


def _name_term(name: str) -> Term:
    if name.isdecimal():
        return Term(field=FilterField.PID, values=(Range(minimum=float(name), maximum=float(name)),))
    return Term(field=FilterField.APPLICATION, values=(name,))


def _named(applications: Sequence[Application], name: str) -> tuple[Application, ...]:
    """Give the applications of this name; it is matched as a filter would."""
    fits = any_pattern_test([name])
    return tuple(each for each in applications if fits(each.name) or fits(each.name.partition(" → ")[2]))


def _unknown(name: str, applications: Sequence[Application]) -> str:
    """Say that there is no such application, and which one may have been meant."""
    if name.isdecimal():
        return f"No connection of process {name}."
    import difflib  # noqa: PLC0415 -- for those who mistype

    names = {each.name.casefold(): each.name for each in applications}
    near = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    hint = f": did you mean {visible(names[near[0]])}?" if near else "."
    return f'No application "{visible(name)}" was seen{hint}'


def _groups(
    snapshot: Snapshot, shape: Shape, by: GroupBy, *, tree: bool
) -> tuple[Listing[GroupRow], dict[str, dict[str, Any]]]:
    """Give the listing, and the object of each group by the key of its row."""
    rows: list[GroupRow] = []
    objects: dict[str, dict[str, Any]] = {}
    for group in group_connections(snapshot.connections, by):
        rows.append(group_row(group))
        fields = {"by": by, "key": group.key, "label": group.label, "connection_count": group.connection_count}
        objects[rows[-1].key] = {**fields, "traffic": group.traffic._asdict()}
    if tree and by == "application":
        rows = _tree(rows, snapshot.connections, shape)
    return group_listing(rows, shape, title=_TITLES[by], noun=by), objects


def _tree(rows: Sequence[GroupRow], connections: Sequence[Connection], shape: Shape) -> list[GroupRow]:
    """Give the processes of each application below it, both in the order that is asked for."""
    tree: list[GroupRow] = []
    for row in ordered(rows, APPLICATION_ORDERS, shape, usual="-rate"):
        members = [each for each in connections if each.facts.application_id == row.key]
        tree += [row, *ordered(_process_rows(members), APPLICATION_ORDERS, shape, usual="-total")]
    return tree


def _process_rows(members: Sequence[Connection]) -> list[GroupRow]:
    """Give a row a process."""
    by_process: dict[str, tuple[Process, list[Connection]]] = {}
    for row in members:
        if row.process is not None:
            by_process.setdefault(row.process.id, (row.process, []))[1].append(row)
    return [
        GroupRow(
            label=f"{process.name} [{process.pid}]",
            traffic=sum_traffic(row.traffic for row in owned),
            connection_count=len(owned),
            users=(process.user,) if process.user else (),
            path=process.executable,
            depth=1,
        )
        for process, owned in by_process.values()
    ]


def _print(
    session: Session,
    snapshot: Snapshot,
    shape: Shape,
    listing: Listing[GroupRow],
    kind: str,
    objects: list[dict[str, Any]],
) -> None:
    look = Look(now=snapshot.time, units=shape.units)
    match shape.format:
        case "json":
            fields = snapshot_fields(snapshot)
            head = {key: fields[key] for key in ("instance_id", "sequence", "time", "totals", "unattributed")}
            session.write(pretty(document(f"{kind}s", {**head, f"{kind}s": objects})))
        case "jsonl":
            session.write(*(line(document(kind, each)) for each in objects))
        case "csv" | "tsv":
            session.write(*delimited_lines(listing, shape, look, headers=True))
        case _:
            if is_without_packets(snapshot.degraded) and not shape.columns:
                listing = replace(listing, columns=without_traffic(listing.columns), sums=None)
                session.say("Traffic is not counted: no packets are captured (--no-capture)", Style.YELLOW)
            session.write(*table_lines(listing, shape, session.terminal(), look))
            for note in partial_note(snapshot, look):
                session.say(note.text, note.style)
