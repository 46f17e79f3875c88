"""The listing of connections."""

from collections.abc import Sequence

from netmon.model import Connection
from netmon_cli.columns.connections import CONNECTION_COLUMNS, connection_orders
from netmon_cli.columns.payload import in_place_of_traffic
from netmon_cli.listing import Listing, ordered
from netmon_cli.shape import Shape
from netmon_client.aggregate import sum_traffic

__all__ = ["connection_listing"]


def connection_listing(
    rows: Sequence[Connection], shape: Shape, *, now: float, empty: str, has_packets: bool = True
) -> Listing[Connection]:
    """List connections, the busiest first unless asked for otherwise.

    ``now`` (Unix seconds): the time of the snapshot that they are of. ``has_packets`` False: nothing is captured, and a
    table shows payload, most of it first, in place of IP bytes.
    """
    if not has_packets and shape.is_table:
        return Listing(
            columns=CONNECTION_COLUMNS if shape.columns else in_place_of_traffic(CONNECTION_COLUMNS),
            rows=ordered(rows, connection_orders(now), shape, usual="-payload"),
            noun="connection",
            counts=lambda row: not row.facts.remainder,
            empty=empty,
        )
    return Listing(
        columns=CONNECTION_COLUMNS,
        rows=ordered(rows, connection_orders(now), shape, usual="-rate"),
        sums=sum_traffic(row.traffic for row in rows),
        noun="connection",
        counts=lambda row: not row.facts.remainder,
        empty=empty,
    )
