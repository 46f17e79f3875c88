"""Hello and heartbeat between the feed's form and the wire: the two messages that no snapshot and no event holds."""

from netmon.codec import (
    caller_from_wire,
    caller_to_wire,
    degradation_from_wire,
    degradation_to_wire,
    monitoring_state_from_wire,
    monitoring_state_to_wire,
    packet_source_from_wire,
    packet_source_to_wire,
    seconds_from_wire,
    seconds_to_wire,
    time_from_wire,
    time_to_wire,
)
from netmon.v1 import monitor_service_pb2 as pb
from netmon_client.feed import Heartbeat, Hello


def hello_to_wire(hello: Hello) -> pb.Hello:
    """Give the wire form."""
    return pb.Hello(
        instance_id=hello.instance_id,
        version=hello.version,
        interval=seconds_to_wire(hello.interval_seconds),
        caller=caller_to_wire(hello.caller),
        packet_source=packet_source_to_wire(hello.packet_source),
        degraded=[degradation_to_wire(each) for each in hello.degraded],
        sequence=hello.sequence,
    )


def hello_from_wire(wire: pb.Hello) -> Hello:
    """Give the model form. Raise ValueError for an interval that is none."""
    return Hello(
        instance_id=wire.instance_id,
        version=wire.version,
        interval_seconds=seconds_from_wire(wire.interval, "Hello.interval"),
        caller=caller_from_wire(wire.caller),
        packet_source=packet_source_from_wire(wire.packet_source),
        degraded=tuple(degradation_from_wire(each) for each in wire.degraded),
        sequence=wire.sequence,
    )


def heartbeat_to_wire(heartbeat: Heartbeat) -> pb.Heartbeat:
    """Give the wire form."""
    return pb.Heartbeat(
        time=time_to_wire(heartbeat.time),
        sequence=heartbeat.sequence,
        monitoring_state=monitoring_state_to_wire(heartbeat.monitoring_state),
    )


def heartbeat_from_wire(wire: pb.Heartbeat) -> Heartbeat:
    """Give the model form. Raise ValueError for a time that is none."""
    return Heartbeat(
        time=time_from_wire(wire.time, "Heartbeat.time"),
        sequence=wire.sequence,
        monitoring_state=monitoring_state_from_wire(wire.monitoring_state),
    )
