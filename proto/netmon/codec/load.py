"""What the collector bears, between the model and the wire."""

from netmon.codec.values import finite, needed, seconds_from_wire, seconds_to_wire
from netmon.model import ProcessCost, Queue, ServiceLimits, StreamLag
from netmon.v1 import status_pb2 as pb


def process_cost_to_wire(cost: ProcessCost) -> pb.ProcessCost:
    """Give the wire form."""
    return pb.ProcessCost(
        role=cost.role,
        pid=cost.pid,
        cpu_time=seconds_to_wire(cost.cpu_seconds),
        resident_bytes=cost.resident_bytes,
    )


def process_cost_from_wire(wire: pb.ProcessCost) -> ProcessCost:
    """Give the model form. Raises ValueError without a role."""
    return ProcessCost(
        role=needed(wire.role, "ProcessCost.role"),
        pid=wire.pid,
        cpu_seconds=seconds_from_wire(wire.cpu_time, "ProcessCost.cpu_time"),
        resident_bytes=wire.resident_bytes,
    )


def queue_to_wire(queue: Queue) -> pb.Queue:
    """Give the wire form."""
    return pb.Queue(name=queue.name, depth=queue.depth, limit=queue.limit)


def queue_from_wire(wire: pb.Queue) -> Queue:
    """Give the model form. Raises ValueError without a name."""
    return Queue(name=needed(wire.name, "Queue.name"), depth=wire.depth, limit=wire.limit)


def stream_lag_to_wire(lag: StreamLag) -> pb.StreamLag:
    """Give the wire form."""
    return pb.StreamLag(
        stream=lag.stream,
        subscriber_count=lag.subscriber_count,
        mean_behind_count=lag.mean_behind_count,
        worst_behind_count=lag.worst_behind_count,
        worst_lag=seconds_to_wire(lag.worst_lag_seconds),
    )


def stream_lag_from_wire(wire: pb.StreamLag) -> StreamLag:
    """Give the model form. Raises ValueError without a stream, and for a mean that is no number."""
    return StreamLag(
        stream=needed(wire.stream, "StreamLag.stream"),
        subscriber_count=wire.subscriber_count,
        mean_behind_count=finite(wire.mean_behind_count, "StreamLag.mean_behind_count"),
        worst_behind_count=wire.worst_behind_count,
        worst_lag_seconds=seconds_from_wire(wire.worst_lag, "StreamLag.worst_lag"),
    )


def service_limits_to_wire(limits: ServiceLimits) -> pb.ServiceLimits:
    """Give the wire form."""
    return pb.ServiceLimits(
        connection_count=limits.connection_count,
        connection_limit=limits.connection_limit,
        connections_a_user=limits.connections_a_user,
        subscriber_limit=limits.subscriber_limit,
        subscribers_a_user=limits.subscribers_a_user,
    )


def service_limits_from_wire(wire: pb.ServiceLimits) -> ServiceLimits:
    """Give the model form."""
    return ServiceLimits(
        connection_count=wire.connection_count,
        connection_limit=wire.connection_limit,
        connections_a_user=wire.connections_a_user,
        subscriber_limit=wire.subscriber_limit,
        subscribers_a_user=wire.subscribers_a_user,
    )
