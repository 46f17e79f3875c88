"""Entities, timelines, browsers and exports, between the model and the wire."""

from netmon.codec.filters import filter_from_wire, filter_to_wire
from netmon.codec.history import (
    CALENDARS,
    GAPS,
    SERIES,
    usage_key_from_wire,
    usage_key_to_wire,
    usage_row_from_wire,
    usage_row_to_wire,
    usage_sums_from_wire,
    usage_sums_to_wire,
)
from netmon.codec.records import OPTIONAL_TIME, TEXTS, TIME, RecordCodec, enum, enums, many, one
from netmon.model import (
    BrowserDomains,
    BrowserQuery,
    BrowserUsage,
    BucketSize,
    Entity,
    EntityOrder,
    EntityPage,
    EntityQuery,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportItem,
    ExportQuery,
    Timeline,
    TimelineLane,
    TimelineQuery,
    TimelineSpan,
    UsageDimension,
)
from netmon.v1 import history_entity_pb2 as pb
from netmon.v1 import history_service_pb2 as service_pb

_FILTER = one(filter_to_wire, filter_from_wire)
_KEY = one(usage_key_to_wire, usage_key_from_wire)
_SUMS = one(usage_sums_to_wire, usage_sums_from_wire)
_GAPS = many(GAPS.to_wire, GAPS.from_wire)
_CALENDAR = one(CALENDARS.to_wire, CALENDARS.from_wire)
_OPTIONAL_RANGE = {"since_time": OPTIONAL_TIME, "until_time": OPTIONAL_TIME}
_RANGE = {"since_time": TIME, "until_time": TIME}

_ENTITY_QUERIES = RecordCodec(
    EntityQuery,
    pb.EntityQuery,
    {"dimension": enum(UsageDimension), **_OPTIONAL_RANGE, "filter": _FILTER, "order": enum(EntityOrder)},
)
_ENTITIES = RecordCodec(Entity, pb.Entity, {"key": _KEY, "first_time": TIME, "last_time": TIME, "total": _SUMS})
_ENTITY_PAGES = RecordCodec(
    EntityPage, pb.EntityPage, {"entities": many(_ENTITIES.to_wire, _ENTITIES.from_wire), **_RANGE}
)
_TIMELINE_QUERIES = RecordCodec(
    TimelineQuery,
    pb.TimelineQuery,
    {**_OPTIONAL_RANGE, "dimension": enum(UsageDimension), "values": TEXTS, "filter": _FILTER},
)
_SPANS = RecordCodec(TimelineSpan, pb.TimelineSpan, {"start_time": TIME, "end_time": TIME, "sums": _SUMS})
_LANES = RecordCodec(TimelineLane, pb.TimelineLane, {"key": _KEY, "spans": many(_SPANS.to_wire, _SPANS.from_wire)})
_TIMELINES = RecordCodec(
    Timeline, pb.Timeline, {**_RANGE, "lanes": many(_LANES.to_wire, _LANES.from_wire), "gaps": _GAPS}
)
_BROWSER_QUERIES = RecordCodec(BrowserQuery, pb.BrowserQuery, {**_OPTIONAL_RANGE, "filter": _FILTER})
_BROWSERS = RecordCodec(
    BrowserUsage,
    pb.BrowserUsage,
    {"total": _SUMS, "named": _SUMS, "domains": many(SERIES.to_wire, SERIES.from_wire)},
)
_BROWSER_DOMAINS = RecordCodec(
    BrowserDomains,
    pb.BrowserDomains,
    {**_RANGE, "browsers": many(_BROWSERS.to_wire, _BROWSERS.from_wire), "gaps": _GAPS},
)
_EXPORT_QUERIES = RecordCodec(
    ExportQuery,
    pb.ExportQuery,
    {
        **_OPTIONAL_RANGE,
        "bucket": enum(BucketSize),
        "group_by": enums(UsageDimension),
        "filter": _FILTER,
        "calendar": _CALENDAR,
    },
)
_EXPORT_HEADERS = RecordCodec(
    ExportHeader, pb.ExportHeader, {**_RANGE, "bucket": enum(BucketSize), "calendar": _CALENDAR, "gaps": _GAPS}
)
_EXPORT_BATCHES = RecordCodec(
    ExportBatch, pb.ExportBatch, {"rows": many(usage_row_to_wire, usage_row_from_wire), "done_until_time": TIME}
)
_EXPORT_ENDS = RecordCodec(ExportEnd, pb.ExportEnd)

entity_query_to_wire, entity_query_from_wire = _ENTITY_QUERIES.to_wire, _ENTITY_QUERIES.from_wire
entity_page_to_wire, entity_page_from_wire = _ENTITY_PAGES.to_wire, _ENTITY_PAGES.from_wire
timeline_query_to_wire, timeline_query_from_wire = _TIMELINE_QUERIES.to_wire, _TIMELINE_QUERIES.from_wire
timeline_to_wire, timeline_from_wire = _TIMELINES.to_wire, _TIMELINES.from_wire
browser_query_to_wire, browser_query_from_wire = _BROWSER_QUERIES.to_wire, _BROWSER_QUERIES.from_wire
browser_domains_to_wire, browser_domains_from_wire = _BROWSER_DOMAINS.to_wire, _BROWSER_DOMAINS.from_wire
export_query_to_wire, export_query_from_wire = _EXPORT_QUERIES.to_wire, _EXPORT_QUERIES.from_wire


def export_item_to_wire(item: ExportItem) -> service_pb.ExportUsageResponse:
    """Give the message of a stream."""
    match item:
        case ExportHeader():
            return service_pb.ExportUsageResponse(header=_EXPORT_HEADERS.to_wire(item))
        case ExportBatch():
            return service_pb.ExportUsageResponse(batch=_EXPORT_BATCHES.to_wire(item))
        case ExportEnd():
            return service_pb.ExportUsageResponse(end=_EXPORT_ENDS.to_wire(item))


def export_item_from_wire(wire: service_pb.ExportUsageResponse) -> ExportItem | None:
    """Give the model form; None for a kind that only a newer recorder knows."""
    match wire.WhichOneof("payload"):
        case "header":
            return _EXPORT_HEADERS.from_wire(wire.header)
        case "batch":
            return _EXPORT_BATCHES.from_wire(wire.batch)
        case "end":
            return _EXPORT_ENDS.from_wire(wire.end)
        case None:
            return None
