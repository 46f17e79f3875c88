"""A snapshot such as a busy machine gives, of any size, and its next ticks. Nothing is random."""

from dataclasses import replace

from netmon.model import (
    Application,
    Connection,
    ConnectionFacts,
    ConnectionState,
    Direction,
    Endpoint,
    InterfaceTraffic,
    MonitoringState,
    OwnerConfidence,
    OwnerMethod,
    PacketSource,
    Process,
    Protocol,
    Scope,
    ScopeTraffic,
    Snapshot,
    Traffic,
    UnattributedReason,
    UnattributedTraffic,
)

_PROCESSES = 60
_START = 1_760_000_000.0


def busy_snapshot(connection_count: int) -> Snapshot:
    """Give a snapshot of so many rows, of 60 processes in as many applications."""
    processes = [_process(number) for number in range(_PROCESSES)]
    return Snapshot(
        instance_id="0123456789abcdef",
        sequence=1,
        time=_START + 1000,
        monotonic_seconds=1000.0,
        interval_seconds=1.0,
        statistics_epoch=_START,
        monitoring_state=MonitoringState.RUNNING,
        packet_source=PacketSource.LIVE,
        totals=_traffic(9_000_000),
        headline=_traffic(8_000_000),
        scopes=tuple(ScopeTraffic(scope=scope, traffic=_traffic(scope)) for scope in Scope if scope),
        interfaces=tuple(
            InterfaceTraffic(name=name, traffic=_traffic(len(name)), link_header_bytes=14)
            for name in ("lo", "eth0", "wlan0")
        ),
        connections=tuple(_connection(number, processes[number % _PROCESSES]) for number in range(connection_count)),
        applications=tuple(_application(process) for process in processes),
        unattributed=(UnattributedTraffic(reason=UnattributedReason.GONE, traffic=_traffic(77), connection_count=4),),
        attributed_share=0.97,
        active_connection_count=connection_count,
        listening_count=12,
    )


def next_tick(snapshot: Snapshot, *, changing_share: float) -> Snapshot:
    """Give the snapshot a second later: this share of the rows moved bytes, the rest are the same objects."""
    step = round(1 / changing_share) if changing_share else 0
    sequence = snapshot.sequence + 1
    return replace(
        snapshot,
        sequence=sequence,
        time=snapshot.time + 1.0,
        monotonic_seconds=snapshot.monotonic_seconds + 1.0,
        connections=tuple(
            _moved(row, snapshot.time + 0.937501) if step and (number + sequence) % step == 0 else row
            for number, row in enumerate(snapshot.connections)
        ),
    )


def _moved(row: Connection, time: float) -> Connection:
    old = row.traffic
    traffic = old._replace(
        sent_bytes=old.sent_bytes + 4_321,
        received_bytes=old.received_bytes + 65_432,
        sent_packets=old.sent_packets + 33,
        received_packets=old.received_packets + 48,
        interval_sent_bytes=4_321,
        interval_received_bytes=65_432,
        interval_sent_packets=33,
        interval_received_packets=48,
        sent_bytes_per_second=4_320.75,
        received_bytes_per_second=65_430.25,
    )
    return row._replace(traffic=traffic, last_time=time)


def _traffic(seed: int) -> Traffic:
    return Traffic(
        sent_bytes=1_000_000 + seed * 1_001,
        received_bytes=20_000_000 + seed * 20_011,
        sent_packets=9_000 + seed,
        received_packets=18_000 + seed,
        interval_sent_bytes=1_200 + seed % 1_000,
        interval_received_bytes=24_000 + seed % 1_000,
        interval_sent_packets=11 + seed % 7,
        interval_received_packets=23 + seed % 5,
        sent_bytes_per_second=1_200.5 + seed % 1_000,
        received_bytes_per_second=24_000.25 + seed % 1_000,
    )


def _process(number: int) -> Process:
    name = f"program-{number}"
    return Process(
        id=f"4f1c/{1000 + number}/{123456 + number}",
        pid=1000 + number,
        start_time=_START - number,
        name=name,
        executable=f"/usr/lib/{name}/{name}",
        user="somebody",
        uid=1000,
        parent_pid=1,
        parent_name="systemd",
        application_id=f"/usr/lib/{name}/{name}",
        application_name=name.capitalize(),
        unit=f"app-{name}.scope",
    )


def _connection(number: int, process: Process) -> Connection:
    remote = f"203.0.{number >> 8 & 255}.{number & 255}"
    return Connection(
        facts=ConnectionFacts(
            id=f"c{number:08x}",
            protocol=Protocol.TCP,
            ip_protocol=6,
            local=Endpoint(address="192.168.1.20", port=32_768 + number % 28_000),
            remote=Endpoint(address=remote, port=443),
            direction=Direction.OUTBOUND,
            scope=Scope.INTERNET,
            interface="wlan0",
            start_time=_START + number / 1000,
            process=process,
            application_id=process.application_id,
            application_name=process.application_name,
            unit=process.unit,
            owner_method=OwnerMethod.EXACT,
            owner_confidence=OwnerConfidence.CERTAIN,
            domain=f"host-{number}.example.com",
        ),
        traffic=_traffic(number),
        state=ConnectionState.ESTABLISHED,
        last_time=_START + 999.5,
    )


def _application(process: Process) -> Application:
    return Application(
        id=process.application_id,
        name=process.application_name,
        path=process.executable,
        traffic=_traffic(process.pid),
        connection_count=33,
        process_count=1,
        remote_count=33,
        users=("somebody",),
        first_time=_START,
        last_time=_START + 999.5,
    )
