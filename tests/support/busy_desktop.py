"""A workstation as a collector would show it, tick by tick: rows come, move, change their state and end.

The sums hold: owned rows + unattributed = totals, applications + unattributed = totals, and no counter goes back.
Numbers are pseudo-random and repeat with the seed.
"""

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

from netmon.model import (
    Application,
    Connection,
    ConnectionFacts,
    ConnectionState,
    Drops,
    InterfaceTraffic,
    MonitoringState,
    PacketSource,
    Process,
    Protocol,
    Remainder,
    Scope,
    ScopeTraffic,
    Snapshot,
    Traffic,
    UnattributedReason,
    UnattributedTraffic,
)
from netmon_client.aggregate import sum_traffic
from tests.support.busy_domains import BusyDomains, domain_keys, sums_of, unnamed_parts
from tests.support.busy_programs import catalogue
from tests.support.busy_rows import Row, RowMaker

_NOTHING: Final = Traffic()
_BROWSERS: Final = frozenset({"firefox", "chromium"})
_REMAINDER: Final = ConnectionFacts(id="r-closed", protocol=Protocol.UNSPECIFIED, remainder=Remainder.CLOSED)


class Key(NamedTuple):
    """What a sum is of."""

    kind: str
    value: object = ""


class BusyDesktop:
    """``connections`` rows of ``applications`` programs, of which ``churn`` a tick end and are followed by others."""

    def __init__(
        self,
        *,
        connections: int,
        applications: int,
        churn: float = 2.0,
        now: float,
        interval_seconds: float = 1.0,
        seed: int = 7,
        hostile: bool = False,
    ) -> None:
        self._random = random.Random(seed)
        self._maker = RowMaker(catalogue(applications, hostile=hostile), self._random, now)
        self._churn = churn
        self._interval = interval_seconds
        self._epoch = now - 3_600
        self._sequence = 0
        self._due = 0.0
        self._rows = self._maker.first_rows(connections, now)
        self._processes: dict[str, Process] = {}
        # What ended rows had moved, by each key that sums are made of.
        self._gone: dict[Key, Traffic] = {}
        self._domains = BusyDomains()
        self._gone_names: dict[tuple[str, object], Traffic] = {}

    def tick(self, now: float, monotonic_seconds: float) -> Snapshot:
        """Give the snapshot of this moment (Unix seconds), one interval after the one before."""
        self._sequence += 1
        for row in self._rows:
            if row.end_time is not None:
                self._keep_bytes(row)
        self._rows = [row for row in self._rows if row.end_time is None]
        self._open_and_end(now)
        for row in self._rows:
            row.move(self._random, now, self._interval)
        return self._snapshot(now, monotonic_seconds)

    def _keep_bytes(self, row: Row) -> None:
        """Add what an ended row moved to the sums that it was part of."""
        for key in keys_of(row.facts):
            self._gone[key] = sum_traffic((self._gone.get(key, _NOTHING), Traffic(*row.traffic[:4])))
        for name in domain_keys(row.facts):
            known = self._gone_names.get(name, _NOTHING)
            self._gone_names[name] = sum_traffic((known, Traffic(*row.traffic[:4])))

    def _open_and_end(self, now: float) -> None:
        self._due += self._churn
        count, self._due = int(self._due), self._due % 1
        lasting = [row for row in self._rows if not row.is_ending and row.facts.remote is not None]
        for row in self._random.sample(lasting, min(count, len(lasting))):
            row.begin_to_end()
            self._rows.append(self._maker.opened(now))
        for row in self._rows:
            row.step(now)

    def _snapshot(self, now: float, monotonic_seconds: float) -> Snapshot:
        rows = sorted((row.connection() for row in self._rows), key=_busiest_first)
        sums = self._sums(rows)
        totals = sum_traffic([sums.get(Key("owned"), _NOTHING), sums.get(Key("unowned"), _NOTHING)])
        loopback = sums.get(Key("scope", Scope.LOOPBACK), _NOTHING)
        unowned = sums.get(Key("unowned"), _NOTHING)
        open_rows = [row for row in rows if row.end_time is None]
        names = sums_of(rows, self._gone_names)
        return Snapshot(
            instance_id="busy-desktop",
            sequence=self._sequence,
            time=now,
            monotonic_seconds=monotonic_seconds,
            interval_seconds=self._interval,
            statistics_epoch=self._epoch,
            monitoring_state=MonitoringState.RUNNING,
            packet_source=PacketSource.LIVE,
            totals=totals,
            headline=without(totals, loopback),
            scopes=tuple(
                ScopeTraffic(scope=scope, traffic=sums.get(Key("scope", scope), _NOTHING))
                for scope in (Scope.LOOPBACK, Scope.LAN, Scope.INTERNET)
            ),
            interfaces=tuple(
                InterfaceTraffic(name=name, traffic=sums.get(Key("interface", name), _NOTHING), link_header_bytes=14)
                for name in ("lo", "eth0", "wlan0")
            ),
            connections=(*rows, Connection(facts=_REMAINDER, traffic=self._gone.get(Key("owned"), _NOTHING))),
            applications=self._applications(rows, sums),
            unattributed=tuple(
                UnattributedTraffic(
                    reason=reason,
                    traffic=sums[Key("reason", reason)],
                    connection_count=sum(1 for row in open_rows if row.facts.unattributed_reason is reason),
                )
                for reason in UnattributedReason
                if Key("reason", reason) in sums
            ),
            attributed_share=1
            - (unowned.sent_bytes + unowned.received_bytes) / max(1, totals.sent_bytes + totals.received_bytes),
            drops=Drops(received_packets=totals.sent_packets + totals.received_packets),
            domains=self._domains.domains(rows, names, now),
            unnamed=unnamed_parts(rows, names),
            active_connection_count=sum(1 for row in open_rows if row.state is not ConnectionState.LISTEN),
            listening_count=sum(1 for row in open_rows if row.state is ConnectionState.LISTEN),
        )

    def _sums(self, rows: list[Connection]) -> dict[Key, Traffic]:
        """Give each sum: what is there and what was."""
        parts: dict[Key, list[Traffic]] = {key: [traffic] for key, traffic in self._gone.items()}
        for row in rows:
            for key in keys_of(row.facts):
                parts.setdefault(key, []).append(row.traffic)
        return {key: sum_traffic(each) for key, each in parts.items()}

    def _applications(self, rows: list[Connection], sums: dict[Key, Traffic]) -> tuple[Application, ...]:
        """Give all that there are or were: one without rows keeps its sums."""
        groups: dict[str, list[Connection]] = {key: [] for key in self._processes}
        for row in rows:
            if row.process is not None:
                self._processes.setdefault(row.facts.application_id, row.process)
                groups.setdefault(row.facts.application_id, []).append(row)
        return tuple(
            _application(self._processes[key], its, sums[Key("application", key)], self._epoch)
            for key, its in groups.items()
        )


