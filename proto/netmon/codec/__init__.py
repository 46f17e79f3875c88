"""The model and its wire form, each way.

``X_to_wire`` raises ValueError for what its field cannot hold (text that is no UTF-8, a number out of range).
``X_from_wire`` raises ValueError naming the field that is missing or holds nonsense, never its value; a number of an
enumeration that only a newer peer knows becomes UNSPECIFIED.
"""

from netmon.codec.bandwidth import bandwidth_sample_from_wire, bandwidth_sample_to_wire
from netmon.codec.connections import rows_from_wire, rows_to_wire
from netmon.codec.decoder import SnapshotDecoder, encoded_snapshot
from netmon.codec.encoder import SnapshotEncoder, encode_get_response, encode_stream_response
from netmon.codec.events import event_from_wire, event_to_wire, known_events_from_wire
from netmon.codec.filters import (
    filter_from_wire,
    filter_to_wire,
    row_order_from_wire,
    row_order_to_wire,
    view_from_wire,
    view_to_wire,
)
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

__all__ = [
    "SnapshotDecoder",
    "SnapshotEncoder",
    "application_from_wire",
    "application_to_wire",
    "bandwidth_sample_from_wire",
    "bandwidth_sample_to_wire",
    "caller_from_wire",
    "caller_to_wire",
    "degradation_from_wire",
    "degradation_to_wire",
    "encode_get_response",
    "encode_stream_response",
    "encoded_snapshot",
    "event_from_wire",
    "event_to_wire",
    "filter_from_wire",
    "filter_to_wire",
    "gap_from_wire",
    "gap_to_wire",
    "known_events_from_wire",
    "monitoring_state_from_wire",
    "monitoring_state_to_wire",
    "packet_source_from_wire",
    "packet_source_to_wire",
    "process_from_wire",
    "process_to_wire",
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
    "time_from_wire",
    "time_to_wire",
    "traffic_from_wire",
    "traffic_to_wire",
    "view_from_wire",
    "view_to_wire",
]
