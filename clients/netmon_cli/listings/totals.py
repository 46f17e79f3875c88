"""The listing of totals: everything, the headline, and each scope."""

from dataclasses import dataclass

from netmon.model import Snapshot, Traffic
from netmon_cli.columns.column import Column
from netmon_cli.columns.traffic import TRAFFIC_COLUMNS
from netmon_cli.listing import Listing
from netmon_cli.render.table import Cell, Heading

__all__ = ["ScopeRow", "totals_listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """The sums of one scope; ``headline`` is everything but loopback."""

    scope: str
    traffic: Traffic


_SCOPE = Column[ScopeRow](
    key="scope",
    field="scope",
    heading=Heading(title="Scope"),
    show=lambda row, _: Cell(text=row.scope),
    value=lambda row, _: row.scope,
    order=lambda row: (row.scope,),
)


def totals_listing(snapshot: Snapshot) -> Listing[ScopeRow]:
    """List the headline, the totals and the sums of each scope."""
    return Listing(
        columns=(_SCOPE, *TRAFFIC_COLUMNS),
        rows=[
            ScopeRow(scope="headline", traffic=snapshot.headline),
            ScopeRow(scope="all", traffic=snapshot.totals),
            *(ScopeRow(scope=part.scope.name.lower(), traffic=part.traffic) for part in snapshot.scopes),
        ],
    )
