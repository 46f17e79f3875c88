"""The service of a fake recorder, over real gRPC."""

from collections.abc import Iterator

import grpc

from netmon import codec
from netmon.model import AlertRule, CleanupPlan, CleanupProgress
from netmon.v1 import history_alert_pb2, history_service_pb2_grpc
from netmon.v1 import history_service_pb2 as pb
from netmon_client.clock import wall_time
from netmon_client.testing.history_stage import HistoryStage
from netmon_client.testing.services import FAULT_ID, abort
from netmon_client.testing.stage import Mode


class FakeHistoryService(history_service_pb2_grpc.HistoryServiceServicer):
    """Serves what stands on the stage."""

    def __init__(self, stage: HistoryStage) -> None:
        self._stage = stage

    def _admit(self, method: str, context: grpc.ServicerContext, question: object = None) -> None:
        """Return if the call is to be answered; hang or end it with an error otherwise."""
        stage = self._stage
        stage.calls.append(method)
        if question is not None:
            stage.asked.append(question)
        stage.wait_while_hanging(context)
        changes = method in _CHANGES
        if stage.mode is Mode.REFUSING or (changes and stage.mode is Mode.REFUSING_CONTROL):
            abort(context, grpc.StatusCode.PERMISSION_DENIED, "NOT_PERMITTED", "not for this user")
        if stage.mode is Mode.FAILING:
            abort(context, grpc.StatusCode.INTERNAL, "INTERNAL", f"internal error {FAULT_ID}: see the log")

    def QueryUsage(self, request: pb.QueryUsageRequest, context: grpc.ServicerContext) -> pb.QueryUsageResponse:
        """Give the usage."""
        query = codec.usage_query_from_wire(request.query)
        self._admit("QueryUsage", context, query)
        usage = self._stage.answers.usage
        try:
            answer = usage(query) if callable(usage) else usage
        except ValueError as error:
            abort(context, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", str(error))
        return pb.QueryUsageResponse(answer=codec.usage_answer_to_wire(answer))

    def ListEntities(self, request: pb.ListEntitiesRequest, context: grpc.ServicerContext) -> pb.ListEntitiesResponse:
        """Give the page of entities."""
        query = codec.entity_query_from_wire(request.query)
        self._admit("ListEntities", context, query)
        entities = self._stage.answers.entities
        page = entities(query) if callable(entities) else entities
        return pb.ListEntitiesResponse(page=codec.entity_page_to_wire(page))

    def GetTimeline(self, request: pb.GetTimelineRequest, context: grpc.ServicerContext) -> pb.GetTimelineResponse:
        """Give the timeline."""
        self._admit("GetTimeline", context, codec.timeline_query_from_wire(request.query))
        return pb.GetTimelineResponse(timeline=codec.timeline_to_wire(self._stage.answers.timeline))

    def GetBrowserDomains(
        self, request: pb.GetBrowserDomainsRequest, context: grpc.ServicerContext
    ) -> pb.GetBrowserDomainsResponse:
        """Give the browsers."""
        self._admit("GetBrowserDomains", context, codec.browser_query_from_wire(request.query))
        return pb.GetBrowserDomainsResponse(domains=codec.browser_domains_to_wire(self._stage.answers.browser_domains))

    def ExportUsage(
        self, request: pb.ExportUsageRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportUsageResponse]:
        """Give the items of the export; what `fail` is told while it runs ends it."""
        self._admit("ExportUsage", context, codec.export_query_from_wire(request.query))
        export = self._stage.answers.export
        for item in export() if callable(export) else export:
            yield codec.export_item_to_wire(item)

    def RunAggregation(
        self, request: pb.RunAggregationRequest, context: grpc.ServicerContext
    ) -> pb.RunAggregationResponse:
        """Give the report."""
        self._admit("RunAggregation", context)
        return pb.RunAggregationResponse(report=codec.aggregation_report_to_wire(self._stage.answers.aggregation))

    def PreviewCleanup(
        self, request: pb.PreviewCleanupRequest, context: grpc.ServicerContext
    ) -> pb.PreviewCleanupResponse:
        """Give the plan."""
        self._admit("PreviewCleanup", context, codec.cleanup_selection_from_wire(request.selection))
        return pb.PreviewCleanupResponse(plan=codec.cleanup_plan_to_wire(self._stage.answers.plan))

    def Cleanup(self, request: pb.CleanupRequest, context: grpc.ServicerContext) -> Iterator[pb.CleanupResponse]:
        """Delete what the plan says in two steps; then there is nothing more to delete."""
        selection = codec.cleanup_selection_from_wire(request.selection)
        self._admit("Cleanup", context, selection)
        plan, self._stage.answers.plan = self._stage.answers.plan, CleanupPlan()
        half = CleanupProgress(deleted_row_count=plan.row_count // 2, row_count=plan.row_count)
        whole = CleanupProgress(
            deleted_row_count=plan.row_count, row_count=plan.row_count, freed_bytes=plan.freed_bytes, is_done=True
        )
        for progress in (half, whole):
            yield pb.CleanupResponse(progress=codec.cleanup_progress_to_wire(progress))

    def RefreshHistoryCaches(
        self, request: pb.RefreshHistoryCachesRequest, context: grpc.ServicerContext
    ) -> pb.RefreshHistoryCachesResponse:
        """Give the report."""
        self._admit("RefreshHistoryCaches", context)
        return pb.RefreshHistoryCachesResponse(report=codec.cache_report_to_wire(self._stage.answers.caches))

    def GetStorageStatus(
        self, request: pb.GetStorageStatusRequest, context: grpc.ServicerContext
    ) -> pb.GetStorageStatusResponse:
        """Give the states."""
        self._admit("GetStorageStatus", context)
        status = self._stage.answers.status
        return pb.GetStorageStatusResponse(
            recorder=codec.recorder_status_to_wire(status.recorder),
            storage=codec.storage_status_to_wire(status.storage),
        )

    def PutAlert(self, request: pb.PutAlertRequest, context: grpc.ServicerContext) -> pb.PutAlertResponse:
        """Keep a rule under its name."""
        rule = self._rule(request.rule, context, "PutAlert")
        is_replaced = rule.name in self._stage.rules
        self._stage.rules[rule.name] = rule
        return pb.PutAlertResponse(rule=codec.alert_rule_to_wire(rule), is_replaced=is_replaced)

    def ListAlerts(self, request: pb.ListAlertsRequest, context: grpc.ServicerContext) -> pb.ListAlertsResponse:
        """Give the rules by name, and the last firings."""
        self._admit("ListAlerts", context)
        firings = self._stage.firings
        return pb.ListAlertsResponse(
            alerts=[
                codec.alert_state_to_wire(self._stage.state_of(rule)) for _, rule in sorted(self._stage.rules.items())
            ],
            firings=[codec.alert_firing_to_wire(firing) for firing in firings[::-1][: request.firing_limit]],
        )

    def DeleteAlert(self, request: pb.DeleteAlertRequest, context: grpc.ServicerContext) -> pb.DeleteAlertResponse:
        """Forget a rule."""
        self._admit("DeleteAlert", context)
        rule = self._stage.rules.pop(request.name, None)
        if rule is None:
            abort(context, grpc.StatusCode.NOT_FOUND, "NO_SUCH_ALERT", "no alert has this name")
        return pb.DeleteAlertResponse(rule=codec.alert_rule_to_wire(rule))

    def TestAlert(self, request: pb.TestAlertRequest, context: grpc.ServicerContext) -> pb.TestAlertResponse:
        """Give what a rule would have done."""
        self._rule(request.rule, context, "TestAlert")
        return pb.TestAlertResponse(test=codec.alert_test_to_wire(self._stage.answers.alert_test))

    def StreamAlerts(
        self, request: pb.StreamAlertsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.StreamAlertsResponse]:
        """Give firings as they come."""
        self._admit("StreamAlerts", context)
        after = request.after_sequence if request.HasField("after_sequence") else None
        for firing in self._stage.follow(after, context):
            yield pb.StreamAlertsResponse(
                time=codec.time_to_wire(wall_time()), firing=firing and codec.alert_firing_to_wire(firing)
            )

    def _rule(self, wire: history_alert_pb2.AlertRule, context: grpc.ServicerContext, method: str) -> AlertRule:
        rule = codec.alert_rule_from_wire(wire)
        self._admit(method, context, rule)
        return rule


_CHANGES = frozenset({"RunAggregation", "Cleanup", "RefreshHistoryCaches", "PutAlert", "DeleteAlert"})
