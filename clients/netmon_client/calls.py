"""The calls of the contract as values: path, request and how its answer is read. Nothing here needs a channel.

Both clients send them, so that each call is written once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as WireMessage

from netmon.codec import (
    SnapshotDecoder,
    bandwidth_sample_from_wire,
    encoded_snapshot,
    explanation_from_wire,
    filter_to_wire,
    gap_from_wire,
    interface_ledger_from_wire,
    known_events_from_wire,
    monitoring_state_from_wire,
    row_order_to_wire,
    rows_from_wire,
    seconds_to_wire,
    snapshot_from_wire,
    status_from_wire,
    time_from_wire,
    view_to_wire,
)
from netmon.model import Connection, Explanation, Filter, InterfaceLedger, RowOrder, Snapshot, Status, View
from netmon.v1 import control_service_pb2 as control
from netmon.v1 import monitor_service_pb2 as monitor
from netmon_client.answers import Bandwidth, MonitoringChange, Refreshed
from netmon_client.following import Message
from netmon_client.greetings import heartbeat_from_wire, hello_from_wire

_MONITOR = "/netmon.v1.MonitorService/"
_CONTROL = "/netmon.v1.ControlService/"
_PAGE_SIZE = 2000  # rows; under 0.4 MB a page

_T_co = TypeVar("_T_co", covariant=True)
_W = TypeVar("_W", bound=WireMessage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[_T_co]):
    """One call: ``parse`` reads the answer's bytes, ``decode`` makes the model of it, or raises ValueError."""

    path: str
    request: WireMessage
    parse: Callable[[bytes], Any]
    decode: Callable[[Any], _T_co]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of connections; an empty ``next_page_token`` ends the listing."""

    connections: tuple[Connection, ...]
    next_page_token: str


def get_status() -> Call[Status]:
    """Ask for the state of the collector."""

    def decode(answer: monitor.GetStatusResponse) -> Status:
        return status_from_wire(answer.status)

    return _monitor("GetStatus", monitor.GetStatusRequest(), monitor.GetStatusResponse, decode)


def get_snapshot(view: View) -> Call[Snapshot]:
    """Ask for the newest snapshot."""

    def decode(answer: monitor.GetSnapshotResponse) -> Snapshot:
        return snapshot_from_wire(answer.snapshot)

    request = monitor.GetSnapshotRequest(view=view_to_wire(view))
    return _monitor("GetSnapshot", request, monitor.GetSnapshotResponse, decode)


def stream_snapshots(view: View, interval_seconds: float | None) -> Call[Sequence[Message]]:
    """Subscribe to snapshots; each answer becomes the items that it holds.

    The call decodes what changed from one answer to the next, so it is for one stream at a time.
    """
    decoder = SnapshotDecoder()

    def decode(answer: bytes) -> Sequence[Message]:
        snapshot = encoded_snapshot(answer)
        if snapshot is not None:
            return (decoder.decode(snapshot),)
        return _other_messages(_parsed(monitor.StreamSnapshotsResponse(), answer))

    return Call(
        path=f"{_MONITOR}StreamSnapshots",
        request=monitor.StreamSnapshotsRequest(view=view_to_wire(view), interval=_duration(interval_seconds)),
        parse=bytes,
        decode=decode,
    )


def stream_events(
    filter_: Filter, after_sequence: int | None, instance_id: str, *, redacted: bool = False
) -> Call[Sequence[Message]]:
    """Subscribe to events; each answer becomes the items that it holds."""
    request = monitor.StreamEventsRequest(
        filter=filter_to_wire(filter_), after_sequence=after_sequence, instance_id=instance_id, redacted=redacted
    )
    return _monitor("StreamEvents", request, monitor.StreamEventsResponse, _event_messages)


def list_connections(
    filter_: Filter, order: RowOrder, closed_within_seconds: float, page_token: str, *, redacted: bool = False
) -> Call[Page]:
    """Ask for one page of connections."""

    def decode(answer: monitor.ListConnectionsResponse) -> Page:
        rows = rows_from_wire(answer.connections, answer.processes)
        return Page(connections=rows, next_page_token=answer.next_page_token)

    request = monitor.ListConnectionsRequest(
        filter=filter_to_wire(filter_),
        page_size=_PAGE_SIZE,
        page_token=page_token,
        order=row_order_to_wire(order),
        closed_within=_duration(closed_within_seconds or None),
        redacted=redacted,
    )
    return _monitor("ListConnections", request, monitor.ListConnectionsResponse, decode)


def explain_connection(connection_id: str) -> Call[Explanation]:
    """Ask how the owner of a connection was found, or why there is none."""

    def decode(answer: monitor.ExplainConnectionResponse) -> Explanation:
        return explanation_from_wire(answer.explanation)

    request = monitor.ExplainConnectionRequest(connection_id=connection_id)
    return _monitor("ExplainConnection", request, monitor.ExplainConnectionResponse, decode)


def get_ledger() -> Call[tuple[InterfaceLedger, ...]]:
    """Ask for both sides of each interface's account."""

    def decode(answer: monitor.GetLedgerResponse) -> tuple[InterfaceLedger, ...]:
        return tuple(interface_ledger_from_wire(ledger) for ledger in answer.interfaces)

    return _monitor("GetLedger", monitor.GetLedgerRequest(), monitor.GetLedgerResponse, decode)


