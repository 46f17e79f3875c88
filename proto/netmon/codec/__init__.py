"""The model and its wire form, each way.

``X_to_wire`` raises ValueError for what its field cannot hold (text that is no UTF-8, a number out of range).
``X_from_wire`` raises ValueError naming the field that is missing or holds nonsense, never its value; a number of an
enumeration that only a newer peer knows becomes UNSPECIFIED. What history needs is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

from netmon.codec.bandwidth import bandwidth_sample_from_wire, bandwidth_sample_to_wire
from netmon.codec.connections import rows_from_wire, rows_to_wire
from netmon.codec.decoder import SnapshotDecoder, encoded_snapshot
from netmon.codec.encoder import SnapshotEncoder, encode_get_response, encode_stream_response
from netmon.codec.events import event_from_wire, event_to_wire, known_events_from_wire
from netmon.codec.explanation import explanation_from_wire, explanation_to_wire
from netmon.codec.filters import (
    filter_from_wire,
    filter_to_wire,
    row_order_from_wire,
    row_order_to_wire,
    view_from_wire,
    view_to_wire,
)
from netmon.codec.ledger import interface_ledger_from_wire, interface_ledger_to_wire
from netmon.codec.processes import (
    application_from_wire,
    application_to_wire,
    process_from_wire,
    process_to_wire,
)
from netmon.codec.snapshots import (
    degradation_from_wire,
    degradation_to_wire,
    gap_from_wire,
    gap_to_wire,
    monitoring_state_from_wire,
    monitoring_state_to_wire,
    packet_source_from_wire,
    packet_source_to_wire,
    snapshot_from_wire,
    snapshot_to_wire,
)
from netmon.codec.status import caller_from_wire, caller_to_wire, status_from_wire, status_to_wire
from netmon.codec.traffic import traffic_from_wire, traffic_to_wire
from netmon.codec.values import seconds_from_wire, seconds_to_wire, time_from_wire, time_to_wire
from netmon.model.late_face import late_face

if TYPE_CHECKING:
    from netmon.codec.history import (
        history_gap_from_wire,
        history_gap_to_wire,
        usage_answer_from_wire,
        usage_answer_to_wire,
        usage_key_from_wire,
        usage_key_to_wire,
        usage_query_from_wire,
        usage_query_to_wire,
        usage_row_from_wire,
        usage_row_to_wire,
        usage_sums_from_wire,
        usage_sums_to_wire,
    )
    from netmon.codec.history_alert import (
        alert_firing_from_wire,
        alert_firing_to_wire,
        alert_rule_from_wire,
        alert_rule_to_wire,
        alert_state_from_wire,
        alert_state_to_wire,
        alert_test_from_wire,
        alert_test_to_wire,
    )
    from netmon.codec.history_entity import (
        browser_domains_from_wire,
        browser_domains_to_wire,
        browser_query_from_wire,
        browser_query_to_wire,
        entity_page_from_wire,
        entity_page_to_wire,
        entity_query_from_wire,
        entity_query_to_wire,
        export_item_from_wire,
        export_item_to_wire,
        export_query_from_wire,
        export_query_to_wire,
        timeline_from_wire,
        timeline_query_from_wire,
        timeline_query_to_wire,
        timeline_to_wire,
    )
    from netmon.codec.history_storage import (
        aggregation_report_from_wire,
        aggregation_report_to_wire,
        cache_report_from_wire,
        cache_report_to_wire,
        cleanup_plan_from_wire,
        cleanup_plan_to_wire,
        cleanup_progress_from_wire,
        cleanup_progress_to_wire,
        cleanup_selection_from_wire,
        cleanup_selection_to_wire,
        recorder_status_from_wire,
        recorder_status_to_wire,
        storage_status_from_wire,
        storage_status_to_wire,
    )

__all__ = [
    "SnapshotDecoder",
    "SnapshotEncoder",
    "aggregation_report_from_wire",
    "aggregation_report_to_wire",
    "alert_firing_from_wire",
    "alert_firing_to_wire",
    "alert_rule_from_wire",
    "alert_rule_to_wire",
    "alert_state_from_wire",
    "alert_state_to_wire",
    "alert_test_from_wire",
    "alert_test_to_wire",
    "application_from_wire",
    "application_to_wire",
    "bandwidth_sample_from_wire",
    "bandwidth_sample_to_wire",
    "browser_domains_from_wire",
    "browser_domains_to_wire",
    "browser_query_from_wire",
    "browser_query_to_wire",
    "cache_report_from_wire",
    "cache_report_to_wire",
    "caller_from_wire",
    "caller_to_wire",
    "cleanup_plan_from_wire",
    "cleanup_plan_to_wire",
    "cleanup_progress_from_wire",
    "cleanup_progress_to_wire",
    "cleanup_selection_from_wire",
    "cleanup_selection_to_wire",
    "degradation_from_wire",
    "degradation_to_wire",
    "encode_get_response",
    "encode_stream_response",
    "encoded_snapshot",
    "entity_page_from_wire",
    "entity_page_to_wire",
    "entity_query_from_wire",
    "entity_query_to_wire",
    "event_from_wire",
    "event_to_wire",
    "explanation_from_wire",
    "explanation_to_wire",
    "export_item_from_wire",
    "export_item_to_wire",
    "export_query_from_wire",
    "export_query_to_wire",
    "filter_from_wire",
    "filter_to_wire",
    "gap_from_wire",
    "gap_to_wire",
    "history_gap_from_wire",
    "history_gap_to_wire",
    "interface_ledger_from_wire",
    "interface_ledger_to_wire",
    "known_events_from_wire",
    "monitoring_state_from_wire",
    "monitoring_state_to_wire",
    "packet_source_from_wire",
    "packet_source_to_wire",
    "process_from_wire",
    "process_to_wire",
    "recorder_status_from_wire",
    "recorder_status_to_wire",
    "row_order_from_wire",
    "row_order_to_wire",
    "rows_from_wire",
    "rows_to_wire",
    "seconds_from_wire",
    "seconds_to_wire",
    "snapshot_from_wire",
    "snapshot_to_wire",
    "status_from_wire",
    "status_to_wire",
    "storage_status_from_wire",
    "storage_status_to_wire",
    "time_from_wire",
    "time_to_wire",
    "timeline_from_wire",
    "timeline_query_from_wire",
    "timeline_query_to_wire",
    "timeline_to_wire",
    "traffic_from_wire",
    "traffic_to_wire",
    "usage_answer_from_wire",
    "usage_answer_to_wire",
    "usage_key_from_wire",
    "usage_key_to_wire",
    "usage_query_from_wire",
    "usage_query_to_wire",
    "usage_row_from_wire",
    "usage_row_to_wire",
    "usage_sums_from_wire",
    "usage_sums_to_wire",
    "view_from_wire",
    "view_to_wire",
]

if not TYPE_CHECKING:  # a checker that saw it would take any name for one of this face
    __getattr__, __dir__ = late_face(
        globals(),
        (
            "netmon.codec.history",
            "netmon.codec.history_alert",
            "netmon.codec.history_entity",
            "netmon.codec.history_storage",
        ),
    )
