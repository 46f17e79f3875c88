"""State of the collector, between the model and the wire."""

from netmon.codec.ledger import interface_ledger_from_wire, interface_ledger_to_wire
from netmon.codec.load import (
    process_cost_from_wire,
    process_cost_to_wire,
    queue_from_wire,
    queue_to_wire,
    service_limits_from_wire,
    service_limits_to_wire,
    stream_lag_from_wire,
    stream_lag_to_wire,
)
from netmon.codec.snapshots import (
    degradation_from_wire,
    degradation_to_wire,
    drops_from_wire,
    drops_to_wire,
    monitoring_state_from_wire,
    monitoring_state_to_wire,
    packet_source_from_wire,
    packet_source_to_wire,
)
from netmon.codec.values import (
    finite,
    member,
    needed,
    optional_time_to_wire,
    seconds_from_wire,
    seconds_to_wire,
    time_from_wire,
    time_to_wire,
)
from netmon.model import Caller, CaptureState, InterfaceStatus, NamesStatus, OwnerWay, Status, Visibility
from netmon.v1 import status_pb2 as pb

_CAPTURE_STATE_NUMBERS = tuple(pb.CaptureState.values())
_CAPTURE_STATES = tuple(CaptureState)
_VISIBILITY_NUMBERS = tuple(pb.Visibility.values())
_VISIBILITIES = tuple(Visibility)


def caller_to_wire(caller: Caller) -> pb.Caller:
    """Give the wire form."""
    return pb.Caller(
        uid=caller.uid,
        sees=_VISIBILITY_NUMBERS[caller.sees],
        may_control=caller.may_control,
        reason=caller.reason,
    )


def caller_from_wire(wire: pb.Caller) -> Caller:
    """Give the model form."""
    return Caller(
        uid=wire.uid if wire.HasField("uid") else None,
        sees=member(_VISIBILITIES, wire.sees),
        may_control=wire.may_control,
        reason=wire.reason,
    )


def interface_status_to_wire(status: InterfaceStatus) -> pb.InterfaceStatus:
    """Give the wire form."""
    return pb.InterfaceStatus(
        name=status.name,
        state=_CAPTURE_STATE_NUMBERS[status.state],
        reason=status.reason,
        addresses=status.addresses,
        link_type=status.link_type,
        last_packet_time=optional_time_to_wire(status.last_packet_time),
        drops=drops_to_wire(status.drops),
    )


def interface_status_from_wire(wire: pb.InterfaceStatus) -> InterfaceStatus:
    """Give the model form. Raises ValueError without a name."""
    last_packet_time = None
    if wire.HasField("last_packet_time"):
        last_packet_time = time_from_wire(wire.last_packet_time, "InterfaceStatus.last_packet_time")
    return InterfaceStatus(
        name=needed(wire.name, "InterfaceStatus.name"),
        state=member(_CAPTURE_STATES, wire.state),
        reason=wire.reason,
        addresses=tuple(wire.addresses),
        link_type=wire.link_type,
        last_packet_time=last_packet_time,
        drops=drops_from_wire(wire.drops),
    )


def owner_way_to_wire(way: OwnerWay) -> pb.OwnerWay:
    """Give the wire form."""
    return pb.OwnerWay(
        name=way.name,
        in_use=way.in_use,
        reason=way.reason,
        scan_count=way.scan_count,
        last_scan_duration=seconds_to_wire(way.last_scan_seconds),
        scan_interval=seconds_to_wire(way.scan_interval_seconds),
        total_scan_duration=seconds_to_wire(way.total_scan_seconds),
    )


def owner_way_from_wire(wire: pb.OwnerWay) -> OwnerWay:
    """Give the model form. Raises ValueError without a name."""
    return OwnerWay(
        name=needed(wire.name, "OwnerWay.name"),
        in_use=wire.in_use,
        reason=wire.reason,
        scan_count=wire.scan_count,
        last_scan_seconds=seconds_from_wire(wire.last_scan_duration, "OwnerWay.last_scan_duration"),
        scan_interval_seconds=seconds_from_wire(wire.scan_interval, "OwnerWay.scan_interval"),
        total_scan_seconds=seconds_from_wire(wire.total_scan_duration, "OwnerWay.total_scan_duration"),
    )


def names_status_to_wire(names: NamesStatus) -> pb.NamesStatus:
    """Give the wire form."""
    return pb.NamesStatus(
        is_on=names.is_on,
        reason=names.reason,
        answer_count=names.answer_count,
        hello_count=names.hello_count,
        name_count=names.name_count,
        name_limit=names.name_limit,
        shed_count=names.shed_count,
        has_quic=names.has_quic,
    )


