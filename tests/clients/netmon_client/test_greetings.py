"""Hello and heartbeat come back from the wire as they were."""

import pytest

from netmon.model import Caller, Degradation, MonitoringState, PacketSource, Visibility
from netmon.v1 import monitor_service_pb2 as pb
from netmon_client.feed import Heartbeat, Hello
from netmon_client.greetings import heartbeat_from_wire, heartbeat_to_wire, hello_from_wire, hello_to_wire

HELLO = Hello(
    instance_id="i",
    version="0.1.0",
    interval_seconds=0.5,
    caller=Caller(uid=1000, sees=Visibility.OWN, may_control=True, reason="member"),
    packet_source=PacketSource.RECORDING,
    degraded=(Degradation(code="owners.none", text="no owners", remedy="run as root"),),
    sequence=9,
)


def test_a_hello_comes_back() -> None:
    assert hello_from_wire(pb.Hello.FromString(hello_to_wire(HELLO).SerializeToString())) == HELLO


def test_a_heartbeat_comes_back() -> None:
    beat = Heartbeat(time=1_700_000_000.5, sequence=3, monitoring_state=MonitoringState.STOPPED)
    assert heartbeat_from_wire(pb.Heartbeat.FromString(heartbeat_to_wire(beat).SerializeToString())) == beat


def test_an_interval_that_is_none_is_refused() -> None:
    wire = hello_to_wire(HELLO)
    wire.interval.nanos = 2_000_000_000
    with pytest.raises(ValueError, match="interval"):
        hello_from_wire(wire)
