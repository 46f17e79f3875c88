"""Sums that begin now: what was counted before the first snapshot is taken off every counter."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from netmon.model import Connection, Remainder, Snapshot, Traffic
from netmon_cli.baseline import DomainBaselines, minus, plus, traffic_since

__all__ = ["SinceNow"]

_ZERO: Final = Traffic()


class SinceNow:
    """Takes the first snapshot for the baseline of those after it.

    A connection that ends becomes part of the remainder of ended ones; its baseline goes with it, so that rows still
    add up to the totals. That of one that leaves a filtered view goes to what is omitted, and comes back with it: only
    connections from before the beginning have a baseline, so it may wait for as long as it takes. A new instance of the
    collector counts from zero, and so has no baseline.
    """

    def __init__(self) -> None:
        self._instance_id = ""
        self._epoch = 0.0
        self._base: dict[Hashable, Traffic] = {}
        self._owned: set[str] = set()
        self._ended: set[str] = set()
        self._away: set[str] = set()
        self._domains = DomainBaselines()

    def apply(self, snapshot: Snapshot) -> Snapshot:
        """Give the snapshot with counters since the first one; rates and intervals stay."""
        if not self._instance_id:
            self._begin(snapshot)
        elif self._instance_id != snapshot.instance_id:
            for known in (self._base, self._owned, self._ended, self._away):
                known.clear()
            self._domains = DomainBaselines()
        self._instance_id = snapshot.instance_id
        self._add_late_rows(snapshot)
        self._hand_over(snapshot)
        self._domains.fold(snapshot.domains)
        if snapshot.statistics_epoch > self._epoch:
            self._domains.forget_applications()
        off, others = self._off, snapshot.other_users
        return replace(
            snapshot,
            statistics_epoch=max(self._epoch, snapshot.statistics_epoch),
            totals=off("totals", snapshot.totals),
            headline=off("headline", snapshot.headline),
            scopes=tuple(replace(part, traffic=off(part.scope, part.traffic)) for part in snapshot.scopes),
            interfaces=tuple(
                replace(part, traffic=off(("interface", part.name), part.traffic)) for part in snapshot.interfaces
            ),
            connections=tuple(row._replace(traffic=off(_key(row), row.traffic)) for row in snapshot.connections),
            applications=tuple(
                replace(part, traffic=off(("application", part.id), part.traffic)) for part in snapshot.applications
            ),
            unattributed=tuple(
                replace(part, traffic=off(("reason", part.reason), part.traffic)) for part in snapshot.unattributed
            ),
            omitted=replace(snapshot.omitted, traffic=off("omitted", snapshot.omitted.traffic)),
            domains=tuple(map(self._domains.since, snapshot.domains)),
            unnamed=tuple(
                replace(part, traffic=off(("unnamed", part.reason), part.traffic)) for part in snapshot.unnamed
            ),
            other_users=others and replace(others, traffic=off("other users", others.traffic)),
        )

    def _begin(self, snapshot: Snapshot) -> None:
        self._epoch = snapshot.time
        base = self._base
        base["totals"], base["headline"] = snapshot.totals, snapshot.headline
        base["omitted"] = snapshot.omitted.traffic
        for scope in snapshot.scopes:
            base[scope.scope] = scope.traffic
        for interface in snapshot.interfaces:
            base["interface", interface.name] = interface.traffic
        for row in snapshot.connections:
            self._remember(row, row.traffic)
        for application in snapshot.applications:
            base["application", application.id] = application.traffic
        for part in snapshot.unattributed:
            base["reason", part.reason] = part.traffic
        for part in snapshot.unnamed:
            base["unnamed", part.reason] = part.traffic
        if snapshot.other_users is not None:
            base["other users"] = snapshot.other_users.traffic
        self._domains = DomainBaselines(snapshot.domains)

    def _remember(self, row: Connection, before: Traffic) -> None:
        self._base[_key(row)] = before
        if row.process is not None:
            self._owned.add(row.id)

    def _add_late_rows(self, snapshot: Snapshot) -> None:
        """A row that is older than the beginning and comes only now had all but this interval before it."""
        for row in snapshot.connections:
            is_older = row.facts.start_time < self._epoch and not row.facts.remainder
            if is_older and _key(row) not in self._base and self._base:
                before = _before_interval(row.traffic)
                self._remember(row, before)
                if row.process is not None:
                    self._take_off("omitted", before)

    def _hand_over(self, snapshot: Snapshot) -> None:
        """Have the baselines of rows that are listed no more where their bytes are now, and of those that are again."""
        listed = {row.id for row in snapshot.connections}
        for identity in self._away & listed:
            self._take_off("omitted", self._base["connection", identity])
        self._away -= listed
        closed = next((row for row in snapshot.connections if row.facts.remainder is Remainder.CLOSED), None)
        for identity in self._owned - listed - self._away:
            before = self._base["connection", identity]
            # Where nothing is left out it has ended, although a snapshot that would have told of it was missed.
            has_ended = identity in self._ended or not snapshot.omitted.connection_count
            if has_ended:
                del self._base["connection", identity]
                self._owned.discard(identity)
                self._ended.discard(identity)
            else:
                self._away.add(identity)
            if has_ended and closed is not None:
                self._put_on(_key(closed), before)
            elif any(snapshot.omitted.traffic):
                self._put_on("omitted", before)
        self._ended |= {row.id for row in snapshot.connections if row.end_time is not None} & self._owned

    def _put_on(self, key: Hashable, more: Traffic) -> None:
        self._base[key] = plus(self._base.get(key, _ZERO), more)

    def _take_off(self, key: Hashable, part: Traffic) -> None:
        self._base[key] = minus(self._base.get(key, _ZERO), part)

    def _off(self, key: Hashable, traffic: Traffic) -> Traffic:
        return traffic_since(traffic, self._base.get(key, _ZERO))


def _key(row: Connection) -> Hashable:
    return ("connection", row.id)


def _before_interval(traffic: Traffic) -> Traffic:
    return Traffic(
        sent_bytes=traffic.sent_bytes - traffic.interval_sent_bytes,
        received_bytes=traffic.received_bytes - traffic.interval_received_bytes,
        sent_packets=traffic.sent_packets - traffic.interval_sent_packets,
        received_packets=traffic.received_packets - traffic.interval_received_packets,
    )
