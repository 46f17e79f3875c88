"""A machine whose counters behave as the collector's do: connections come, move bytes, end, and speak again.

Whatever happens, the sums by scope hold all that was ever moved; a snapshot shows the open connections, and those that
ended since the one before unless it was missed.
"""

from dataclasses import dataclass, field, replace

from netmon.model import (
    Connection,
    ConnectionFacts,
    Drops,
    MonitoringState,
    Remainder,
    Scope,
    ScopeTraffic,
    Snapshot,
    Traffic,
)
from netmon_client import Hello
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_client.testing.samples import START_TIME

SCOPES = (Scope.LOOPBACK, Scope.LAN, Scope.INTERNET)


def plus(traffic: Traffic, sent: int, received: int) -> Traffic:
    """Count bytes, a packet for each 1,000 begun."""
    return traffic._replace(
        sent_bytes=traffic.sent_bytes + sent,
        received_bytes=traffic.received_bytes + received,
        sent_packets=traffic.sent_packets + -(-sent // 1000),
        received_packets=traffic.received_packets + -(-received // 1000),
    )


@dataclass
class CountingMachine:
    """One collector after the other on one machine. ``time`` is Unix seconds."""

    time: float = START_TIME
    monotonic: float = 1_000.0
    number: int = 1
    began: float = START_TIME
    sequence: int = 0
    dropped: int = 0
    is_stopped: bool = False
    rows: dict[str, Connection] = field(default_factory=dict[str, Connection])
    scopes: dict[Scope, Traffic] = field(default_factory=lambda: dict.fromkeys(SCOPES, Traffic()))
    _opened: int = 0
    _listed: set[str] = field(default_factory=set[str])
    _silent: set[str] = field(default_factory=set[str])

    @property
    def instance_id(self) -> str:
        return f"instance-{self.number}"

    @property
    def total(self) -> tuple[int, int, int]:
        """All bytes sent and received, and packets, since this collector began."""
        return (
            sum(part.sent_bytes for part in self.scopes.values()),
            sum(part.received_bytes for part in self.scopes.values()),
            sum(part.sent_packets + part.received_packets for part in self.scopes.values()),
        )

    def hello(self) -> Hello:
        return Hello(instance_id=self.instance_id, version="1", interval_seconds=1.0)

    def open(self, program: str = "firefox", scope: Scope = Scope.INTERNET, **changes: object) -> str:
        """Begin a connection; give its id."""
        self._opened += 1
        key = f"c{self._opened}"
        process = a_process(100, program) if program else None
        row = a_connection(key, process=process, scope=scope, sent=0, received=0)
        facts: ConnectionFacts = replace(row.facts, **changes)  # type: ignore[arg-type]
        self.rows[key] = row._replace(facts=facts, traffic=Traffic(), last_time=None)
        return key

    def move(self, key: str, sent: int, received: int) -> None:
        """Count bytes of a connection."""
        row = self.rows[key]
        self.rows[key] = row._replace(traffic=plus(row.traffic, sent, received), last_time=self.time)
        self._count(row.facts.scope, sent, received)
        self._listed.add(key)
        self._silent.discard(key)

    def move_lone(self, scope: Scope, sent: int) -> None:
        """Count a packet that belongs to no connection."""
        self._count(scope, sent, 0)

    def change(self, key: str, **changes: object) -> None:
        """Learn something of a connection."""
        row = self.rows[key]
        self.rows[key] = row._replace(facts=replace(row.facts, **changes))  # type: ignore[arg-type]

    def end(self, key: str) -> None:
        """End a connection; it is listed once more, and again whenever it speaks."""
        self.rows[key] = self.rows[key]._replace(end_time=self.time)
        self._listed.add(key)

    def evict(self, key: str) -> None:
        """Give a row up: only the sums keep what it moved."""
        del self.rows[key]

    def pass_minute(self) -> None:
        """Give up what ended and was silent for two minutes; the collector does after one."""
        silent = {key for key, row in self.rows.items() if row.end_time is not None and key not in self._listed}
        for key in silent & self._silent:
            self.evict(key)
        self._silent = silent

    def clear(self) -> None:
        """Clear the statistics: baselines move, counters do not."""
        self.rows = {key: row._replace(traffic=_cleared(row.traffic)) for key, row in self.rows.items()}
        self.scopes = {scope: _cleared(traffic) for scope, traffic in self.scopes.items()}

    def restart(self) -> None:
        """Begin a new collector, which knows the same connections and has counted nothing."""
        kept = {key: row for key, row in self.rows.items() if row.end_time is None}
        self.number += 1
        self.sequence = self.dropped = 0
        self.began = self.time
        self.scopes = dict.fromkeys(SCOPES, Traffic())
        self.rows = {
            key: row._replace(facts=replace(row.facts, started_before=True), traffic=Traffic(), last_time=None)
            for key, row in kept.items()
        }
        self._listed = set()

    def tick(self, seconds: float = 1.0, *, is_missed: bool = False) -> Snapshot:
        """Give the next snapshot. ``is_missed``: nobody gets it, so what ended is not shown to anybody."""
        self.time += seconds
        self.monotonic += seconds
        self.sequence += 1
        shown = [row for key, row in self.rows.items() if row.end_time is None or key in self._listed]
        evicted = a_connection("evicted", sent=0, received=0)
        remainder = evicted._replace(
            facts=ConnectionFacts(id="evicted", protocol=evicted.facts.protocol, remainder=Remainder.EVICTED),
            traffic=Traffic(sent_bytes=999_999, sent_packets=999),
        )
        snapshot = replace(
            a_snapshot(shown, sequence=self.sequence, instance_id=self.instance_id),
            connections=(*shown, remainder),
            time=self.time,
            monotonic_seconds=self.monotonic,
            interval_seconds=seconds,
            scopes=tuple(ScopeTraffic(scope=scope, traffic=part) for scope, part in self.scopes.items()),
            monitoring_state=MonitoringState.STOPPED if self.is_stopped else MonitoringState.RUNNING,
            drops=Drops(kernel_dropped_packets=self.dropped),
        )
        if not is_missed:
            self._listed = set()
        else:
            self._listed &= {key for key, row in self.rows.items() if row.end_time is None}
        return snapshot

    def _count(self, scope: Scope, sent: int, received: int) -> None:
        self.scopes[scope] = plus(self.scopes[scope], sent, received)


def _cleared(traffic: Traffic) -> Traffic:
    return traffic._replace(cleared_sent_bytes=traffic.sent_bytes, cleared_received_bytes=traffic.received_bytes)
