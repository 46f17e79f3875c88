"""Answers of the recorder as JSON objects, the fields of the contract."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message

from netmon import codec
from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    AlertState,
    AlertTest,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    ExportEnd,
    ExportHeader,
    RecorderStatus,
    StorageStatus,
    UsageAnswer,
    UsageRow,
    Visibility,
)
from netmon_client.history_answers import HistoryStatus
from netmon_client.times import format_time
from netmon_client.wire_json import message_to_object

__all__ = ["HistoryValue", "as_history_object", "history_status_object", "usage_row_objects"]

HistoryValue = (
    UsageAnswer
    | ExportHeader
    | ExportEnd
    | RecorderStatus
    | StorageStatus
    | AggregationReport
    | CleanupPlan
    | CleanupProgress
    | CacheReport
    | AlertRule
    | AlertFiring
    | AlertState
    | AlertTest
)


def as_history_object(value: HistoryValue) -> dict[str, Any]:
    """Give an answer as an object, without an envelope."""
    return message_to_object(_to_wire(value))


def history_status_object(status: HistoryStatus) -> dict[str, Any]:
    """Give the states of the recorder and its storage; what who sees their own part alone is not told is None."""
    storage = as_history_object(status.storage)
    if status.recorder.caller.sees is Visibility.OWN:
        storage |= dict.fromkeys(("file_bytes", "reusable_bytes", "key_count", "name_count"))
        for tier in storage["tiers"]:
            tier |= {"row_count": None, "byte_count": None}
    return {"recorder": as_history_object(status.recorder), "storage": storage}


def usage_row_objects(rows: Iterable[UsageRow]) -> list[dict[str, Any]]:
    """Give rows as objects, as `as_history_object` would.

    Written by hand: an export has millions of them, and by the descriptors of the contract a row takes three times as
    long (43 us against 15, Python 3.11).
    """
    return [
        {
            "start_time": format_time(row.start_time),
            "key": {
                "user": row.key.user,
                "application_id": row.key.application_id,
                "application_name": row.key.application_name,
                "remote_host": row.key.remote_host,
                "domain": row.key.domain,
                "protocol": row.key.protocol.name.lower() if row.key.protocol else None,
                "scope": row.key.scope.name.lower() if row.key.scope else None,
                "interface": row.key.interface,
                "is_folded": row.key.is_folded,
                "pid": row.key.pid,
                "process_name": row.key.process_name,
                "process_start_time": None
                if row.key.process_start_time is None
                else format_time(row.key.process_start_time),
            },
            "sums": row.sums._asdict(),
        }
        for row in rows
    ]


def _to_wire(value: HistoryValue) -> Message:  # noqa: C901, PLR0911, PLR0912 -- one line a kind
    match value:
        case UsageAnswer():
            return codec.usage_answer_to_wire(value)
        case ExportHeader():
            return codec.export_item_to_wire(value).header
        case ExportEnd():
            return codec.export_item_to_wire(value).end
        case RecorderStatus():
            return codec.recorder_status_to_wire(value)
        case StorageStatus():
            return codec.storage_status_to_wire(value)
        case AggregationReport():
            return codec.aggregation_report_to_wire(value)
        case CleanupPlan():
            return codec.cleanup_plan_to_wire(value)
        case CleanupProgress():
            return codec.cleanup_progress_to_wire(value)
        case CacheReport():
            return codec.cache_report_to_wire(value)
        case AlertRule():
            return codec.alert_rule_to_wire(value)
        case AlertFiring():
            return codec.alert_firing_to_wire(value)
        case AlertState():
            return codec.alert_state_to_wire(value)
        case AlertTest():
            return codec.alert_test_to_wire(value)
