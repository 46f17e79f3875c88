"""The columns of an interface."""

from collections.abc import Callable
from dataclasses import dataclass

from netmon.model import CaptureState, InterfaceStatus, InterfaceTraffic, Snapshot, Status, Traffic
from netmon_cli.columns.column import Column, Look, SortKey
from netmon_cli.columns.traffic import TRAFFIC_COLUMNS, TRAFFIC_ORDERS
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading
from netmon_client.delimited import Value
from netmon_client.times import format_time
from netmon_client.units import format_age

__all__ = ["INTERFACE_COLUMNS", "INTERFACE_ORDERS", "InterfaceRow", "interface_rows"]

_NONE = Cell(text="—", style=Style.DIM)

_STATES = {
    CaptureState.UNSPECIFIED: Cell(text="? unknown", style=Style.GREY),
    CaptureState.CAPTURING: Cell(text="● capturing", style=Style.GREEN, brief="● on"),
    CaptureState.DOWN: Cell(text="○ down", style=Style.GREY),
    CaptureState.LEFT_OUT: Cell(text="○ left out", style=Style.GREY, brief="○ out"),
    CaptureState.FAILED: Cell(text="✕ failed", style=Style.RED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceRow:
    """An interface: its sums, and the state of its capture where it was asked for."""

    name: str
    traffic: Traffic
    counted: InterfaceTraffic | None = None
    status: InterfaceStatus | None = None


def interface_rows(snapshot: Snapshot, status: Status | None) -> list[InterfaceRow]:
    """Put sums and states together, in the order of the status, then what only the sums know."""
    counted = {part.name: part for part in snapshot.interfaces}
    states = {part.name: part for part in status.interfaces} if status else {}
    return [
        InterfaceRow(
            name=name,
            traffic=counted[name].traffic if name in counted else Traffic(),
            counted=counted.get(name),
            status=states.get(name),
        )
        for name in (*states, *(name for name in counted if name not in states))
    ]


def _dropped(row: InterfaceRow) -> int:
    if row.status is None:
        return 0
    return row.status.drops.kernel_dropped_packets + row.status.drops.interface_dropped_packets


def _last_cell(row: InterfaceRow, look: Look) -> Cell:
    if row.status is None or row.status.last_packet_time is None:
        return _NONE
    return Cell(text=format_age(look.now - row.status.last_packet_time) + " ago")


def _last_value(row: InterfaceRow, _: Look) -> Value:
    last = row.status.last_packet_time if row.status else None
    return None if last is None else format_time(last)


def _text_column(
    key: str, field: str, title: str, rank: int, text: Callable[[InterfaceRow], str]
) -> Column[InterfaceRow]:
    return Column[InterfaceRow](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, minimum=12, middle=False),
        show=lambda row, _: Cell(text=text(row)) if text(row) else _NONE,
        value=lambda row, _: text(row),
        order=lambda row: (text(row),),
        extra=key == "link",
        optional=True,
    )


INTERFACE_COLUMNS: tuple[Column[InterfaceRow], ...] = (
    Column[InterfaceRow](
        key="iface",
        field="name",
        heading=Heading(title="Interface", minimum=9),
        show=lambda row, _: Cell(text=row.name),
        value=lambda row, _: row.name,
        order=lambda row: (row.name,),
    ),
    Column[InterfaceRow](
        key="state",
        field="state",
        heading=Heading(title="State", rank=2),
        show=lambda row, _: _STATES[row.status.state] if row.status else _NONE,
        value=lambda row, _: row.status.state.name.lower() if row.status else None,
        order=lambda row: (row.status.state if row.status else 0,),
    ),
    *TRAFFIC_COLUMNS,
    Column[InterfaceRow](
        key="drops",
        field="dropped_packets",
        heading=Heading(title="Drops", rank=4, right=True),
        show=lambda row, _: Cell(text=f"{_dropped(row):,}", style=Style.RED if _dropped(row) else Style.DIM),
        value=lambda row, _: _dropped(row),
        order=lambda row: (_dropped(row),),
    ),
    Column[InterfaceRow](
        key="last",
        field="last_packet_time",
        heading=Heading(title="Last packet", rank=7, right=True),
        show=_last_cell,
        value=_last_value,
        order=lambda row: ((row.status.last_packet_time or 0.0) if row.status else 0.0,),
        optional=True,
    ),
    _text_column(
        "addresses", "addresses", "Addresses", 6, lambda row: " ".join(row.status.addresses) if row.status else ""
    ),
    _text_column("why", "reason", "Why", 8, lambda row: row.status.reason if row.status else ""),
    _text_column("link", "link_type", "Link", 9, lambda row: row.status.link_type if row.status else ""),
    Column[InterfaceRow](
        key="non_ip",
        field="non_ip_packets",
        heading=Heading(title="Not IP", rank=10, right=True),
        show=lambda row, _: Cell(text=f"{row.counted.non_ip_packets:,}") if row.counted else _NONE,
        value=lambda row, _: row.counted.non_ip_packets if row.counted else None,
        order=lambda row: (row.counted.non_ip_packets if row.counted else 0,),
        extra=True,
    ),
)
"""All columns of an interface."""

INTERFACE_ORDERS: dict[str, Callable[[InterfaceRow], SortKey]] = {
    **{column.key: column.order for column in INTERFACE_COLUMNS},
    **TRAFFIC_ORDERS,
}
"""What ``--sort`` takes."""