def keys_of(facts: ConnectionFacts) -> Iterator[Key]:
    """Name the sums that a row is part of."""
    yield Key("scope", facts.scope)
    yield Key("interface", facts.interface)
    if facts.process is None:
        yield Key("unowned")
        yield Key("reason", facts.unattributed_reason)
    else:
        yield Key("owned")
        yield Key("application", facts.application_id)


def without(whole: Traffic, part: Traffic) -> Traffic:
    """Give a sum less one of its parts."""
    counts = [one - other for one, other in zip(whole[:8], part[:8], strict=True)]
    return Traffic(
        *(int(count) for count in counts),
        sent_bytes_per_second=whole.sent_bytes_per_second - part.sent_bytes_per_second,
        received_bytes_per_second=whole.received_bytes_per_second - part.received_bytes_per_second,
    )


def _application(process: Process, its: list[Connection], traffic: Traffic, first_time: float) -> Application:
    owners = {row.process.id: row.process for row in its if row.process is not None}
    open_rows = [row for row in its if row.end_time is None]
    return Application(
        id=process.application_id,
        name=process.application_name,
        path=process.executable,
        traffic=traffic,
        connection_count=len(open_rows),
        listening_count=sum(1 for row in open_rows if row.state is ConnectionState.LISTEN),
        process_count=len(owners),
        remote_count=len({row.remote.address for row in open_rows if row.remote}),
        users=tuple(sorted({owner.user for owner in owners.values()})),
        first_time=first_time,
        is_browser=process.application_name in _BROWSERS,
        last_time=max((row.last_time for row in its if row.last_time is not None), default=None),
    )


def _busiest_first(row: Connection) -> tuple[float, int, str]:
    traffic = row.traffic
    rate = traffic.sent_bytes_per_second + traffic.received_bytes_per_second
    return -rate, -(traffic.sent_bytes + traffic.received_bytes), row.id
