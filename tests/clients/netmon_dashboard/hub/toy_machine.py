"""A machine of a few programs and connections, whose snapshots are consistent as a collector's are."""

from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

from netmon.model import (
    Application,
    Connection,
    ConnectionState,
    Degradation,
    InterfaceTraffic,
    MonitoringState,
    Process,
    Scope,
    ScopeTraffic,
    Snapshot,
    Traffic,
    UnattributedTraffic,
)
from netmon_client.testing import a_connection, a_process, a_snapshot

T0 = 1_700_000_000.0


class ToyMachine:
    """Everything that happens between two calls of `tick` is one interval."""

    def __init__(self) -> None:
        self.time = T0 + 60
        self.instance = "instance-1"
        self.epoch = T0
        self.sequence = 0
        self.interfaces = ["eth0"]
        self.is_stopped = False
        self.degraded: tuple[Degradation, ...] = ()
        self.rows: dict[str, Connection] = {}
        self.apps: dict[str, Application] = {}
        self._ending: set[str] = set()
        self._opened = 0

    def open(
        self,
        program: str | None = "firefox",
        *,
        id: str | None = None,  # noqa: A002
        pid: int = 100,
        is_local: bool = False,
        is_listener: bool = False,
        moved: tuple[int, int] = (0, 0),
    ) -> str:
        """Begin a connection and give its id."""
        self._opened += 1
        key = id or f"c{self._opened}"
        process = None if program is None else self._known_process(program, pid)
        row = a_connection(
            key,
            process=process,
            local="0.0.0.0" if is_listener else "192.168.1.5",  # noqa: S104 -- shown, not bound
            local_port=8000 + self._opened % 1000,
            remote=None if is_listener else "93.184.216.34",
            state=ConnectionState.LISTEN if is_listener else ConnectionState.ESTABLISHED,
            scope=Scope.LOOPBACK if is_local else Scope.INTERNET,
        )
        self.rows[key] = row._replace(traffic=Traffic(), last_time=None)
        self.move(key, *moved)
        return key

    def move(self, key: str, sent: int, received: int) -> None:
        """Count bytes of a row, and of its application."""
        row = self.rows[key]
        self.rows[key] = row._replace(traffic=moved(row.traffic, sent, received), last_time=self.time + 1)
        facts = row.facts
        if facts.process is not None:
            app = self.apps.get(facts.application_id) or Application(
                id=facts.application_id,
                name=facts.application_name,
                path=facts.process.executable,
                traffic=Traffic(),
                is_browser=facts.application_name == "firefox",
            )
            self.apps[app.id] = replace(app, traffic=moved(app.traffic, sent, received))

    def set_state(self, key: str, state: ConnectionState) -> None:
        self.rows[key] = self.rows[key]._replace(state=state)

    def measure(self, key: str, round_trip_seconds: float | None, retransmitted: int | None) -> None:
        self.rows[key] = self.rows[key]._replace(
            round_trip_seconds=round_trip_seconds, retransmitted_packets=retransmitted
        )

    def count_payload(self, key: str, sent: int | None, received: int | None) -> None:
        self.rows[key] = self.rows[key]._replace(sent_payload_bytes=sent, received_payload_bytes=received)

    def name(self, key: str, domain: str) -> None:
        row = self.rows[key]
        self.rows[key] = row._replace(facts=replace(row.facts, domain=domain, registrable_domain=domain[-11:]))

    def retitle(self, program: str, pid: int, command_line: str) -> None:
        """Let a process change what it says of itself; its identity stays, and its rows all say so."""
        for key, row in self.rows.items():
            process = row.facts.process
            if process is not None and process.id == program_process(program, pid).id:
                facts = replace(row.facts, process=replace(process, command_line=command_line))
                self.rows[key] = row._replace(facts=facts)

    def give(self, key: str, program: str, pid: int) -> None:
        """Find another owner: the row's bytes go over to its application, as the collector has it."""
        row, process = self.rows[key], self._known_process(program, pid)
        old = row.facts.application_id
        facts = replace(
            row.facts,
            process=process,
            application_id=process.application_id,
            application_name=process.application_name,
        )
        self.rows[key] = row._replace(facts=facts)
        if old in self.apps:
            self.apps[old] = replace(self.apps[old], traffic=combined(self.apps[old].traffic, row.traffic, -1))
        new = self.apps.get(process.application_id) or Application(
            id=process.application_id, name=process.application_name, path=process.executable, traffic=Traffic()
        )
        self.apps[new.id] = replace(new, traffic=combined(new.traffic, row.traffic, 1))

    def rename_app(self, key: str, name: str) -> None:
        self.apps[key] = replace(self.apps[key], name=name)

    def end(self, key: str) -> None:
        """End a row: the next snapshot has it a last time, with its end."""
        self.rows[key] = self.rows[key]._replace(end_time=self.time + 0.5, state=ConnectionState.CLOSED)
        self._ending.add(key)

    def vanish(self, key: str) -> None:
        """Let a row be left out without having ended."""
        del self.rows[key]
        self._ending.discard(key)

    def clear(self) -> None:
        self.epoch = self.time + 0.25
        self.rows = {key: row._replace(traffic=cleared(row.traffic)) for key, row in self.rows.items()}
        self.apps = {key: replace(app, traffic=cleared(app.traffic)) for key, app in self.apps.items()}

    def restart(self) -> None:
        number = int(self.instance.rpartition("-")[2])
        self.__init__()
        self.instance = f"instance-{number + 1}"
        self.time += 100.0 * number
        self.epoch = self.time

    def _known_process(self, program: str, pid: int) -> Process:
        process = program_process(program, pid)
        held = (row.facts.process for row in self.rows.values())
        return next((each for each in held if each is not None and each.id == process.id), process)

    def tick(self, seconds: float = 1.0) -> Snapshot:
        """End the interval and give its snapshot."""
        self.time += seconds
        self.sequence += 1
        snapshot = self._snapshot(seconds)
        for key in self._ending:
            self.rows.pop(key, None)
        self._ending = set()
        self.rows = {key: row._replace(traffic=at_rest(row.traffic)) for key, row in self.rows.items()}
        self.apps = {key: replace(app, traffic=at_rest(app.traffic)) for key, app in self.apps.items()}
        return snapshot

    def _snapshot(self, seconds: float) -> Snapshot:
        rows = tuple(self.rows.values())
        plain = a_snapshot(rows, sequence=self.sequence, instance_id=self.instance)
        apps = tuple(
            replace(
                app,
                connection_count=sum(row.facts.application_id == app.id for row in rows),
                listening_count=sum(
                    row.facts.application_id == app.id and row.state is ConnectionState.LISTEN for row in rows
                ),
            )
            for app in self.apps.values()
        )
        return replace(
            plain,
            time=self.time,
            interval_seconds=seconds,
            statistics_epoch=self.epoch,
            monitoring_state=MonitoringState.STOPPED if self.is_stopped else MonitoringState.RUNNING,
            degraded=self.degraded,
            applications=apps,
            interfaces=tuple(InterfaceTraffic(name=name, traffic=Traffic()) for name in self.interfaces),
            totals=summed(rows, lambda _: True),
            headline=summed(rows, lambda row: row.facts.scope is not Scope.LOOPBACK),
            scopes=tuple(
                ScopeTraffic(scope=scope, traffic=summed(rows, lambda row, scope=scope: row.facts.scope is scope))
                for scope in (Scope.LOOPBACK, Scope.LAN, Scope.INTERNET)
            ),
            unattributed=tuple(
                UnattributedTraffic(
                    reason=reason,
                    traffic=summed(rows, lambda row, reason=reason: row.facts.unattributed_reason is reason),
                    connection_count=1,
                )
                for reason in sorted({row.facts.unattributed_reason for row in rows if not row.is_owned})
            ),
        )


