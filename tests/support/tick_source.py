"""A small collector's heart for tests of the services: ticks on demand, real model values, the same promises."""

from collections.abc import Iterable
from dataclasses import replace

from netmon.matching import compile_filter
from netmon.model import (
    AttemptResult,
    BandwidthSample,
    Caller,
    Connection,
    ConnectionFacts,
    Endpoint,
    Event,
    EventKind,
    Explanation,
    Filter,
    Gap,
    InterfaceLedger,
    MonitoringState,
    Omitted,
    OwnerAttempt,
    PacketSource,
    Process,
    Protocol,
    RowOrder,
    Scope,
    Snapshot,
    Status,
    Traffic,
    View,
)
from netmon_collector.core.events import EventSlice
from netmon_collector.core.redaction import Redactor
from netmon_collector.core.veil import Veil

START = 1_700_000_000.0
TICK_SECONDS = 1.0


def row(number: int, *, sent_bytes: int = 0, end_time: float | None = None) -> Connection:
    """Give a TCP connection of process ``number``."""
    process = Process(id=f"p{number}", pid=number, start_time=START, name=f"program{number}")
    facts = ConnectionFacts(
        id=f"c{number}",
        protocol=Protocol.TCP,
        local=Endpoint(address="192.0.2.1", port=1024 + number % 60_000),
        remote=Endpoint(address="198.51.100.7", port=443),
        scope=Scope.INTERNET,
        interface="eth0",
        start_time=START,
        process=process,
        application_id=f"a{number}",
        application_name=f"program{number}",
    )
    return Connection(facts=facts, traffic=Traffic(sent_bytes=sent_bytes), end_time=end_time)


