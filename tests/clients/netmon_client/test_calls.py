"""Each call of the contract has its form here, and no path is misspelt."""

import pytest

from netmon.model import Filter, RowOrder, View
from netmon.v1 import control_service_pb2, monitor_service_pb2
from netmon_client import calls
from netmon_client.calls import Call

CALLS: list[Call[object]] = [
    calls.get_status(),
    calls.get_snapshot(View()),
    calls.stream_snapshots(View(), None),
    calls.stream_events(Filter(), None, ""),
    calls.list_connections(Filter(), RowOrder.UNSPECIFIED, 0.0, ""),
    calls.get_bandwidth(None),
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
