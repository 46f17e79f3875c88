"""What ``interfaces`` does: puts sums and states of capture side by side."""

from typing import Any

from netmon.model import Section, View
from netmon_cli.columns.column import Look
from netmon_cli.columns.interfaces import InterfaceRow
from netmon_cli.documents import document, line, pretty, snapshot_fields
from netmon_cli.listing import delimited_lines, table_lines
from netmon_cli.listings.interfaces import interface_listing
from netmon_cli.session import Session
from netmon_cli.shape import Shape

__all__ = ["list_interfaces"]


def list_interfaces(session: Session, shape: Shape) -> None:
    """List them once."""
    with session.client() as client:
        snapshot = client.snapshot(View(sections=frozenset({Section.INTERFACES})))
        status = client.status()
    listing = interface_listing(snapshot, status, shape)
    look = Look(now=snapshot.time, units=shape.units)
    if shape.format in ("json", "jsonl"):
        from netmon_client.lines import as_object  # noqa: PLC0415 -- 10 ms that no table need pay

        counted = {part["name"]: part for part in snapshot_fields(snapshot)["interfaces"]}
        states = {part["name"]: part for part in as_object(status)["interfaces"]}
        rows = [_object(row, counted, states) for row in list(listing.rows)[: shape.limit]]
        if shape.format == "jsonl":
            session.write(*(line(document("interface", row)) for row in rows))
        else:
            session.write(pretty(document("interfaces", {"interfaces": rows})))
    elif shape.is_table:
        session.write(*table_lines(listing, shape, session.terminal(), look))
    else:
        session.write(*delimited_lines(listing, shape, look, headers=True))


def _object(row: InterfaceRow, counted: dict[str, Any], states: dict[str, Any]) -> dict[str, Any]:
    return {"name": row.name, **states.get(row.name, {}), **counted.get(row.name, {})}
