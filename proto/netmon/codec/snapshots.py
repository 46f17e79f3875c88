"""Snapshots and what a stream says around them, between the model and the wire."""

from collections.abc import Iterable

from netmon.codec.connections import rows_from_wire, rows_to_wire
from netmon.codec.domains import domain_from_wire, domain_to_wire, unnamed_from_wire, unnamed_to_wire
from netmon.codec.processes import application_from_wire, application_to_wire
from netmon.codec.traffic import (
    interface_traffic_from_wire,
    interface_traffic_to_wire,
    scope_traffic_from_wire,
    scope_traffic_to_wire,
    traffic_from_wire,
    traffic_to_wire,
    unattributed_from_wire,
    unattributed_to_wire,
)
from netmon.codec.values import (
    finite,
    member,
    needed,
    optional_time_to_wire,
    time_from_wire,
    time_to_wire,
)
from netmon.model import (
    Application,
    Connection,
    Degradation,
    DomainTraffic,
    Drops,
    Gap,
    GapCause,
    MonitoringState,
    Omitted,
    OtherUsers,
    PacketSource,
    Snapshot,
)
from netmon.v1 import snapshot_pb2 as pb

_MONITORING_STATE_NUMBERS = tuple(pb.MonitoringState.values())
_PACKET_SOURCE_NUMBERS = tuple(pb.PacketSource.values())

_GAP_CAUSE_NUMBERS = tuple(pb.GapCause.values())
_GAP_CAUSES = tuple(GapCause)
_MONITORING_STATES = tuple(MonitoringState)
_PACKET_SOURCES = tuple(PacketSource)


def monitoring_state_to_wire(state: MonitoringState) -> pb.MonitoringState.ValueType:
    """Give the number on the wire."""
    return _MONITORING_STATE_NUMBERS[state]


def monitoring_state_from_wire(number: int) -> MonitoringState:
    """Give the state; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_MONITORING_STATES, number)


def packet_source_to_wire(source: PacketSource) -> pb.PacketSource.ValueType:
    """Give the number on the wire."""
    return _PACKET_SOURCE_NUMBERS[source]


def packet_source_from_wire(number: int) -> PacketSource:
    """Give the source; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_PACKET_SOURCES, number)


def degradation_to_wire(degradation: Degradation) -> pb.Degradation:
    """Give the wire form."""
    return pb.Degradation(code=degradation.code, text=degradation.text, remedy=degradation.remedy)


def degradation_from_wire(wire: pb.Degradation) -> Degradation:
    """Give the model form. Raises ValueError without a code."""
    return Degradation(code=needed(wire.code, "Degradation.code"), text=wire.text, remedy=wire.remedy)


def drops_to_wire(drops: Drops) -> pb.Drops:
    """Give the wire form."""
    return pb.Drops(
        received_packets=drops.received_packets,
        kernel_dropped_packets=drops.kernel_dropped_packets,
        interface_dropped_packets=drops.interface_dropped_packets,
        interval_dropped_packets=drops.interval_dropped_packets,
        malformed=[pb.MalformedCount(reason=reason, packet_count=count) for reason, count in drops.malformed],
    )


def drops_from_wire(wire: pb.Drops) -> Drops:
    """Give the model form; zeros for an absent message."""
    return Drops(
        received_packets=wire.received_packets,
        kernel_dropped_packets=wire.kernel_dropped_packets,
        interface_dropped_packets=wire.interface_dropped_packets,
        interval_dropped_packets=wire.interval_dropped_packets,
        malformed=tuple([(count.reason, count.packet_count) for count in wire.malformed]),
    )


def omitted_to_wire(omitted: Omitted) -> pb.Omitted:
    """Give the wire form."""
    return pb.Omitted(connection_count=omitted.connection_count, traffic=traffic_to_wire(omitted.traffic))


def omitted_from_wire(wire: pb.Omitted) -> Omitted:
    """Give the model form; zeros for an absent message."""
    return Omitted(connection_count=wire.connection_count, traffic=traffic_from_wire(wire.traffic))


def other_users_to_wire(others: OtherUsers) -> pb.OtherUsers:
    """Give the wire form."""
    return pb.OtherUsers(connection_count=others.connection_count, traffic=traffic_to_wire(others.traffic))


def other_users_from_wire(wire: pb.OtherUsers) -> OtherUsers:
    """Give the model form."""
    return OtherUsers(connection_count=wire.connection_count, traffic=traffic_from_wire(wire.traffic))


