"""Values that look like a collector's, for tests: consistent with themselves, the same at each call."""

from collections.abc import Iterable
from dataclasses import replace

from netmon.model import (
    Application,
    Caller,
    CaptureState,
    Connection,
    ConnectionFacts,
    ConnectionState,
    Direction,
    DomainApplication,
    DomainSource,
    DomainTraffic,
    Endpoint,
    InterfaceStatus,
    InterfaceTraffic,
    MonitoringState,
    NamesStatus,
    OwnerConfidence,
    OwnerMethod,
    OwnerWay,
    PacketSource,
    Process,
    Protocol,
    Remainder,
    Scope,
    ScopeTraffic,
    Snapshot,
    Status,
    Traffic,
    UnattributedReason,
    UnattributedTraffic,
    UnnamedReason,
    UnnamedTraffic,
)
from netmon_client.aggregate import sum_traffic

_BROWSERS = frozenset({"chromium", "firefox"})

START_TIME = 1_700_000_000.0
"""When the sample collector was started: 2023-11-14T22:13:20Z."""


def a_process(pid: int = 4711, name: str = "firefox", user: str = "alice", uid: int = 1000) -> Process:
    """Give a process."""
    return Process(
        id=f"boot-{pid}-1",
        pid=pid,
        start_time=START_TIME - 3600,
        name=name,
        executable=f"/usr/bin/{name}",
        user=user,
        uid=uid,
        parent_pid=1,
        parent_name="init",
        application_id=f"exe:/usr/bin/{name}",
        application_name=name,
    )