def get_bandwidth(window_seconds: float | None) -> Call[Bandwidth]:
    """Ask for the samples of the last minutes."""

    def decode(answer: monitor.GetBandwidthHistoryResponse) -> Bandwidth:
        return Bandwidth(
            samples=tuple(bandwidth_sample_from_wire(sample) for sample in answer.samples),
            gaps=tuple(gap_from_wire(gap) for gap in answer.gaps),
        )

    request = monitor.GetBandwidthHistoryRequest(window=_duration(window_seconds))
    return _monitor("GetBandwidthHistory", request, monitor.GetBandwidthHistoryResponse, decode)


def start_monitoring() -> Call[MonitoringChange]:
    """Begin to capture again."""
    request = control.StartMonitoringRequest()
    return _control("StartMonitoring", request, control.StartMonitoringResponse, _monitoring_change)


def stop_monitoring() -> Call[MonitoringChange]:
    """Stop the capture for everybody."""
    request = control.StopMonitoringRequest()
    return _control("StopMonitoring", request, control.StopMonitoringResponse, _monitoring_change)


def clear_statistics() -> Call[float]:
    """Move the baseline of all sums to now; the answer is the new epoch in Unix seconds."""

    def decode(answer: control.ClearStatisticsResponse) -> float:
        return time_from_wire(answer.statistics_epoch, "statistics_epoch")

    request = control.ClearStatisticsRequest()
    return _control("ClearStatistics", request, control.ClearStatisticsResponse, decode)


def refresh_caches() -> Call[Refreshed]:
    """Look at interfaces, sockets and processes anew."""

    def decode(answer: control.RefreshCachesResponse) -> Refreshed:
        return Refreshed(
            socket_count=answer.socket_count,
            process_count=answer.process_count,
            interface_count=answer.interface_count,
        )

    return _control("RefreshCaches", control.RefreshCachesRequest(), control.RefreshCachesResponse, decode)


def _monitor(
    method: str, request: WireMessage, answer: type[WireMessage], decode: Callable[[Any], _T_co]
) -> Call[_T_co]:
    return Call(path=_MONITOR + method, request=request, parse=answer.FromString, decode=decode)


def _control(
    method: str, request: WireMessage, answer: type[WireMessage], decode: Callable[[Any], _T_co]
) -> Call[_T_co]:
    return Call(path=_CONTROL + method, request=request, parse=answer.FromString, decode=decode)


def _duration(seconds: float | None) -> Duration | None:
    return None if seconds is None else seconds_to_wire(seconds)


def _monitoring_change(answer: control.StartMonitoringResponse | control.StopMonitoringResponse) -> MonitoringChange:
    return MonitoringChange(state=monitoring_state_from_wire(answer.state), changed=answer.changed)


def _parsed(answer: _W, data: bytes) -> _W:
    try:
        answer.ParseFromString(data)
    except DecodeError as error:
        raise ValueError(f"{type(answer).__name__}: not a message") from error
    return answer


def _event_messages(answer: monitor.StreamEventsResponse) -> Sequence[Message]:
    if answer.HasField("batch"):
        return known_events_from_wire(answer.batch.events)
    return _other_messages(answer)


def _other_messages(answer: monitor.StreamSnapshotsResponse | monitor.StreamEventsResponse) -> Sequence[Message]:
    """Read what both streams have; a kind that only a newer collector knows is a sign of life and no more."""
    if answer.HasField("hello"):
        return (hello_from_wire(answer.hello),)
    if answer.HasField("gap"):
        return (gap_from_wire(answer.gap),)
    if answer.HasField("heartbeat"):
        return (heartbeat_from_wire(answer.heartbeat),)
    return ()
