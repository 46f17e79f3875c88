"""The columns that every row with sums has: rates and totals, received and sent.

Totals are shown from the last "clear" on; in CSV they are the collector's monotone counters, as in JSON.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from netmon.model import Traffic
from netmon_cli.columns.column import Column, HasTraffic, Look, SortKey
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading

__all__ = ["RATE_ORDER", "TRAFFIC_COLUMNS", "TRAFFIC_ORDERS", "received", "sent", "without_traffic"]

_Row = TypeVar("_Row", bound=HasTraffic)


def sent(traffic: Traffic) -> int:
    """Bytes sent since the statistics were last cleared."""
    return traffic.sent_bytes - traffic.cleared_sent_bytes


def received(traffic: Traffic) -> int:
    """Bytes received since the statistics were last cleared."""
    return traffic.received_bytes - traffic.cleared_received_bytes


def _rate_cell(bytes_per_second: float, look: Look) -> Cell:
    """Show a rate; nothing at all is dim, so that the eye finds what moves."""
    return Cell(text=look.rate(bytes_per_second), style=Style.PLAIN if bytes_per_second > 0 else Style.DIM)


def _size_cell(count: int, look: Look) -> Cell:
    return Cell(text=look.size(count), style=Style.PLAIN if count > 0 else Style.DIM)


def _rate_column(title: str, field: str, rank: int, rate: Callable[[Traffic], float]) -> Column[HasTraffic]:
    key = field.removesuffix("_bytes_per_second") + "_rate"
    return Column[HasTraffic](
        key=key,
        field=field,
        heading=Heading(title=title, rank=rank, right=True),
        show=lambda row, look: _rate_cell(rate(row.traffic), look),
        value=lambda row, _: round(rate(row.traffic), 1),
        order=lambda row: (rate(row.traffic),),
        total=lambda traffic, look: _rate_cell(rate(traffic), look),
    )


def _size_column(
    title: str, field: str, rank: int, since_clear: Callable[[Traffic], int], counter: Callable[[Traffic], int]
) -> Column[HasTraffic]:
    return Column[HasTraffic](
        key=field.removesuffix("_bytes"),
        field=field,
        heading=Heading(title=title, rank=rank, right=True),
        show=lambda row, look: _size_cell(since_clear(row.traffic), look),
        value=lambda row, _: counter(row.traffic),
        order=lambda row: (since_clear(row.traffic),),
        total=lambda traffic, look: _size_cell(since_clear(traffic), look),
    )


TRAFFIC_COLUMNS: tuple[Column[HasTraffic], ...] = (
    _rate_column("↓", "received_bytes_per_second", 1, lambda traffic: traffic.received_bytes_per_second),
    _rate_column("↑", "sent_bytes_per_second", 1, lambda traffic: traffic.sent_bytes_per_second),
    _size_column("Σ↓", "received_bytes", 2, received, lambda traffic: traffic.received_bytes),
    _size_column("Σ↑", "sent_bytes", 4, sent, lambda traffic: traffic.sent_bytes),
)

RATE_ORDER: Callable[[HasTraffic], SortKey] = lambda row: (  # noqa: E731 -- one of a table of such orders
    row.traffic.sent_bytes_per_second + row.traffic.received_bytes_per_second,
    sent(row.traffic) + received(row.traffic),
)

TRAFFIC_ORDERS: dict[str, Callable[[HasTraffic], SortKey]] = {
    **{column.key: column.order for column in TRAFFIC_COLUMNS},
    "rate": RATE_ORDER,
    "total": lambda row: (sent(row.traffic) + received(row.traffic),),
}
"""Sort keys of every row with sums: ``rate`` and ``total`` are both directions together."""


def without_traffic(columns: Sequence[Column[_Row]]) -> tuple[Column[_Row], ...]:
    """Give ``columns`` without those of captured IP bytes."""
    keys = {column.key for column in TRAFFIC_COLUMNS}
    return tuple(column for column in columns if column.key not in keys)
