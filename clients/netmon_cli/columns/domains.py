"""The columns of a domain, or of all below one registrable domain."""

from collections.abc import Callable
from dataclasses import dataclass

from netmon.model import DomainApplication, DomainSource, Traffic, UnnamedTraffic
from netmon_cli.columns.column import Column, Look, SortKey
from netmon_cli.columns.traffic import TRAFFIC_COLUMNS, TRAFFIC_ORDERS
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading
from netmon_client.domains import DomainGroup
from netmon_client.times import format_time
from netmon_client.units import format_age
from netmon_client.words import brief_application, unnamed_words

__all__ = ["DOMAIN_COLUMNS", "DOMAIN_ORDERS", "DomainRow", "domain_row", "unnamed_row"]

_NONE = Cell(text="—", style=Style.DIM)
_BRIEF_REASONS = {
    "unspecified": "(none expected)",
    "older": "(older)",
    "not_seen": "(not seen)",
    "no_server_name": "(no server name)",
    "encrypted_hello": "(encrypted hello)",
    "encrypted_dns": "(encrypted DNS)",
    "not_asked": "(not asked)",
    "switched_off": "(switched off)",
    "other_users": "(other users)",
}
_CERTAIN = frozenset({DomainSource.SNI, DomainSource.QUIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    """One row: domains, or what has none for one reason (``is_rest``). Times in Unix seconds."""

    label: str
    traffic: Traffic
    connection_count: int
    names: int = 0
    source: DomainSource = DomainSource.UNSPECIFIED
    applications: tuple[DomainApplication, ...] = ()
    first_time: float | None = None
    last_time: float | None = None
    is_rest: bool = False
    reason: str = ""


def domain_row(group: DomainGroup) -> DomainRow:
    """Make the row of domains."""
    return DomainRow(
        label=group.name,
        traffic=group.traffic,
        connection_count=group.connection_count,
        names=group.names,
        source=group.source,
        applications=group.applications,
        first_time=group.first_time,
        last_time=group.last_time,
        is_rest=group.is_others,
    )


def unnamed_row(part: UnnamedTraffic) -> DomainRow:
    """Make the row of what has no domain for one reason."""
    return DomainRow(
        label=f"({unnamed_words(part.reason)})",
        traffic=part.traffic,
        connection_count=part.connection_count,
        is_rest=True,
        reason=part.reason.name.lower(),
    )


def _label_cell(row: DomainRow, _: Look) -> Cell:
    if row.is_rest:
        return Cell(text=row.label, style=Style.DIM, brief=_BRIEF_REASONS.get(row.reason, ""))
    if row.source in _CERTAIN:
        return Cell(text=row.label)
    return Cell(text=f"~{row.label}", style=Style.DIM)


def _source_word(row: DomainRow) -> str:
    return row.source.name.lower() if row.source else ""


def _names_of(row: DomainRow) -> str:
    return ", ".join(part.application_name or "(no owner)" for part in row.applications)


def _applications_cell(row: DomainRow, _: Look) -> Cell:
    if not row.applications:
        return _NONE
    first = row.applications[0].application_name
    brief = brief_application(first) or first or "(no owner)"
    more = len(row.applications) - 1
    return Cell(text=_names_of(row), brief=f"{brief} +{more}" if more else brief)


def _time_column(key: str, title: str, rank: int, time: Callable[[DomainRow], float | None]) -> Column[DomainRow]:
    def show(row: DomainRow, look: Look) -> Cell:
        at = time(row)
        return _NONE if at is None else Cell(text=format_age(max(0.0, look.now - at)))

    return Column[DomainRow](
        key=key,
        field=f"{key}_time",
        heading=Heading(title=title, rank=rank, right=True),
        show=show,
        value=lambda row, _: None if time(row) is None else format_time(time(row) or 0.0),
        order=lambda row: (time(row) or 0.0,),
    )


DOMAIN_COLUMNS: tuple[Column[DomainRow], ...] = (
    Column[DomainRow](
        key="domain",
        field="domain",
        heading=Heading(title="Domain", minimum=16),
        show=_label_cell,
        value=lambda row, _: row.label,
        order=lambda row: (row.is_rest, row.label.casefold()),
    ),
    Column[DomainRow](
        key="source",
        field="domain_source",
        heading=Heading(title="Source", rank=6),
        show=lambda row, _: Cell(text=_source_word(row).replace("_", " ")) if row.source else _NONE,
        value=lambda row, _: _source_word(row),
        order=lambda row: (row.source or 9,),
    ),
    Column[DomainRow](
        key="app",
        field="applications",
        heading=Heading(title="Apps", rank=3, minimum=8),
        show=_applications_cell,
        value=lambda row, _: _names_of(row),
        order=lambda row: (_names_of(row).casefold(),),
        optional=True,
    ),
    *TRAFFIC_COLUMNS,
    Column[DomainRow](
        key="connections",
        field="connection_count",
        heading=Heading(title="Conns", rank=5, right=True),
        show=lambda row, _: Cell(text=f"{row.connection_count:,}"),
        value=lambda row, _: row.connection_count,
        order=lambda row: (row.connection_count,),
    ),
    Column[DomainRow](
        key="names",
        field="name_count",
        heading=Heading(title="Names", rank=9, right=True),
        show=lambda row, _: Cell(text=f"{row.names:,}") if row.names else _NONE,
        value=lambda row, _: row.names,
        order=lambda row: (row.names,),
        extra=True,
    ),
    _time_column("first", "First", 8, lambda row: row.first_time),
    _time_column("last", "Last", 7, lambda row: row.last_time),
    Column[DomainRow](
        key="reason",
        field="unnamed_reason",
        heading=Heading(title="Reason", rank=12),
        show=lambda row, _: Cell(text=row.reason) if row.reason else _NONE,
        value=lambda row, _: row.reason,
        order=lambda row: (row.reason,),
        extra=True,
        optional=True,
    ),
)
"""All columns of a domain."""

DOMAIN_ORDERS: dict[str, Callable[[DomainRow], SortKey]] = {
    **{column.key: column.order for column in DOMAIN_COLUMNS},
    **TRAFFIC_ORDERS,
}
"""What ``--sort`` takes."""
