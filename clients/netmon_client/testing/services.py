"""The two services of a fake collector, over real gRPC."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NoReturn, TypeVar

import grpc

from netmon.codec import (
    SnapshotEncoder,
    bandwidth_sample_to_wire,
    event_to_wire,
    explanation_to_wire,
    gap_to_wire,
    interface_ledger_to_wire,
    monitoring_state_to_wire,
    rows_to_wire,
    seconds_from_wire,
    snapshot_to_wire,
    status_to_wire,
    time_to_wire,
    view_from_wire,
)
from netmon.matching import check_filter, compile_filter
from netmon.model import Connection, Explanation, Filter, Gap, MonitoringState, Omitted, Section, Snapshot, View
from netmon.v1 import control_service_pb2 as control
from netmon.v1 import control_service_pb2_grpc, monitor_service_pb2_grpc, snapshot_pb2
from netmon.v1 import monitor_service_pb2 as monitor
from netmon_client.aggregate import sum_traffic
from netmon_client.clock import wall_time
from netmon_client.feed import Heartbeat, Hello
from netmon_client.greetings import heartbeat_to_wire, hello_to_wire
from netmon_client.rpc import REASON_KEY
from netmon_client.testing.stage import Mode, Stage

_DEFAULT_PAGE = 500  # monitor_service.proto
FAULT_ID = "f4c3b00c"
"""Id of every fault of the fake."""


class _Service:
    """What both services share: how a call is let in."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def _admit(self, method: str, context: grpc.ServicerContext, *, is_control: bool = False) -> None:
        """Return if the call is to be answered; hang or end it with an error otherwise."""
        stage = self._stage
        stage.calls.append(method)
        stage.wait_while_hanging(context)
        if stage.mode is Mode.REFUSING or (is_control and stage.mode is Mode.REFUSING_CONTROL):
            abort(context, grpc.StatusCode.PERMISSION_DENIED, "NOT_PERMITTED", "not for this user")
        if stage.mode is Mode.FAILING:
            abort(context, grpc.StatusCode.INTERNAL, "INTERNAL", f"internal error {FAULT_ID}: see the log")


