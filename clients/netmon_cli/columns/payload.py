"""Columns of what the kernel counts of a TCP socket: payload, which is never mixed with captured IP bytes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from netmon.model import Connection, Degradation
from netmon_cli.columns.column import Column, Look, SortKey
from netmon_cli.columns.traffic import TRAFFIC_COLUMNS
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading
from netmon_client.words import CAPTURE_OFF

__all__ = ["PAYLOAD_COLUMNS", "PAYLOAD_ORDER", "in_place_of_traffic", "is_without_packets"]

_NONE: Final = Cell(text="—", style=Style.DIM)


def is_without_packets(degraded: tuple[Degradation, ...]) -> bool:
    """Say whether the collector captures no packets, so that payload is all that it counts."""
    return any(one.code == CAPTURE_OFF for one in degraded)


def _column(key: str, title: str, rank: int, count: Callable[[Connection], int | None]) -> Column[Connection]:
    def show(row: Connection, look: Look) -> Cell:
        size = count(row)
        if size is None:
            return _NONE
        return Cell(text=look.size(size), style=Style.PLAIN if size else Style.DIM)

    return Column[Connection](
        key=key,
        field=f"{key}_bytes",
        heading=Heading(title=title, rank=rank, right=True),
        show=show,
        value=lambda row, _: count(row),
        order=lambda row: (-1 if (size := count(row)) is None else size,),
        extra=True,
        optional=True,
    )


PAYLOAD_COLUMNS: tuple[Column[Connection], ...] = (
    _column("received_payload", "Payload ↓", 30, lambda row: row.received_payload_bytes),
    _column("sent_payload", "Payload ↑", 31, lambda row: row.sent_payload_bytes),
)


def PAYLOAD_ORDER(row: Connection) -> SortKey:  # noqa: N802 -- one of a table of orders
    """Both directions together; last what has no counts."""
    if row.received_payload_bytes is None and row.sent_payload_bytes is None:
        return (-1,)
    return ((row.received_payload_bytes or 0) + (row.sent_payload_bytes or 0),)


def in_place_of_traffic(columns: tuple[Column[Connection], ...]) -> tuple[Column[Connection], ...]:
    """Give ``columns`` as they are shown where nothing is captured: payload stands where IP bytes stand else."""
    shown = iter(
        replace(column, heading=replace(column.heading, rank=instead.heading.rank), extra=False, optional=False)
        for column, instead in zip(PAYLOAD_COLUMNS, TRAFFIC_COLUMNS[2:], strict=True)
    )
    keys = {column.key for column in PAYLOAD_COLUMNS}
    dropped = {column.key for column in TRAFFIC_COLUMNS[:2]}
    replaced = {column.key for column in TRAFFIC_COLUMNS[2:]}
    return tuple(
        next(shown) if column.key in replaced else column for column in columns if column.key not in keys | dropped
    )