def snapshot_frame_to_wire(snapshot: Snapshot) -> pb.Snapshot:
    """Give the wire form without ``connections``, ``processes`` and ``domains``, which are most of a big one."""
    return pb.Snapshot(
        instance_id=snapshot.instance_id,
        sequence=snapshot.sequence,
        time=time_to_wire(snapshot.time),
        monotonic_seconds=snapshot.monotonic_seconds,
        interval_seconds=snapshot.interval_seconds,
        statistics_epoch=time_to_wire(snapshot.statistics_epoch),
        monitoring_state=monitoring_state_to_wire(snapshot.monitoring_state),
        packet_source=packet_source_to_wire(snapshot.packet_source),
        totals=traffic_to_wire(snapshot.totals),
        headline=traffic_to_wire(snapshot.headline),
        scopes=[scope_traffic_to_wire(sums) for sums in snapshot.scopes],
        interfaces=[interface_traffic_to_wire(sums) for sums in snapshot.interfaces],
        applications=[application_to_wire(application) for application in snapshot.applications],
        unattributed=[unattributed_to_wire(sums) for sums in snapshot.unattributed],
        omitted=omitted_to_wire(snapshot.omitted),
        attributed_share=snapshot.attributed_share,
        drops=drops_to_wire(snapshot.drops),
        degraded=[degradation_to_wire(degradation) for degradation in snapshot.degraded],
        active_connection_count=snapshot.active_connection_count,
        listening_count=snapshot.listening_count,
        unnamed=[unnamed_to_wire(sums) for sums in snapshot.unnamed],
        other_users=other_users_to_wire(snapshot.other_users) if snapshot.other_users is not None else None,
    )


def snapshot_to_wire(snapshot: Snapshot) -> pb.Snapshot:
    """Give the wire form. ``SnapshotEncoder`` gives the same as bytes, and faster where ticks share objects."""
    wire = snapshot_frame_to_wire(snapshot)
    connections, processes = rows_to_wire(snapshot.connections)
    wire.connections.extend(connections)
    wire.processes.extend(processes)
    wire.domains.extend([domain_to_wire(domain) for domain in snapshot.domains])
    return wire


def snapshot_from_wire(wire: pb.Snapshot) -> Snapshot:
    """Give the model form. Raises ValueError naming the field that is missing or holds nonsense."""
    rows = rows_from_wire(wire.connections, wire.processes)
    return snapshot_of_parts(
        wire,
        rows,
        [application_from_wire(application) for application in wire.applications],
        [domain_from_wire(domain) for domain in wire.domains],
    )


def snapshot_of_parts(
    wire: pb.Snapshot,
    rows: Iterable[Connection],
    applications: Iterable[Application],
    domains: Iterable[DomainTraffic],
) -> Snapshot:
    """Give the model form around what was decoded before. Raises ValueError as ``snapshot_from_wire``."""
    has = wire.HasField
    for field in ("time", "statistics_epoch", "totals", "headline"):
        if not has(field):
            raise ValueError(f"Snapshot.{field}: missing")
    share = finite(wire.attributed_share, "Snapshot.attributed_share") if has("attributed_share") else None
    return Snapshot(
        instance_id=needed(wire.instance_id, "Snapshot.instance_id"),
        sequence=wire.sequence,
        time=time_from_wire(wire.time, "Snapshot.time"),
        monotonic_seconds=finite(wire.monotonic_seconds, "Snapshot.monotonic_seconds"),
        interval_seconds=finite(wire.interval_seconds, "Snapshot.interval_seconds"),
        statistics_epoch=time_from_wire(wire.statistics_epoch, "Snapshot.statistics_epoch"),
        monitoring_state=monitoring_state_from_wire(wire.monitoring_state),
        packet_source=packet_source_from_wire(wire.packet_source),
        totals=traffic_from_wire(wire.totals),
        headline=traffic_from_wire(wire.headline),
        scopes=tuple([scope_traffic_from_wire(sums) for sums in wire.scopes]),
        interfaces=tuple([interface_traffic_from_wire(sums) for sums in wire.interfaces]),
        connections=tuple(rows),
        applications=tuple(applications),
        unattributed=tuple([unattributed_from_wire(sums) for sums in wire.unattributed]),
        omitted=omitted_from_wire(wire.omitted),
        attributed_share=share,
        drops=drops_from_wire(wire.drops),
        degraded=tuple([degradation_from_wire(degradation) for degradation in wire.degraded]),
        active_connection_count=wire.active_connection_count,
        listening_count=wire.listening_count,
        domains=tuple(domains),
        unnamed=tuple([unnamed_from_wire(sums) for sums in wire.unnamed]),
        other_users=other_users_from_wire(wire.other_users) if wire.HasField("other_users") else None,
    )


def gap_to_wire(gap: Gap) -> pb.Gap:
    """Give the wire form."""
    return pb.Gap(
        cause=_GAP_CAUSE_NUMBERS[gap.cause],
        skipped_count=gap.skipped_count,
        since_time=optional_time_to_wire(gap.since_time or None),
        until_time=optional_time_to_wire(gap.until_time),
        first_sequence=gap.first_sequence,
        last_sequence=gap.last_sequence,
    )


def gap_from_wire(wire: pb.Gap) -> Gap:
    """Give the model form."""
    return Gap(
        cause=member(_GAP_CAUSES, wire.cause),
        skipped_count=wire.skipped_count,
        since_time=time_from_wire(wire.since_time, "Gap.since_time") if wire.HasField("since_time") else 0.0,
        until_time=time_from_wire(wire.until_time, "Gap.until_time") if wire.HasField("until_time") else None,
        first_sequence=wire.first_sequence,
        last_sequence=wire.last_sequence,
    )