class FakeMonitorService(_Service, monitor_service_pb2_grpc.MonitorServiceServicer):
    """Serves what stands on the stage."""

    def GetStatus(self, request: monitor.GetStatusRequest, context: grpc.ServicerContext) -> monitor.GetStatusResponse:
        """Give the status."""
        self._admit("GetStatus", context)
        return monitor.GetStatusResponse(status=status_to_wire(self._stage.status))

    def GetSnapshot(
        self, request: monitor.GetSnapshotRequest, context: grpc.ServicerContext
    ) -> monitor.GetSnapshotResponse:
        """Give the newest snapshot."""
        self._admit("GetSnapshot", context)
        snapshot = viewed(self._stage.newest, _view(request.view, context))
        return monitor.GetSnapshotResponse(snapshot=snapshot_to_wire(snapshot))

    def StreamSnapshots(
        self, request: monitor.StreamSnapshotsRequest, context: grpc.ServicerContext
    ) -> Iterator[monitor.StreamSnapshotsResponse]:
        """Give a hello, then what is published."""
        self._admit("StreamSnapshots", context)
        view = _view(request.view, context)
        interval = seconds_from_wire(request.interval, "interval") if request.HasField("interval") else 0.0
        hello = hello_to_wire(self._hello(self._stage.newest.sequence, interval))
        items = self._stage.snapshots(context)  # what is published from here on is not missed
        yield monitor.StreamSnapshotsResponse(hello=hello)
        encoder = SnapshotEncoder()  # the collector's own: what a front end's figures are measured against is no slower
        for item in items:
            if item is None:
                heartbeat = heartbeat_to_wire(self._heartbeat(self._stage.newest.sequence))
                yield monitor.StreamSnapshotsResponse(heartbeat=heartbeat)
            elif isinstance(item, Gap):
                yield monitor.StreamSnapshotsResponse(gap=gap_to_wire(item))
            else:
                snapshot = snapshot_pb2.Snapshot.FromString(encoder.encode(viewed(item, view)))
                yield monitor.StreamSnapshotsResponse(snapshot=snapshot)

    def StreamEvents(
        self, request: monitor.StreamEventsRequest, context: grpc.ServicerContext
    ) -> Iterator[monitor.StreamEventsResponse]:
        """Give a hello, then events; all that there are to who comes from another instance."""
        self._admit("StreamEvents", context)
        newest = self._stage.newest_event_sequence
        after = newest
        if request.HasField("after_sequence"):
            after = request.after_sequence if request.instance_id == self._stage.instance_id else 0
        yield monitor.StreamEventsResponse(hello=hello_to_wire(self._hello(newest, 0.0)))
        for events in self._stage.events(after, context):
            if events:
                after = events[-1].sequence
                batch = monitor.EventBatch(events=[event_to_wire(event) for event in events])
                yield monitor.StreamEventsResponse(batch=batch)
            else:
                heartbeat = heartbeat_to_wire(self._heartbeat(after))
                yield monitor.StreamEventsResponse(heartbeat=heartbeat)

    def GetBandwidthHistory(
        self, request: monitor.GetBandwidthHistoryRequest, context: grpc.ServicerContext
    ) -> monitor.GetBandwidthHistoryResponse:
        """Give the samples of the window that ends with the newest one."""
        self._admit("GetBandwidthHistory", context)
        samples = self._stage.bandwidth.samples
        if request.HasField("window") and samples:
            first = samples[-1].time - seconds_from_wire(request.window, "window")
            samples = tuple(sample for sample in samples if sample.time > first)
        return monitor.GetBandwidthHistoryResponse(
            samples=[bandwidth_sample_to_wire(sample) for sample in samples],
            gaps=[gap_to_wire(gap) for gap in self._stage.bandwidth.gaps],
        )

    def ListConnections(
        self, request: monitor.ListConnectionsRequest, context: grpc.ServicerContext
    ) -> monitor.ListConnectionsResponse:
        """Give a page of the newest snapshot's rows; the token is the position of the next one."""
        self._admit("ListConnections", context)
        snapshot = self._stage.newest
        oldest = snapshot.time
        if request.HasField("closed_within"):
            oldest -= seconds_from_wire(request.closed_within, "closed_within")
        view = _view(monitor.View(filter=request.filter), context)
        rows = matching(snapshot.connections, view.filter, snapshot.time)
        rows = tuple(row for row in rows if row.end_time is None or row.end_time > oldest)
        start = int(request.page_token or 0)
        end = start + (request.page_size or _DEFAULT_PAGE)
        page = redacted(rows[start:end]) if request.redacted else rows[start:end]
        connections, processes = rows_to_wire(page)
        return monitor.ListConnectionsResponse(
            connections=connections,
            processes=processes,
            next_page_token=str(end) if end < len(rows) else "",
            total_count=len(rows),
            sequence=snapshot.sequence,
            time=time_to_wire(snapshot.time),
        )

    def ExplainConnection(
        self, request: monitor.ExplainConnectionRequest, context: grpc.ServicerContext
    ) -> monitor.ExplainConnectionResponse:
        """Explain a row of the newest snapshot: as was set, or with nothing tried."""
        self._admit("ExplainConnection", context)
        wanted = request.connection_id
        row = next((row for row in self._stage.newest.connections if row.id == wanted), None)
        explanation = self._stage.explanations.get(wanted)
        if explanation is None and row is None:
            abort(context, grpc.StatusCode.NOT_FOUND, "NO_SUCH_CONNECTION", "no connection has this id")
        if explanation is None and row is not None:
            facts = row.facts
            processes = (*((facts.process,) if facts.process is not None else ()), *facts.holders)
            explanation = Explanation(connection=row, processes=processes)
        return monitor.ExplainConnectionResponse(explanation=explanation and explanation_to_wire(explanation))

    def GetLedger(self, request: monitor.GetLedgerRequest, context: grpc.ServicerContext) -> monitor.GetLedgerResponse:
        """Give the ledger of the status."""
        self._admit("GetLedger", context)
        newest = self._stage.newest
        return monitor.GetLedgerResponse(
            interfaces=[interface_ledger_to_wire(ledger) for ledger in self._stage.status.ledger],
            sequence=newest.sequence,
            time=time_to_wire(newest.time),
        )

    def _hello(self, sequence: int, interval_seconds: float) -> Hello:
        status = self._stage.status
        return Hello(
            instance_id=status.instance_id,
            version=status.version,
            interval_seconds=max(interval_seconds, status.interval_seconds),
            caller=status.caller,
            packet_source=status.packet_source,
            degraded=status.degraded,
            sequence=sequence,
        )

    def _heartbeat(self, sequence: int) -> Heartbeat:
        state = self._stage.status.monitoring_state
        return Heartbeat(time=wall_time(), sequence=sequence, monitoring_state=state)