def a_connection(  # noqa: PLR0913 -- a row has so many columns, and each has a usual value
    id: str = "c1",  # noqa: A002 -- the word of the contract
    *,
    process: Process | None = None,
    local: str = "192.168.1.5",
    local_port: int | None = 50000,
    remote: str | None = "93.184.216.34",
    remote_port: int | None = 443,
    protocol: Protocol = Protocol.TCP,
    state: ConnectionState = ConnectionState.ESTABLISHED,
    direction: Direction = Direction.OUTBOUND,
    scope: Scope = Scope.INTERNET,
    interface: str = "eth0",
    domain: str = "",
    domain_source: DomainSource = DomainSource.DNS,
    unnamed_reason: UnnamedReason = UnnamedReason.UNSPECIFIED,
    sent: int = 1000,
    received: int = 2000,
    end_time: float | None = None,
) -> Connection:
    """Give a connection that moved ``sent`` and ``received`` bytes, half of each within the last second.

    Without a process it is unattributed (GONE). The last two labels of a domain are its registrable part.
    """
    owned = process is not None
    facts = ConnectionFacts(
        id=id,
        protocol=protocol,
        ip_protocol={Protocol.TCP: 6, Protocol.UDP: 17, Protocol.ICMP: 1, Protocol.SCTP: 132}.get(protocol, 0),
        local=Endpoint(address=local, port=local_port),
        remote=None if remote is None else Endpoint(address=remote, port=remote_port),
        direction=direction,
        scope=scope,
        interface=interface,
        start_time=START_TIME + 10,
        process=process,
        application_id=process.application_id if process else "",
        application_name=process.application_name if process else "",
        owner_method=OwnerMethod.EXACT if owned else OwnerMethod.UNSPECIFIED,
        owner_confidence=OwnerConfidence.CERTAIN if owned else OwnerConfidence.UNSPECIFIED,
        unattributed_reason=UnattributedReason.UNSPECIFIED if owned else UnattributedReason.GONE,
        domain=domain,
        domain_source=domain_source if domain else DomainSource.UNSPECIFIED,
        unnamed_reason=unnamed_reason,
        registrable_domain=".".join(domain.split(".")[-2:]),
    )
    traffic = Traffic(
        sent_bytes=sent,
        received_bytes=received,
        sent_packets=sent // 500,
        received_packets=received // 500,
        interval_sent_bytes=sent // 2,
        interval_received_bytes=received // 2,
        interval_sent_packets=sent // 1000,
        interval_received_packets=received // 1000,
        sent_bytes_per_second=float(sent // 2),
        received_bytes_per_second=float(received // 2),
    )
    return Connection(facts=facts, traffic=traffic, state=state, last_time=START_TIME + 20, end_time=end_time)


def a_snapshot(
    connections: Iterable[Connection] = (), *, sequence: int = 1, instance_id: str = "instance-1"
) -> Snapshot:
    """Give a snapshot of these rows, with sums, applications and unattributed that fit them."""
    rows = tuple(connections)
    unowned = [row for row in rows if not row.is_owned]
    open_rows = [row for row in rows if row.end_time is None and row.facts.remainder is Remainder.UNSPECIFIED]
    listening = [row for row in open_rows if row.state is ConnectionState.LISTEN]
    totals = sum_traffic(row.traffic for row in rows)
    all_bytes = totals.sent_bytes + totals.received_bytes
    unowned_traffic = sum_traffic(row.traffic for row in unowned)
    unowned_bytes = unowned_traffic.sent_bytes + unowned_traffic.received_bytes
    return Snapshot(
        instance_id=instance_id,
        sequence=sequence,
        time=START_TIME + 20 + sequence,
        monotonic_seconds=100.0 + sequence,
        interval_seconds=1.0,
        statistics_epoch=START_TIME,
        monitoring_state=MonitoringState.RUNNING,
        packet_source=PacketSource.LIVE,
        totals=totals,
        headline=sum_traffic(row.traffic for row in rows if row.facts.scope is not Scope.LOOPBACK),
        scopes=tuple(
            ScopeTraffic(scope=scope, traffic=sum_traffic(row.traffic for row in rows if row.facts.scope is scope))
            for scope in (Scope.LOOPBACK, Scope.LAN, Scope.INTERNET)
        ),
        interfaces=_interfaces(rows),
        connections=rows,
        applications=_applications(rows),
        unattributed=_unattributed(unowned),
        attributed_share=1 - unowned_bytes / all_bytes if all_bytes else None,
        active_connection_count=len(open_rows) - len(listening),
        listening_count=len(listening),
        domains=_domains(rows),
        unnamed=_unnamed([row for row in rows if not row.facts.domain]),
    )


def a_status(*, instance_id: str = "instance-1", may_control: bool = True) -> Status:
    """Give the state of a collector that runs well."""
    return Status(
        version="0.1.0",
        instance_id=instance_id,
        start_time=START_TIME,
        uptime_seconds=21.0,
        monitoring_state=MonitoringState.RUNNING,
        monitoring_since=START_TIME,
        packet_source=PacketSource.LIVE,
        statistics_epoch=START_TIME,
        interval_seconds=1.0,
        tracked_connection_limit=65536,
        interfaces=(
            InterfaceStatus(
                name="eth0",
                state=CaptureState.CAPTURING,
                addresses=("192.168.1.5",),
                link_type="ethernet",
                last_packet_time=START_TIME + 20,
            ),
        ),
        owner_ways=(OwnerWay(name="psutil", in_use=True, scan_count=20, scan_interval_seconds=1.0),),
        caller=Caller(uid=1000, may_control=may_control, reason="started the collector"),
        pids=(4700,),
        names=NamesStatus(is_on=True, answer_count=12, hello_count=34, name_count=20, name_limit=16_384, has_quic=True),
    )


def _interfaces(rows: tuple[Connection, ...]) -> tuple[InterfaceTraffic, ...]:
    names = sorted({row.facts.interface for row in rows if row.facts.interface})
    return tuple(
        InterfaceTraffic(
            name=name,
            traffic=sum_traffic(row.traffic for row in rows if row.facts.interface == name),
            link_header_bytes=14,
        )
        for name in names
    )


def _applications(rows: tuple[Connection, ...]) -> tuple[Application, ...]:
    applications: dict[str, Application] = {}
    for row in rows:
        process = row.process
        if process is None:
            continue
        known = applications.get(process.application_id) or Application(
            id=process.application_id,
            name=process.application_name,
            path=process.executable,
            traffic=Traffic(),
            is_browser=process.application_name in _BROWSERS,
        )
        own = [each for each in rows if each.facts.application_id == known.id]
        applications[known.id] = replace(
            known,
            traffic=sum_traffic(each.traffic for each in own),
            connection_count=len([each for each in own if each.end_time is None]),
            listening_count=len([each for each in own if each.state is ConnectionState.LISTEN]),
            process_count=len({each.process.id for each in own if each.process}),
            remote_count=len({each.remote.address for each in own if each.remote}),
            users=(process.user,),
            first_time=START_TIME,
            last_time=START_TIME + 20,
        )
    return tuple(applications.values())


def _unattributed(rows: list[Connection]) -> tuple[UnattributedTraffic, ...]:
    reasons = sorted({row.facts.unattributed_reason for row in rows})
    groups = [(reason, [row for row in rows if row.facts.unattributed_reason is reason]) for reason in reasons]
    return tuple(
        UnattributedTraffic(
            reason=reason, traffic=sum_traffic(row.traffic for row in group), connection_count=len(group)
        )
        for reason, group in groups
    )


def _domains(rows: tuple[Connection, ...]) -> tuple[DomainTraffic, ...]:
    names = dict.fromkeys(row.facts.domain for row in rows if row.facts.domain)
    return tuple(_domain(name, [row for row in rows if row.facts.domain == name]) for name in names)


def _domain(name: str, rows: list[Connection]) -> DomainTraffic:
    owners = dict.fromkeys((row.facts.application_id, row.facts.application_name) for row in rows)
    own = {key: [row for row in rows if row.facts.application_id == key] for key, _ in owners}
    return DomainTraffic(
        name=name,
        registrable_domain=rows[0].facts.registrable_domain,
        source=min(row.facts.domain_source for row in rows),
        traffic=sum_traffic(row.traffic for row in rows),
        connection_count=len([row for row in rows if row.end_time is None]),
        applications=tuple(
            DomainApplication(
                application_id=key,
                application_name=label,
                sent_bytes=sum(row.traffic.sent_bytes for row in own[key]),
                received_bytes=sum(row.traffic.received_bytes for row in own[key]),
                connection_count=len([row for row in own[key] if row.end_time is None]),
            )
            for key, label in owners
        ),
        first_time=START_TIME + 10,
        last_time=START_TIME + 20,
    )


def _unnamed(rows: list[Connection]) -> tuple[UnnamedTraffic, ...]:
    reasons = sorted({row.facts.unnamed_reason for row in rows})
    groups = [(reason, [row for row in rows if row.facts.unnamed_reason is reason]) for reason in reasons]
    return tuple(
        UnnamedTraffic(reason=reason, traffic=sum_traffic(row.traffic for row in group), connection_count=len(group))
        for reason, group in groups
    )
