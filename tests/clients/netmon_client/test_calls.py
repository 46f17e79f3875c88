"""Each call of the contract has its form here, and no path is misspelt."""

import pytest

from netmon.codec import snapshot_to_wire
from netmon.model import Filter, MonitoringState, RowOrder, View
from netmon.v1 import control_service_pb2, monitor_service_pb2
from netmon_client import calls
from netmon_client.calls import Call
from netmon_client.feed import Heartbeat
from netmon_client.greetings import heartbeat_to_wire
from netmon_client.testing import a_connection, a_snapshot

CALLS: list[Call[object]] = [
    calls.get_status(),
    calls.get_snapshot(View()),
    calls.stream_snapshots(View(), None),
    calls.stream_events(Filter(), None, ""),
    calls.list_connections(Filter(), RowOrder.UNSPECIFIED, 0.0, ""),
    calls.get_bandwidth(None),
    calls.explain_connection("c1"),
    calls.get_ledger(),
    calls.start_monitoring(),
    calls.stop_monitoring(),
    calls.clear_statistics(),
    calls.refresh_caches(),
]


def test_every_method_of_the_contract_has_its_call() -> None:
    services = [
        monitor_service_pb2.DESCRIPTOR.services_by_name["MonitorService"],
        control_service_pb2.DESCRIPTOR.services_by_name["ControlService"],
    ]
    methods = {f"/{service.full_name}/{method.name}" for service in services for method in service.methods}
    assert {call.path for call in CALLS} == methods


@pytest.mark.parametrize("call", CALLS, ids=lambda call: str(call.path))
def test_requests_and_answers_have_the_types_of_their_method(call: Call[object]) -> None:
    name = call.path.rsplit("/", 1)[1]
    assert type(call.request).__name__ == f"{name}Request"
    if name != "StreamSnapshots":  # left as bytes, since most of a snapshot is that of the tick before
        assert type(call.parse(b"")).__name__ == f"{name}Response"


def test_what_is_not_asked_for_is_absent() -> None:
    events = calls.stream_events(Filter(), None, "").request
    assert isinstance(events, monitor_service_pb2.StreamEventsRequest)
    assert not events.HasField("after_sequence")
    listing = calls.list_connections(Filter(), RowOrder.NEWEST, 0.0, "t").request
    assert isinstance(listing, monitor_service_pb2.ListConnectionsRequest)
    assert (listing.HasField("closed_within"), listing.order, listing.page_token) == (False, 2, "t")


def test_an_answer_of_a_newer_kind_is_a_sign_of_life_and_no_more() -> None:
    call = calls.stream_snapshots(View(), 2.0)
    assert call.decode(call.parse(b"")) == ()


def test_snapshots_and_what_stands_around_them_are_read_from_bytes() -> None:
    call = calls.stream_snapshots(View(), None)
    snapshot = a_snapshot([a_connection()])
    wire = monitor_service_pb2.StreamSnapshotsResponse(snapshot=snapshot_to_wire(snapshot)).SerializeToString()
    beat = Heartbeat(time=5.0, sequence=3, monitoring_state=MonitoringState.RUNNING)
    said = monitor_service_pb2.StreamSnapshotsResponse(heartbeat=heartbeat_to_wire(beat)).SerializeToString()
    assert [call.decode(call.parse(each)) for each in (wire, said, wire)] == [(snapshot,), (beat,), (snapshot,)]


@pytest.mark.parametrize("junk", [b"\x12\xff", b"\xff", b"\x12\x02ab"])
def test_bytes_that_are_no_answer_are_refused_with_a_value_error(junk: bytes) -> None:
    call = calls.stream_snapshots(View(), None)
    with pytest.raises(ValueError, match=r"not a message|missing"):
        call.decode(call.parse(junk))