def names_status_from_wire(wire: pb.NamesStatus) -> NamesStatus:
    """Give the model form."""
    return NamesStatus(
        is_on=wire.is_on,
        reason=wire.reason,
        answer_count=wire.answer_count,
        hello_count=wire.hello_count,
        name_count=wire.name_count,
        name_limit=wire.name_limit,
        shed_count=wire.shed_count,
        has_quic=wire.has_quic,
    )


def status_to_wire(status: Status) -> pb.Status:
    """Give the wire form."""
    return pb.Status(
        version=status.version,
        instance_id=status.instance_id,
        start_time=time_to_wire(status.start_time),
        uptime=seconds_to_wire(status.uptime_seconds),
        monitoring_state=monitoring_state_to_wire(status.monitoring_state),
        monitoring_since=time_to_wire(status.monitoring_since),
        packet_source=packet_source_to_wire(status.packet_source),
        active_connection_count=status.active_connection_count,
        listening_count=status.listening_count,
        tracked_connection_count=status.tracked_connection_count,
        tracked_connection_limit=status.tracked_connection_limit,
        interfaces=[interface_status_to_wire(interface) for interface in status.interfaces],
        drops=drops_to_wire(status.drops),
        owner_ways=[owner_way_to_wire(way) for way in status.owner_ways],
        attributed_share=status.attributed_share,
        degraded=[degradation_to_wire(degradation) for degradation in status.degraded],
        caller=caller_to_wire(status.caller),
        interval=seconds_to_wire(status.interval_seconds),
        subscriber_count=status.subscriber_count,
        pids=status.pids,
        statistics_epoch=time_to_wire(status.statistics_epoch),
        cpu_time=seconds_to_wire(status.cpu_seconds),
        resident_bytes=status.resident_bytes,
        names=None if status.names is None else names_status_to_wire(status.names),
        ledger=[interface_ledger_to_wire(ledger) for ledger in status.ledger],
        processes=[process_cost_to_wire(cost) for cost in status.processes],
        queues=[queue_to_wire(queue) for queue in status.queues],
        stream_lags=[stream_lag_to_wire(lag) for lag in status.stream_lags],
        limits=None if status.limits is None else service_limits_to_wire(status.limits),
    )


def status_from_wire(wire: pb.Status) -> Status:
    """Give the model form. Raises ValueError naming the field that is missing or holds nonsense."""
    has = wire.HasField
    for field in ("start_time", "monitoring_since", "statistics_epoch", "caller"):
        if not has(field):
            raise ValueError(f"Status.{field}: missing")
    share = finite(wire.attributed_share, "Status.attributed_share") if has("attributed_share") else None
    return Status(
        version=wire.version,
        instance_id=needed(wire.instance_id, "Status.instance_id"),
        start_time=time_from_wire(wire.start_time, "Status.start_time"),
        uptime_seconds=seconds_from_wire(wire.uptime, "Status.uptime"),
        monitoring_state=monitoring_state_from_wire(wire.monitoring_state),
        monitoring_since=time_from_wire(wire.monitoring_since, "Status.monitoring_since"),
        packet_source=packet_source_from_wire(wire.packet_source),
        statistics_epoch=time_from_wire(wire.statistics_epoch, "Status.statistics_epoch"),
        interval_seconds=seconds_from_wire(wire.interval, "Status.interval"),
        active_connection_count=wire.active_connection_count,
        listening_count=wire.listening_count,
        tracked_connection_count=wire.tracked_connection_count,
        tracked_connection_limit=wire.tracked_connection_limit,
        interfaces=tuple([interface_status_from_wire(interface) for interface in wire.interfaces]),
        drops=drops_from_wire(wire.drops),
        owner_ways=tuple([owner_way_from_wire(way) for way in wire.owner_ways]),
        attributed_share=share,
        degraded=tuple([degradation_from_wire(degradation) for degradation in wire.degraded]),
        caller=caller_from_wire(wire.caller),
        subscriber_count=wire.subscriber_count,
        pids=tuple(wire.pids),
        cpu_seconds=seconds_from_wire(wire.cpu_time, "Status.cpu_time"),
        resident_bytes=wire.resident_bytes,
        names=names_status_from_wire(wire.names) if has("names") else None,
        ledger=tuple([interface_ledger_from_wire(ledger) for ledger in wire.ledger]),
        processes=tuple([process_cost_from_wire(cost) for cost in wire.processes]),
        queues=tuple([queue_from_wire(queue) for queue in wire.queues]),
        stream_lags=tuple([stream_lag_from_wire(lag) for lag in wire.stream_lags]),
        limits=service_limits_from_wire(wire.limits) if has("limits") else None,
    )
