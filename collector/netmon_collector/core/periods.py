"""Intervals of several ticks, for subscribers that want fewer snapshots.

Each tick's intervals are added up a row at a time, so that what a row moved while it had no owner, or another one, goes
to the owner that it has when the period ends, as its totals do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from netmon.model import Connection, Remainder, Scope, Snapshot, Traffic, UnattributedReason
from netmon_collector.core.flow import Flow
from netmon_collector.core.ledger import EARLIER_ID
from netmon_collector.core.rows import CLOSED_ID, EVICTED_ID
from netmon_collector.core.tally import Tally

Home = UnattributedReason | str
"""Whose sums a row counts into: an application's, by its id, or those without an owner, by the reason."""


@dataclass(slots=True)
class PeriodSums:
    """Intervals of the ticks of one period, added up."""

    seconds: float = 0.0
    dropped_packets: int = 0
    totals: Tally = field(default_factory=Tally)
    headline: Tally = field(default_factory=Tally)
    scopes: dict[Scope, Tally] = field(default_factory=dict[Scope, Tally])
    interfaces: dict[str, Tally] = field(default_factory=dict[str, Tally])
    rows: dict[str, Tally] = field(default_factory=dict[str, Tally])
    applications: dict[str, Tally] = field(default_factory=dict[str, Tally])
    unattributed: dict[UnattributedReason, Tally] = field(default_factory=dict[UnattributedReason, Tally])
    homes: dict[str, Home] = field(default_factory=dict[str, Home])

    def add(self, tick: Snapshot, departed: Iterable[Flow] = ()) -> None:
        """Add a tick's intervals. ``departed``: connections that ceased to be tracked since the tick before."""
        self.seconds += tick.interval_seconds
        self.dropped_packets += tick.drops.interval_dropped_packets
        _add(self.totals, tick.totals)
        _add(self.headline, tick.headline)
        for scope in tick.scopes:
            _add(self.scopes.setdefault(scope.scope, Tally()), scope.traffic)
        for interface in tick.interfaces:
            _add(self.interfaces.setdefault(interface.name, Tally()), interface.traffic)
        for application in tick.applications:
            if _moved(application.traffic):
                _add(self.applications.setdefault(application.id, Tally()), application.traffic)
        for part in tick.unattributed:
            _add(self.unattributed.setdefault(part.reason, Tally()), part.traffic)
        for flow in departed:
            self._let_go(flow)
        for row in tick.connections:
            if _moved(row.traffic):
                self._follow(row)
                _add(self.rows.setdefault(row.facts.id, Tally()), row.traffic)

    def settle(self, tick: Snapshot, ended_rows: Iterable[Connection]) -> None:
        """End the period with its last tick: what each row moved goes to where the row stands now."""
        for row in (*tick.connections, *ended_rows):
            if row.facts.id in self.rows:
                self._follow(row)
        present = {application.id for application in tick.applications}
        for application_id in [key for key in self.applications if key not in present]:
            earlier = self.applications.setdefault(EARLIER_ID, Tally())
            earlier.join_interval(self.applications.pop(application_id))

    def _let_go(self, flow: Flow) -> None:
        """Move what a connection moved in ticks before to where its totals are now: to a remainder, or its reason."""
        moved = self.rows.get(flow.id)
        if moved is None:
            return
        if flow.owner is None:
            self._move(flow.id, flow.reason)
        else:
            self._move(flow.id, flow.owner.process.application_id)
            remainder_id = CLOSED_ID if flow.closed_sequence else EVICTED_ID
            self.rows.setdefault(remainder_id, Tally()).join_interval(moved)
        del self.rows[flow.id], self.homes[flow.id]

    def _follow(self, row: Connection) -> None:
        facts = row.facts
        if facts.remainder is Remainder.UNSPECIFIED:
            self._move(facts.id, facts.unattributed_reason if facts.process is None else facts.application_id)

    def _move(self, row_id: str, home: Home) -> None:
        """Say that a row counts there from now on, and take along what it moved so far."""
        before = self.homes.get(row_id, home)
        self.homes[row_id] = home
        if before != home:
            moved = self.rows[row_id]
            self._sums_of(before).leave_interval(moved)
            self._sums_of(home).join_interval(moved)

    def _sums_of(self, home: Home) -> Tally:
        if isinstance(home, UnattributedReason):
            return self.unattributed.setdefault(home, Tally())
        return self.applications.setdefault(home, Tally())


def with_interval(traffic: Traffic, interval: Tally | None, seconds: float) -> Traffic:
    """Give ``traffic`` with another interval; None: an interval in which nothing moved."""
    sums = interval or Tally()
    rate_seconds = seconds or float("inf")
    return Traffic(
        sent_bytes=traffic.sent_bytes,
        received_bytes=traffic.received_bytes,
        sent_packets=traffic.sent_packets,
        received_packets=traffic.received_packets,
        interval_sent_bytes=sums.interval_sent_bytes,
        interval_received_bytes=sums.interval_received_bytes,
        interval_sent_packets=sums.interval_sent_packets,
        interval_received_packets=sums.interval_received_packets,
        sent_bytes_per_second=sums.interval_sent_bytes / rate_seconds,
        received_bytes_per_second=sums.interval_received_bytes / rate_seconds,
        cleared_sent_bytes=traffic.cleared_sent_bytes,
        cleared_received_bytes=traffic.cleared_received_bytes,
    )


def _moved(traffic: Traffic) -> bool:
    return bool(traffic.interval_sent_packets or traffic.interval_received_packets)


def _add(tally: Tally, traffic: Traffic) -> None:
    tally.interval_sent_bytes += traffic.interval_sent_bytes
    tally.interval_received_bytes += traffic.interval_received_bytes
    tally.interval_sent_packets += traffic.interval_sent_packets
    tally.interval_received_packets += traffic.interval_received_packets
