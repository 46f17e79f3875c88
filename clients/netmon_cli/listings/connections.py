"""The listing of connections."""

from collections.abc import Sequence

from netmon.model import Connection
from netmon_cli.columns.connections import CONNECTION_COLUMNS, CONNECTION_ORDERS
from netmon_cli.listing import Listing, ordered
from netmon_cli.shape import Shape
from netmon_client.aggregate import sum_traffic

__all__ = ["connection_listing"]


def connection_listing(rows: Sequence[Connection], shape: Shape, *, empty: str) -> Listing[Connection]:
    """List connections, the busiest first unless asked for otherwise."""
    return Listing(
        columns=CONNECTION_COLUMNS,
        rows=ordered(rows, CONNECTION_ORDERS, shape, usual="-rate"),
        sums=sum_traffic(row.traffic for row in rows),
        noun="connection",
        counts=lambda row: not row.facts.remainder,
        empty=empty,
    )