class TickSource:
    """Ticks when told to. It counts what it is asked for."""

    def __init__(self, rows: Iterable[Connection] = (), *, instance_id: str = "run-1", event_limit: int = 1000) -> None:
        self.instance_id = instance_id
        self.redactor = Redactor(b"secret")
        self.rows = tuple(rows)
        self.latest: Snapshot | None = None
        self.compose_count = 0
        self.held_periods: list[int] = []
        self._ended: list[tuple[int, Connection]] = []
        self._events: list[Event] = []
        self._event_limit = event_limit
        self.newest_event_sequence = 0
        self.interface_ledgers: tuple[InterfaceLedger, ...] = ()
        self.bandwidth_windows: list[float] = []
        self.failure: Exception | None = None

    def tick(self, *, ended: Iterable[Connection] = ()) -> int:
        """End an interval in which these connections ended; give its sequence."""
        sequence = 1 if self.latest is None else self.latest.sequence + 1
        self._ended.extend((sequence, closed) for closed in ended)
        self.latest = Snapshot(
            instance_id=self.instance_id,
            sequence=sequence,
            time=START + sequence * TICK_SECONDS,
            monotonic_seconds=sequence * TICK_SECONDS,
            interval_seconds=TICK_SECONDS,
            statistics_epoch=START,
            monitoring_state=MonitoringState.RUNNING,
            packet_source=PacketSource.LIVE,
            totals=Traffic(),
            headline=Traffic(),
            connections=(*self.rows, *(closed for at, closed in self._ended if at == sequence)),
        )
        return sequence

    def compose(self, view: View, *, every: int, since_sequence: int | None, only_uid: int | None = None) -> Snapshot:
        if self.failure is not None:
            raise self.failure
        assert self.latest is not None
        self.compose_count += 1
        sequence = self.latest.sequence
        since = sequence - 1 if since_sequence is None else since_sequence
        rows = [*self.rows, *(closed for at, closed in self._ended if since < at <= sequence)]
        rows = [connection for connection in rows if _is_seen(connection, only_uid)]
        matches = compile_filter(view.filter, self.latest.time)
        kept = [connection for connection in rows if matches(connection)][: view.row_limit or None]
        return replace(
            self.latest,
            connections=tuple(kept),
            interval_seconds=every * TICK_SECONDS,
            omitted=Omitted(connection_count=len(rows) - len(kept)),
        )

    def hold_period(self, every: int, only_uid: int | None = None) -> None:
        self.held_periods.append(every)

    def release_period(self, every: int, only_uid: int | None = None) -> None:
        self.held_periods.remove(every)

    def connections(
        self, filter_: Filter, order: RowOrder, closed_within_seconds: float, only_uid: int | None = None
    ) -> tuple[Connection, ...]:
        assert self.latest is not None
        since = self.latest.time - closed_within_seconds
        ended = [closed for _, closed in self._ended if closed.end_time is not None and closed.end_time >= since]
        matches = compile_filter(filter_, self.latest.time)
        seen = [connection for connection in (*self.rows, *ended) if _is_seen(connection, only_uid)]
        return tuple(connection for connection in seen if matches(connection))

    def bandwidth(
        self, window_seconds: float, only_uid: int | None = None
    ) -> tuple[tuple[BandwidthSample, ...], tuple[Gap, ...]]:
        self.bandwidth_windows.append(window_seconds)
        sample = BandwidthSample(
            time=START + 1, interval_seconds=1.0, sent_bytes=10, received_bytes=20, loopback_bytes=0
        )
        return (sample,), ()

    def tell(self, *kinds: EventKind) -> None:
        """Add events to the ring."""
        for kind in kinds:
            self.newest_event_sequence += 1
            self._events.append(
                Event(sequence=self.newest_event_sequence, time=START + self.newest_event_sequence, kind=kind)
            )
        del self._events[: -self._event_limit]

    def forget_events(self) -> None:
        """Empty the ring, as time does."""
        self._events.clear()

    def veil(self, uid: int) -> Veil:
        return Veil(uid)

    def explain(self, connection_id: str, only_uid: int | None = None) -> Explanation | None:
        found = next((one for one in self.rows if one.id == connection_id and _is_seen(one, only_uid)), None)
        if found is None or found.process is None:
            return None
        attempt = OwnerAttempt(
            first_time=START,
            last_time=START,
            count=1,
            way="ebpf",
            result=AttemptResult.FOUND,
            process_id=found.process.id,
        )
        return Explanation(connection=found, processes=(found.process,), attempts=(attempt,))

    def events_after(self, sequence: int | None) -> EventSlice:
        if sequence is None or sequence >= self.newest_event_sequence:
            return EventSlice(events=())
        events = tuple(event for event in self._events if event.sequence > sequence)
        oldest = events[0].sequence if events else self.newest_event_sequence + 1
        return EventSlice(events=events, lost_count=oldest - sequence - 1)


def _is_seen(connection: Connection, only_uid: int | None) -> bool:
    return only_uid is None or (connection.process is not None and connection.process.uid == only_uid)


class Board:
    """The collector's state, and its switch."""

    def __init__(self, source: TickSource) -> None:
        self._source = source
        self.monitoring_state = MonitoringState.RUNNING
        self.start_error: OSError | None = None

    def status(self, caller: Caller, subscriber_count: int) -> Status:
        return Status(
            version="1.2.3",
            instance_id=self._source.instance_id,
            start_time=START,
            uptime_seconds=1.0,
            monitoring_state=self.monitoring_state,
            monitoring_since=START,
            packet_source=PacketSource.LIVE,
            statistics_epoch=START,
            interval_seconds=TICK_SECONDS,
            caller=caller,
            subscriber_count=subscriber_count,
        )

    async def start(self) -> bool:
        if self.start_error is not None:
            raise self.start_error
        return self._turn(MonitoringState.RUNNING)

    async def stop(self) -> bool:
        return self._turn(MonitoringState.STOPPED)

    async def clear(self) -> float:
        return START + 5

    async def refresh(self) -> tuple[int, int, int]:
        return 7, 5, 2

    def _turn(self, state: MonitoringState) -> bool:
        changed = self.monitoring_state is not state
        self.monitoring_state = state
        return changed
