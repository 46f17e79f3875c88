"""Usage, between the model and the wire. Rows, keys and sums are written out: an export has a million of them."""

from netmon.codec.filters import filter_from_wire, filter_to_wire
from netmon.codec.records import OPTIONAL_TIME, TIME, RecordCodec, enum, enums, many, one, optional
from netmon.codec.values import member, time_from_wire, time_to_wire
from netmon.model import (
    BucketSize,
    Calendar,
    HistoryGap,
    HistoryGapKind,
    Protocol,
    Scope,
    UsageAnswer,
    UsageBucket,
    UsageDimension,
    UsageKey,
    UsagePoint,
    UsageQuery,
    UsageRow,
    UsageSeries,
    UsageSums,
)
from netmon.v1 import connection_pb2, traffic_pb2
from netmon.v1 import history_pb2 as pb

_PROTOCOLS = tuple(Protocol)
_SCOPES = tuple(Scope)
_PROTOCOL_NUMBERS = tuple(connection_pb2.Protocol.values())
_SCOPE_NUMBERS = tuple(traffic_pb2.Scope.values())


def usage_sums_to_wire(sums: UsageSums) -> pb.UsageSums:
    """Give the wire form."""
    return pb.UsageSums(
        sent_bytes=sums.sent_bytes,
        received_bytes=sums.received_bytes,
        packet_count=sums.packet_count,
        connection_count=sums.connection_count,
    )


def usage_sums_from_wire(wire: pb.UsageSums) -> UsageSums:
    """Give the model form."""
    return UsageSums(wire.sent_bytes, wire.received_bytes, wire.packet_count, wire.connection_count)


def usage_key_to_wire(key: UsageKey) -> pb.UsageKey:
    """Give the wire form."""
    wire = pb.UsageKey(
        user=key.user,
        application_id=key.application_id,
        application_name=key.application_name,
        remote_host=key.remote_host,
        domain=key.domain,
        protocol=_PROTOCOL_NUMBERS[key.protocol],
        scope=_SCOPE_NUMBERS[key.scope],
        interface=key.interface,
        is_folded=key.is_folded,
    )
    if key.pid or key.process_name:  # seconds alone
        wire.pid, wire.process_name = key.pid, key.process_name
    if key.process_start_time is not None:
        wire.process_start_time.CopyFrom(time_to_wire(key.process_start_time))
    return wire


def usage_key_from_wire(wire: pb.UsageKey) -> UsageKey:
    """Give the model form."""
    return UsageKey(
        wire.user,
        wire.application_id,
        wire.application_name,
        wire.remote_host,
        wire.domain,
        member(_PROTOCOLS, wire.protocol),
        member(_SCOPES, wire.scope),
        wire.interface,
        wire.is_folded,
        wire.pid,
        wire.process_name,
        time_from_wire(wire.process_start_time, "UsageKey.process_start_time")
        if wire.HasField("process_start_time")
        else None,
    )


def usage_row_to_wire(row: UsageRow) -> pb.UsageRow:
    """Give the wire form."""
    return pb.UsageRow(
        start_time=time_to_wire(row.start_time), key=usage_key_to_wire(row.key), sums=usage_sums_to_wire(row.sums)
    )


def usage_row_from_wire(wire: pb.UsageRow) -> UsageRow:
    """Give the model form. Raises ValueError without a start."""
    if not wire.HasField("start_time"):
        raise ValueError("UsageRow.start_time: missing")
    return UsageRow(
        time_from_wire(wire.start_time, "UsageRow.start_time"),
        usage_key_from_wire(wire.key),
        usage_sums_from_wire(wire.sums),
    )


def usage_point_to_wire(point: UsagePoint) -> pb.UsagePoint:
    """Give the wire form."""
    return pb.UsagePoint(bucket_index=point.bucket_index, sums=usage_sums_to_wire(point.sums))


def usage_point_from_wire(wire: pb.UsagePoint) -> UsagePoint:
    """Give the model form."""
    return UsagePoint(wire.bucket_index, usage_sums_from_wire(wire.sums))


_SUMS = one(usage_sums_to_wire, usage_sums_from_wire)
_OPTIONAL_SUMS = optional(usage_sums_to_wire, usage_sums_from_wire)
_KEY = one(usage_key_to_wire, usage_key_from_wire)
_FILTER = one(filter_to_wire, filter_from_wire)

GAPS = RecordCodec(
    HistoryGap,
    pb.HistoryGap,
    {"kind": enum(HistoryGapKind), "since_time": TIME, "until_time": OPTIONAL_TIME},
)
CALENDARS = RecordCodec(Calendar, pb.Calendar)
SERIES = RecordCodec(
    UsageSeries,
    pb.UsageSeries,
    {
        "key": _KEY,
        "total": _SUMS,
        "previous": _OPTIONAL_SUMS,
        "points": many(usage_point_to_wire, usage_point_from_wire),
    },
)
BUCKETS = RecordCodec(
    UsageBucket,
    pb.UsageBucket,
    {"start_time": TIME, "end_time": TIME, "total": _OPTIONAL_SUMS, "previous": _OPTIONAL_SUMS},
)

_MANY_GAPS = many(GAPS.to_wire, GAPS.from_wire)
_CALENDAR = one(CALENDARS.to_wire, CALENDARS.from_wire)

QUERIES = RecordCodec(
    UsageQuery,
    pb.UsageQuery,
    {
        "since_time": OPTIONAL_TIME,
        "until_time": OPTIONAL_TIME,
        "bucket": enum(BucketSize),
        "group_by": enums(UsageDimension),
        "filter": _FILTER,
        "calendar": _CALENDAR,
    },
)
ANSWERS = RecordCodec(
    UsageAnswer,
    pb.UsageAnswer,
    {
        "since_time": TIME,
        "until_time": TIME,
        "bucket": enum(BucketSize),
        "calendar": _CALENDAR,
        "buckets": many(BUCKETS.to_wire, BUCKETS.from_wire),
        "series": many(SERIES.to_wire, SERIES.from_wire),
        "rest": optional(SERIES.to_wire, SERIES.from_wire),
        "total": _SUMS,
        "previous_total": _OPTIONAL_SUMS,
        "gaps": _MANY_GAPS,
        "previous_gaps": _MANY_GAPS,
        "previous_since_time": OPTIONAL_TIME,
        "previous_until_time": OPTIONAL_TIME,
        "oldest_time": OPTIONAL_TIME,
    },
)

history_gap_to_wire, history_gap_from_wire = GAPS.to_wire, GAPS.from_wire
usage_query_to_wire, usage_query_from_wire = QUERIES.to_wire, QUERIES.from_wire
usage_answer_to_wire, usage_answer_from_wire = ANSWERS.to_wire, ANSWERS.from_wire