def program_process(program: str, pid: int) -> Process:
    """Give the process of a program; a pid belongs to one program alone."""
    return a_process(pid + 1000 * (crc32(program.encode()) % 1000), program)


def moved(traffic: Traffic, sent: int, received: int) -> Traffic:
    return combined(
        traffic,
        Traffic(sent_bytes=sent, received_bytes=received, interval_sent_bytes=sent, interval_received_bytes=received),
        1,
    )


def combined(first: Traffic, second: Traffic, sign: int) -> Traffic:
    return Traffic(
        sent_bytes=first.sent_bytes + sign * second.sent_bytes,
        received_bytes=first.received_bytes + sign * second.received_bytes,
        interval_sent_bytes=first.interval_sent_bytes + sign * second.interval_sent_bytes,
        interval_received_bytes=first.interval_received_bytes + sign * second.interval_received_bytes,
        cleared_sent_bytes=first.cleared_sent_bytes + sign * second.cleared_sent_bytes,
        cleared_received_bytes=first.cleared_received_bytes + sign * second.cleared_received_bytes,
    )


def at_rest(traffic: Traffic) -> Traffic:
    if not (traffic.interval_sent_bytes or traffic.interval_received_bytes):
        return traffic
    return traffic._replace(interval_sent_bytes=0, interval_received_bytes=0)


def cleared(traffic: Traffic) -> Traffic:
    return traffic._replace(
        cleared_sent_bytes=traffic.sent_bytes,
        cleared_received_bytes=traffic.received_bytes,
        interval_sent_bytes=0,
        interval_received_bytes=0,
    )


def summed(rows: tuple[Connection, ...], wanted: Callable[[Connection], bool]) -> Traffic:
    total = Traffic()
    for row in rows:
        if wanted(row):
            total = combined(total, row.traffic, 1)
    return total
