"""Sums of bytes and packets, between the model and the wire."""

from netmon.codec.values import finite, member
from netmon.model import (
    InterfaceTraffic,
    Scope,
    ScopeTraffic,
    Traffic,
    UnattributedReason,
    UnattributedTraffic,
)
from netmon.v1 import traffic_pb2 as pb

SCOPE_NUMBERS = tuple(pb.Scope.values())
REASON_NUMBERS = tuple(pb.UnattributedReason.values())

_SCOPES = tuple(Scope)
_REASONS = tuple(UnattributedReason)


def traffic_to_wire(traffic: Traffic) -> pb.Traffic:
    """Give the wire form. Raises ValueError for a negative count or one over 64 bits."""
    return pb.Traffic(
        sent_bytes=traffic.sent_bytes,
        received_bytes=traffic.received_bytes,
        sent_packets=traffic.sent_packets,
        received_packets=traffic.received_packets,
        interval_sent_bytes=traffic.interval_sent_bytes,
        interval_received_bytes=traffic.interval_received_bytes,
        interval_sent_packets=traffic.interval_sent_packets,
        interval_received_packets=traffic.interval_received_packets,
        sent_bytes_per_second=traffic.sent_bytes_per_second,
        received_bytes_per_second=traffic.received_bytes_per_second,
        cleared_sent_bytes=traffic.cleared_sent_bytes,
        cleared_received_bytes=traffic.cleared_received_bytes,
    )


def traffic_from_wire(wire: pb.Traffic) -> Traffic:
    """Give the model form; zeros for an absent message. Raises ValueError for a rate that is no finite number."""
    # By position: one is made for each row that moves, and twelve keywords take half as long again.
    return Traffic(
        wire.sent_bytes,
        wire.received_bytes,
        wire.sent_packets,
        wire.received_packets,
        wire.interval_sent_bytes,
        wire.interval_received_bytes,
        wire.interval_sent_packets,
        wire.interval_received_packets,
        finite(wire.sent_bytes_per_second, "Traffic.sent_bytes_per_second"),
        finite(wire.received_bytes_per_second, "Traffic.received_bytes_per_second"),
        wire.cleared_sent_bytes,
        wire.cleared_received_bytes,
    )


def scope_from_wire(number: int) -> Scope:
    """Give the scope; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_SCOPES, number)


def reason_from_wire(number: int) -> UnattributedReason:
    """Give the reason; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_REASONS, number)


def scope_traffic_to_wire(sums: ScopeTraffic) -> pb.ScopeTraffic:
    """Give the wire form."""
    return pb.ScopeTraffic(scope=SCOPE_NUMBERS[sums.scope], traffic=traffic_to_wire(sums.traffic))


def scope_traffic_from_wire(wire: pb.ScopeTraffic) -> ScopeTraffic:
    """Give the model form."""
    return ScopeTraffic(scope=scope_from_wire(wire.scope), traffic=traffic_from_wire(wire.traffic))


def interface_traffic_to_wire(sums: InterfaceTraffic) -> pb.InterfaceTraffic:
    """Give the wire form."""
    return pb.InterfaceTraffic(
        name=sums.name,
        traffic=traffic_to_wire(sums.traffic),
        non_ip_packets=sums.non_ip_packets,
        non_ip_bytes=sums.non_ip_bytes,
        link_header_bytes=sums.link_header_bytes,
    )


def interface_traffic_from_wire(wire: pb.InterfaceTraffic) -> InterfaceTraffic:
    """Give the model form."""
    return InterfaceTraffic(
        name=wire.name,
        traffic=traffic_from_wire(wire.traffic),
        non_ip_packets=wire.non_ip_packets,
        non_ip_bytes=wire.non_ip_bytes,
        link_header_bytes=wire.link_header_bytes,
    )


def unattributed_to_wire(sums: UnattributedTraffic) -> pb.UnattributedTraffic:
    """Give the wire form."""
    return pb.UnattributedTraffic(
        reason=REASON_NUMBERS[sums.reason],
        traffic=traffic_to_wire(sums.traffic),
        connection_count=sums.connection_count,
    )


def unattributed_from_wire(wire: pb.UnattributedTraffic) -> UnattributedTraffic:
    """Give the model form."""
    return UnattributedTraffic(
        reason=reason_from_wire(wire.reason),
        traffic=traffic_from_wire(wire.traffic),
        connection_count=wire.connection_count,
    )
