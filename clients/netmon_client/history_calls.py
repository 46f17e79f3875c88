"""The calls of HistoryService as values: path, request and how the answer is read. Nothing here needs a channel."""

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message as WireMessage

from netmon import codec
from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    AlertTest,
    BrowserDomains,
    BrowserQuery,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    EntityPage,
    EntityQuery,
    ExportItem,
    ExportQuery,
    Timeline,
    TimelineQuery,
    UsageAnswer,
    UsageQuery,
)
from netmon.v1 import history_service_pb2 as pb
from netmon_client.calls import Call
from netmon_client.history_answers import Alerts, HistoryStatus, PutAlert

_HISTORY = "/netmon.v1.HistoryService/"

_T = TypeVar("_T")


def query_usage(query: UsageQuery) -> Call[UsageAnswer]:
    """Ask for usage by bucket and group."""

    def decode(answer: pb.QueryUsageResponse) -> UsageAnswer:
        return codec.usage_answer_from_wire(answer.answer)

    request = pb.QueryUsageRequest(query=codec.usage_query_to_wire(query))
    return _call("QueryUsage", request, pb.QueryUsageResponse, decode)


def list_entities(query: EntityQuery) -> Call[EntityPage]:
    """Ask for one page of entities."""

    def decode(answer: pb.ListEntitiesResponse) -> EntityPage:
        return codec.entity_page_from_wire(answer.page)

    request = pb.ListEntitiesRequest(query=codec.entity_query_to_wire(query))
    return _call("ListEntities", request, pb.ListEntitiesResponse, decode)


def get_timeline(query: TimelineQuery) -> Call[Timeline]:
    """Ask for when things were active."""

    def decode(answer: pb.GetTimelineResponse) -> Timeline:
        return codec.timeline_from_wire(answer.timeline)

    request = pb.GetTimelineRequest(query=codec.timeline_query_to_wire(query))
    return _call("GetTimeline", request, pb.GetTimelineResponse, decode)


def get_browser_domains(query: BrowserQuery) -> Call[BrowserDomains]:
    """Ask for browsers and their domains."""

    def decode(answer: pb.GetBrowserDomainsResponse) -> BrowserDomains:
        return codec.browser_domains_from_wire(answer.domains)

    request = pb.GetBrowserDomainsRequest(query=codec.browser_query_to_wire(query))
    return _call("GetBrowserDomains", request, pb.GetBrowserDomainsResponse, decode)


def export_usage(query: ExportQuery) -> Call[ExportItem | None]:
    """Export rows; each answer is one item, None for a kind that only a newer recorder knows."""
    request = pb.ExportUsageRequest(query=codec.export_query_to_wire(query))
    return _call("ExportUsage", request, pb.ExportUsageResponse, codec.export_item_from_wire)


def run_aggregation() -> Call[AggregationReport]:
    """Hold the roll-ups against what they were made of."""

    def decode(answer: pb.RunAggregationResponse) -> AggregationReport:
        return codec.aggregation_report_from_wire(answer.report)

    return _call("RunAggregation", pb.RunAggregationRequest(), pb.RunAggregationResponse, decode)


def preview_cleanup(selection: CleanupSelection) -> Call[CleanupPlan]:
    """Ask what a cleanup would delete."""

    def decode(answer: pb.PreviewCleanupResponse) -> CleanupPlan:
        return codec.cleanup_plan_from_wire(answer.plan)

    request = pb.PreviewCleanupRequest(selection=codec.cleanup_selection_to_wire(selection))
    return _call("PreviewCleanup", request, pb.PreviewCleanupResponse, decode)


def cleanup(selection: CleanupSelection) -> Call[CleanupProgress]:
    """Delete old rows; each answer tells how far it is."""

    def decode(answer: pb.CleanupResponse) -> CleanupProgress:
        return codec.cleanup_progress_from_wire(answer.progress)

    request = pb.CleanupRequest(selection=codec.cleanup_selection_to_wire(selection))
    return _call("Cleanup", request, pb.CleanupResponse, decode)


def refresh_history_caches() -> Call[CacheReport]:
    """Forget keys and names that nothing is of any more."""

    def decode(answer: pb.RefreshHistoryCachesResponse) -> CacheReport:
        return codec.cache_report_from_wire(answer.report)

    request = pb.RefreshHistoryCachesRequest()
    return _call("RefreshHistoryCaches", request, pb.RefreshHistoryCachesResponse, decode)


def get_storage_status() -> Call[HistoryStatus]:
    """Ask for the state of the recorder and of its storage."""

    def decode(answer: pb.GetStorageStatusResponse) -> HistoryStatus:
        return HistoryStatus(
            recorder=codec.recorder_status_from_wire(answer.recorder),
            storage=codec.storage_status_from_wire(answer.storage),
        )

    return _call("GetStorageStatus", pb.GetStorageStatusRequest(), pb.GetStorageStatusResponse, decode)


def put_alert(rule: AlertRule) -> Call[PutAlert]:
    """Save an alert."""

    def decode(answer: pb.PutAlertResponse) -> PutAlert:
        return PutAlert(rule=codec.alert_rule_from_wire(answer.rule), is_replaced=answer.is_replaced)

    return _call("PutAlert", pb.PutAlertRequest(rule=codec.alert_rule_to_wire(rule)), pb.PutAlertResponse, decode)


def list_alerts(firing_limit: int) -> Call[Alerts]:
    """Ask for all alerts and the last firings."""

    def decode(answer: pb.ListAlertsResponse) -> Alerts:
        return Alerts(
            alerts=tuple(codec.alert_state_from_wire(state) for state in answer.alerts),
            firings=tuple(codec.alert_firing_from_wire(firing) for firing in answer.firings),
        )

    return _call("ListAlerts", pb.ListAlertsRequest(firing_limit=firing_limit), pb.ListAlertsResponse, decode)


def delete_alert(name: str) -> Call[AlertRule]:
    """Delete an alert; the answer is what it was."""

    def decode(answer: pb.DeleteAlertResponse) -> AlertRule:
        return codec.alert_rule_from_wire(answer.rule)

    return _call("DeleteAlert", pb.DeleteAlertRequest(name=name), pb.DeleteAlertResponse, decode)


def test_alert(rule: AlertRule, since_time: float | None, until_time: float | None) -> Call[AlertTest]:
    """Ask when a rule would have fired."""

    def decode(answer: pb.TestAlertResponse) -> AlertTest:
        return codec.alert_test_from_wire(answer.test)

    request = pb.TestAlertRequest(
        rule=codec.alert_rule_to_wire(rule),
        since_time=None if since_time is None else codec.time_to_wire(since_time),
        until_time=None if until_time is None else codec.time_to_wire(until_time),
    )
    return _call("TestAlert", request, pb.TestAlertResponse, decode)


def stream_alerts(after_sequence: int | None) -> Call[AlertFiring | None]:
    """Follow firings; None is a sign of life."""

    def decode(answer: pb.StreamAlertsResponse) -> AlertFiring | None:
        return codec.alert_firing_from_wire(answer.firing) if answer.HasField("firing") else None

    return _call("StreamAlerts", pb.StreamAlertsRequest(after_sequence=after_sequence), pb.StreamAlertsResponse, decode)


def _call(method: str, request: WireMessage, answer: type[WireMessage], decode: Callable[[Any], _T]) -> Call[_T]:
    return Call(path=_HISTORY + method, request=request, parse=answer.FromString, decode=decode)
