"""The listing of applications, and of what else connections are grouped by."""

from collections.abc import Sequence

from netmon.model import Application, Snapshot
from netmon_cli.columns.applications import (
    APPLICATION_ORDERS,
    GroupRow,
    application_columns,
    application_row,
    unattributed_row,
)
from netmon_cli.listing import Listing, ordered
from netmon_cli.shape import Shape
from netmon_client.aggregate import sum_traffic

__all__ = ["application_listing", "group_listing", "ordered_applications"]


def application_listing(snapshot: Snapshot, shape: Shape) -> Listing[GroupRow]:
    """List applications and what has no owner, by reason: together they are all that was counted."""
    rows = [
        *map(application_row, snapshot.applications),
        *(
            unattributed_row(part)
            for part in snapshot.unattributed
            if part.connection_count or part.traffic.sent_bytes or part.traffic.received_bytes
        ),
    ]
    return group_listing(rows, shape, title="App", noun="application")


def ordered_applications(snapshot: Snapshot, shape: Shape) -> tuple[Application, ...]:
    """Give the applications in the order of their listing, as many as were asked for."""
    applications = {each.id: each for each in snapshot.applications}
    rows = application_listing(snapshot, shape).rows
    return tuple([applications[row.key] for row in rows if row.key in applications][: shape.limit])


def group_listing(rows: Sequence[GroupRow], shape: Shape, *, title: str, noun: str = "row") -> Listing[GroupRow]:
    """List groups, the busiest first unless asked for otherwise; rows of a tree keep their order."""
    is_tree = any(row.depth for row in rows)
    return Listing(
        columns=application_columns(title),
        rows=list(rows) if is_tree else ordered(rows, APPLICATION_ORDERS, shape, usual="-rate"),
        sums=sum_traffic(row.traffic for row in rows if not row.depth),
        noun=noun,
        counts=lambda row: not row.depth and not row.is_rest,
        empty="No application with a connection to show.",
    )
