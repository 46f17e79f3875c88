"""Samples of the bandwidth history, between the model and the wire."""

from netmon.codec.values import finite, time_from_wire, time_to_wire
from netmon.model import ApplicationBandwidth, BandwidthSample
from netmon.v1 import monitor_service_pb2 as pb


def application_bandwidth_to_wire(sums: ApplicationBandwidth) -> pb.ApplicationBandwidth:
    """Give the wire form."""
    return pb.ApplicationBandwidth(
        application_id=sums.application_id,
        application_name=sums.application_name,
        sent_bytes=sums.sent_bytes,
        received_bytes=sums.received_bytes,
    )


def application_bandwidth_from_wire(wire: pb.ApplicationBandwidth) -> ApplicationBandwidth:
    """Give the model form."""
    return ApplicationBandwidth(
        application_id=wire.application_id,
        application_name=wire.application_name,
        sent_bytes=wire.sent_bytes,
        received_bytes=wire.received_bytes,
    )


def bandwidth_sample_to_wire(sample: BandwidthSample) -> pb.BandwidthSample:
    """Give the wire form."""
    return pb.BandwidthSample(
        time=time_to_wire(sample.time),
        interval_seconds=sample.interval_seconds,
        sent_bytes=sample.sent_bytes,
        received_bytes=sample.received_bytes,
        loopback_bytes=sample.loopback_bytes,
        applications=[application_bandwidth_to_wire(sums) for sums in sample.applications],
        dropped_packets=sample.dropped_packets,
    )


def bandwidth_sample_from_wire(wire: pb.BandwidthSample) -> BandwidthSample:
    """Give the model form. Raises ValueError without a time, or for a length that is no finite number."""
    if not wire.HasField("time"):
        raise ValueError("BandwidthSample.time: missing")
    return BandwidthSample(
        time=time_from_wire(wire.time, "BandwidthSample.time"),
        interval_seconds=finite(wire.interval_seconds, "BandwidthSample.interval_seconds"),
        sent_bytes=wire.sent_bytes,
        received_bytes=wire.received_bytes,
        loopback_bytes=wire.loopback_bytes,
        applications=tuple([application_bandwidth_from_wire(sums) for sums in wire.applications]),
        dropped_packets=wire.dropped_packets,
    )