class FakeControlService(_Service, control_service_pb2_grpc.ControlServiceServicer):
    """Changes what stands on the stage."""

    def StartMonitoring(
        self, request: control.StartMonitoringRequest, context: grpc.ServicerContext
    ) -> control.StartMonitoringResponse:
        """Count again."""
        self._admit("StartMonitoring", context, is_control=True)
        changed = self._stage.set_monitoring(MonitoringState.RUNNING)
        state = monitoring_state_to_wire(MonitoringState.RUNNING)
        return control.StartMonitoringResponse(state=state, changed=changed)

    def StopMonitoring(
        self, request: control.StopMonitoringRequest, context: grpc.ServicerContext
    ) -> control.StopMonitoringResponse:
        """Count no more."""
        self._admit("StopMonitoring", context, is_control=True)
        changed = self._stage.set_monitoring(MonitoringState.STOPPED)
        state = monitoring_state_to_wire(MonitoringState.STOPPED)
        return control.StopMonitoringResponse(state=state, changed=changed)

    def ClearStatistics(
        self, request: control.ClearStatisticsRequest, context: grpc.ServicerContext
    ) -> control.ClearStatisticsResponse:
        """Answer with the time of the newest snapshot; its counters stay as they are."""
        self._admit("ClearStatistics", context, is_control=True)
        return control.ClearStatisticsResponse(statistics_epoch=time_to_wire(self._stage.newest.time))

    def RefreshCaches(
        self, request: control.RefreshCachesRequest, context: grpc.ServicerContext
    ) -> control.RefreshCachesResponse:
        """Count what the newest snapshot holds."""
        self._admit("RefreshCaches", context, is_control=True)
        snapshot = self._stage.newest
        return control.RefreshCachesResponse(
            socket_count=len(snapshot.connections),
            process_count=len({row.process.id for row in snapshot.connections if row.process}),
            interface_count=len(snapshot.interfaces),
        )


def abort(context: grpc.ServicerContext, code: grpc.StatusCode, reason: str, details: str) -> NoReturn:
    """End a call with an error as a collector does."""
    context.set_trailing_metadata(((REASON_KEY, reason),))
    context.abort(code, details)


def matching(rows: tuple[Connection, ...], filter_: Filter, now: float) -> tuple[Connection, ...]:
    """Give the rows that a filter lets pass. Raise ValueError for a filter that a collector refuses."""
    passes = compile_filter(filter_, now)
    return tuple(row for row in rows if passes(row))


def _view(wire: monitor.View, context: grpc.ServicerContext) -> View:
    """Read a view, or end the call as a collector does."""
    try:
        view = view_from_wire(wire)
        check_filter(view.filter)
        return view
    except ValueError as error:
        abort(context, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", str(error))


_T = TypeVar("_T")


def _if_wanted(rows: tuple[_T, ...], section: Section, view: View) -> tuple[_T, ...]:
    return rows if not view.sections or section in view.sections else ()


def redacted(rows: tuple[Connection, ...]) -> tuple[Connection, ...]:
    """Give rows with one pseudonym for all that a collector gives many for."""
    return tuple(
        row._replace(
            facts=replace(
                row.facts,
                domain="redacted.invalid" if row.facts.domain else "",
                remote=row.remote and replace(row.remote, address="240.0.0.1"),
            )
        )
        for row in rows
    )


def viewed(snapshot: Snapshot, view: View) -> Snapshot:
    """Give the snapshot as a view asks for it, with what that leaves out counted as omitted."""
    rows = matching(snapshot.connections, view.filter, snapshot.time)
    if view.row_limit:
        rows = rows[: view.row_limit]
    kept = {row.id for row in rows}
    left_out = [row for row in snapshot.connections if row.id not in kept]
    if view.sections and Section.CONNECTIONS not in view.sections:
        rows, left_out = (), []
    omitted = Omitted(
        connection_count=len(left_out), traffic=sum_traffic(row.traffic for row in left_out if row.is_owned)
    )
    return replace(
        snapshot,
        connections=redacted(rows) if view.redacted else rows,
        omitted=omitted if left_out else snapshot.omitted,
        applications=_if_wanted(snapshot.applications, Section.APPLICATIONS, view),
        interfaces=_if_wanted(snapshot.interfaces, Section.INTERFACES, view),
        domains=_if_wanted(snapshot.domains, Section.DOMAINS, view),
        unnamed=_if_wanted(snapshot.unnamed, Section.DOMAINS, view),
    )
