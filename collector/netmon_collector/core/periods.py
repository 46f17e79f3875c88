"""Intervals of several ticks, for subscribers that want fewer snapshots.

Each tick's intervals are added up a row at a time, so that what a row moved while it had no owner, or another one, goes
to the owner that it has when the period ends, as its totals do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from netmon.model import (
    OTHER_USERS_ID,
    Connection,
    Remainder,
    Scope,
    Snapshot,
    Traffic,
    UnattributedReason,
    UnnamedReason,
)
from netmon_collector.core.flow import Flow
from netmon_collector.core.ledger import EARLIER_ID, EARLIER_INTERFACES
from netmon_collector.core.rows import CLOSED_ID, EVICTED_ID
from netmon_collector.core.tally import Tally

OTHER_DOMAINS = ""
"""Where the intervals of domains are that are not kept apart."""

_ReasonT = TypeVar("_ReasonT", UnattributedReason, UnnamedReason)


class HomeSums(Generic[_ReasonT]):
    """Intervals by whose sums rows count into: something with a name, or a reason why there is none."""

    __slots__ = ("_homes", "by_name", "by_reason")

    def __init__(self) -> None:
        """Start with none."""
        self.by_name: dict[str, Tally] = {}
        self.by_reason: dict[_ReasonT, Tally] = {}
        self._homes: dict[str, _ReasonT | str] = {}

    def of(self, home: _ReasonT | str) -> Tally:
        """Give the interval of a home."""
        if isinstance(home, str):
            return self.by_name.setdefault(home, Tally())
        return self.by_reason.setdefault(home, Tally())

    def move(self, row_id: str, home: _ReasonT | str, moved: Tally | None) -> None:
        """Say that a row counts there from now on, and take along what it moved so far."""
        before = self._homes.get(row_id, home)
        self._homes[row_id] = home
        if before != home and moved is not None:
            self.of(before).leave_interval(moved)
            self.of(home).join_interval(moved)

    def let_go(self, row_id: str) -> None:
        """Forget where a row counted."""
        self._homes.pop(row_id, None)


@dataclass(slots=True)
class PeriodSums:
    """Intervals of the ticks of one period, added up.

    ``owners``: by the id of the application or why there is none; ``names``: by the domain or why there is none.
    ``only_uid``: as this user sees them; rows of others count into their sums and are followed all the same, since
    they may turn out to be this user's.
    """

    only_uid: int | None = None
    seconds: float = 0.0
    dropped_packets: int = 0
    totals: Tally = field(default_factory=Tally)
    headline: Tally = field(default_factory=Tally)
    scopes: dict[Scope, Tally] = field(default_factory=dict[Scope, Tally])
    interfaces: dict[str, Tally] = field(default_factory=dict[str, Tally])
    rows: dict[str, Tally] = field(default_factory=dict[str, Tally])
    owners: HomeSums[UnattributedReason] = field(default_factory=HomeSums[UnattributedReason])
    names: HomeSums[UnnamedReason] = field(default_factory=HomeSums[UnnamedReason])

    def add(self, tick: Snapshot, departed: Iterable[Flow] = (), hidden: Iterable[Connection] = ()) -> None:
        """Add a tick's intervals. ``departed``: connections that ceased to be tracked since the tick before.

        ``hidden``: rows that ``tick`` does not show.
        """
        self.seconds += tick.interval_seconds
        self.dropped_packets += tick.drops.interval_dropped_packets
        _add(self.totals, tick.totals)
        _add(self.headline, tick.headline)
        for scope in tick.scopes:
            _add(self.scopes.setdefault(scope.scope, Tally()), scope.traffic)
        for interface in tick.interfaces:
            _add(self.interfaces.setdefault(interface.name, Tally()), interface.traffic)
        # At each tick: one that is summed up and heard again within the period begins anew.
        _fold_absent(self.interfaces, (interface.name for interface in tick.interfaces), EARLIER_INTERFACES)
        self._add_homes(tick)
        for flow in departed:
            self._let_go(flow)
        domains = {domain.name for domain in tick.domains}
        for row in tick.connections:
            if _moved(row.traffic):
                self._follow(row, domains)
                _add(self.rows.setdefault(row.facts.id, Tally()), row.traffic)
        for row in hidden:
            if _moved(row.traffic) and row.facts.remainder is Remainder.UNSPECIFIED:
                self._follow_hidden(row)
                _add(self.rows.setdefault(row.facts.id, Tally()), row.traffic)

    def settle(self, tick: Snapshot, ended_rows: Iterable[Connection], hidden: Iterable[Connection] = ()) -> None:
        """End the period with its last tick: what each row moved goes to where the row stands now."""
        domains = {domain.name for domain in tick.domains}
        for row in (*tick.connections, *ended_rows):
            if row.facts.id in self.rows:
                self._follow(row, domains)
        for row in hidden:
            if row.facts.id in self.rows and row.facts.remainder is Remainder.UNSPECIFIED:
                self._follow_hidden(row)
        _fold_absent(self.owners.by_name, (application.id for application in tick.applications), EARLIER_ID)
        _fold_absent(self.names.by_name, domains, OTHER_DOMAINS)

    def _add_homes(self, tick: Snapshot) -> None:
        for application in tick.applications:
            if _moved(application.traffic):
                _add(self.owners.of(application.id), application.traffic)
        for part in tick.unattributed:
            _add(self.owners.of(part.reason), part.traffic)
        for domain in tick.domains:
            if _moved(domain.traffic):
                _add(self.names.of(OTHER_DOMAINS if domain.is_others else domain.name), domain.traffic)
        for nameless in tick.unnamed:
            _add(self.names.of(nameless.reason), nameless.traffic)

    def _let_go(self, flow: Flow) -> None:
        """Move what a connection moved in ticks before to where its totals are now: to a remainder, or its reason."""
        moved = self.rows.get(flow.id)
        if moved is None:
            return
        share = flow.share
        owner = flow.owner
        if self.only_uid is not None and (owner is None or owner.process.uid != self.only_uid):
            self.names.move(flow.id, UnnamedReason.OTHER_USERS, moved)
        elif share is None or (self.only_uid is not None and share.key.untold is not None):
            self.names.move(flow.id, flow.name.reason, moved)
        else:
            self.names.move(flow.id, OTHER_DOMAINS if share.domain.is_others else share.domain.name, moved)
        if owner is None:
            self.owners.move(flow.id, flow.reason, moved)
        elif self.only_uid is not None and owner.process.uid != self.only_uid:
            self.owners.move(flow.id, OTHER_USERS_ID, moved)
        else:
            self.owners.move(flow.id, owner.process.application_id, moved)
            remainder_id = CLOSED_ID if flow.closed_sequence else EVICTED_ID
            self.rows.setdefault(remainder_id, Tally()).join_interval(moved)
        del self.rows[flow.id]
        self.owners.let_go(flow.id)
        self.names.let_go(flow.id)

    def _follow(self, row: Connection, domains: set[str]) -> None:
        facts = row.facts
        if facts.remainder is Remainder.UNSPECIFIED:
            moved = self.rows.get(facts.id)
            owner = facts.unattributed_reason if facts.process is None else facts.application_id
            self.owners.move(facts.id, owner, moved)
            domain = facts.domain if facts.domain in domains else OTHER_DOMAINS
            self.names.move(facts.id, domain if facts.domain else facts.unnamed_reason, moved)

    def _follow_hidden(self, row: Connection) -> None:
        facts = row.facts
        moved = self.rows.get(facts.id)
        self.owners.move(facts.id, facts.unattributed_reason if facts.process is None else OTHER_USERS_ID, moved)
        self.names.move(facts.id, UnnamedReason.OTHER_USERS, moved)


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


def _fold_absent(sums: dict[str, Tally], present: Iterable[str], into: str) -> None:
    """Move what none of ``present`` counted to another name."""
    kept = {*present, into}
    for name in [name for name in sums if name not in kept]:
        sums.setdefault(into, Tally()).join_interval(sums.pop(name))


def _add(tally: Tally, traffic: Traffic) -> None:
    tally.interval_sent_bytes += traffic.interval_sent_bytes
    tally.interval_received_bytes += traffic.interval_received_bytes
    tally.interval_sent_packets += traffic.interval_sent_packets
    tally.interval_received_packets += traffic.interval_received_packets
