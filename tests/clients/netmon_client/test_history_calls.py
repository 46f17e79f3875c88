"""The calls of HistoryService as values."""

import pytest
from google.protobuf.message import Message

from netmon import model
from netmon.v1 import history_service_pb2
from netmon_client import history_calls as calls
from netmon_client.calls import Call

_RULE = model.AlertRule(name="backup", bound=5)

_CALLS: dict[str, Call[object]] = {
    "QueryUsage": calls.query_usage(model.UsageQuery()),
    "ListEntities": calls.list_entities(model.EntityQuery(dimension=model.UsageDimension.DOMAIN)),
    "GetTimeline": calls.get_timeline(model.TimelineQuery(dimension=model.UsageDimension.DOMAIN, values=("a",))),
    "GetBrowserDomains": calls.get_browser_domains(model.BrowserQuery()),
    "ExportUsage": calls.export_usage(model.ExportQuery()),
    "RunAggregation": calls.run_aggregation(),
    "PreviewCleanup": calls.preview_cleanup(model.CleanupSelection()),
    "Cleanup": calls.cleanup(model.CleanupSelection()),
    "RefreshHistoryCaches": calls.refresh_history_caches(),
    "GetStorageStatus": calls.get_storage_status(),
    "PutAlert": calls.put_alert(_RULE),
    "ListAlerts": calls.list_alerts(10),
    "DeleteAlert": calls.delete_alert("backup"),
    "TestAlert": calls.test_alert(_RULE, 1.0, 2.0),
    "StreamAlerts": calls.stream_alerts(7),
}


def test_every_method_of_the_contract_has_its_call() -> None:
    service = history_service_pb2.DESCRIPTOR.services_by_name["HistoryService"]
    assert _CALLS.keys() == set(service.methods_by_name)


@pytest.mark.parametrize("method", _CALLS)
def test_a_call_has_the_path_and_the_messages_of_its_method(method: str) -> None:
    call = _CALLS[method]
    wanted = history_service_pb2.DESCRIPTOR.services_by_name["HistoryService"].methods_by_name[method]
    assert call.path == f"/netmon.v1.HistoryService/{method}"
    assert call.request.DESCRIPTOR is wanted.input_type
    answer: Message = call.parse(b"")
    assert answer.DESCRIPTOR is wanted.output_type


def test_a_sign_of_life_is_no_firing() -> None:
    call = calls.stream_alerts(None)
    assert call.decode(call.parse(b"")) is None
