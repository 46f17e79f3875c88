"""The listing of interfaces."""

from netmon.model import InterfaceTraffic, Snapshot, Status
from netmon_cli.columns.interfaces import INTERFACE_COLUMNS, INTERFACE_ORDERS, InterfaceRow, interface_rows
from netmon_cli.listing import Listing, ordered
from netmon_cli.shape import Shape
from netmon_client.aggregate import sum_traffic

__all__ = ["interface_listing", "ordered_interfaces"]


def interface_listing(snapshot: Snapshot, status: Status | None, shape: Shape) -> Listing[InterfaceRow]:
    """List interfaces: those that carry packets first."""
    rows = interface_rows(snapshot, status)
    return Listing(
        columns=INTERFACE_COLUMNS,
        rows=ordered(rows, INTERFACE_ORDERS, shape, usual="-total"),
        sums=sum_traffic(row.traffic for row in rows),
        noun="interface",
        empty="No interface is captured.",
    )


def ordered_interfaces(snapshot: Snapshot, shape: Shape) -> tuple[InterfaceTraffic, ...]:
    """Give what interfaces carried in the order of their listing, as many as were asked for."""
    rows = interface_listing(snapshot, None, shape).rows
    return tuple([row.counted for row in rows if row.counted is not None][: shape.limit])
