"""State and upkeep of the recorder and its storage, between the model and the wire."""

from netmon.codec.history import CALENDARS
from netmon.codec.records import OPTIONAL_TIME, TIME, RecordCodec, enum, many, one, optional
from netmon.codec.snapshots import degradation_from_wire, degradation_to_wire
from netmon.codec.status import caller_from_wire, caller_to_wire
from netmon.model import (
    AggregationReport,
    BucketSize,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    RecorderStatus,
    RecordingState,
    RetentionPolicy,
    StorageState,
    StorageStatus,
    StorageTier,
)
from netmon.v1 import history_storage_pb2 as pb

_DEGRADED = many(degradation_to_wire, degradation_from_wire)

_POLICIES = RecordCodec(RetentionPolicy, pb.RetentionPolicy)
_TIERS = RecordCodec(
    StorageTier,
    pb.StorageTier,
    {"bucket": enum(BucketSize), "oldest_time": OPTIONAL_TIME, "newest_time": OPTIONAL_TIME},
)
_MANY_TIERS = many(_TIERS.to_wire, _TIERS.from_wire)
_STORAGE = RecordCodec(
    StorageStatus,
    pb.StorageStatus,
    {
        "state": enum(StorageState),
        "policy": one(_POLICIES.to_wire, _POLICIES.from_wire),
        "tiers": _MANY_TIERS,
        "last_write_time": OPTIONAL_TIME,
        "last_aggregation_time": OPTIONAL_TIME,
        "last_cleanup_time": OPTIONAL_TIME,
        "calendar": one(CALENDARS.to_wire, CALENDARS.from_wire),
        "degraded": _DEGRADED,
    },
)
_RECORDERS = RecordCodec(
    RecorderStatus,
    pb.RecorderStatus,
    {
        "start_time": TIME,
        "recording_state": enum(RecordingState),
        "recording_since": TIME,
        "caller": one(caller_to_wire, caller_from_wire),
        "degraded": _DEGRADED,
    },
)
_AGGREGATIONS = RecordCodec(AggregationReport, pb.AggregationReport)
_SELECTIONS = RecordCodec(
    CleanupSelection,
    pb.CleanupSelection,
    {"older_than_time": OPTIONAL_TIME, "policy": optional(_POLICIES.to_wire, _POLICIES.from_wire)},
)
_PLANS = RecordCodec(CleanupPlan, pb.CleanupPlan, {"tiers": _MANY_TIERS, "oldest_time": OPTIONAL_TIME})
_PROGRESS = RecordCodec(CleanupProgress, pb.CleanupProgress)
_CACHES = RecordCodec(CacheReport, pb.CacheReport)

storage_status_to_wire, storage_status_from_wire = _STORAGE.to_wire, _STORAGE.from_wire
recorder_status_to_wire, recorder_status_from_wire = _RECORDERS.to_wire, _RECORDERS.from_wire
aggregation_report_to_wire, aggregation_report_from_wire = _AGGREGATIONS.to_wire, _AGGREGATIONS.from_wire
cleanup_selection_to_wire, cleanup_selection_from_wire = _SELECTIONS.to_wire, _SELECTIONS.from_wire
cleanup_plan_to_wire, cleanup_plan_from_wire = _PLANS.to_wire, _PLANS.from_wire
cleanup_progress_to_wire, cleanup_progress_from_wire = _PROGRESS.to_wire, _PROGRESS.from_wire
cache_report_to_wire, cache_report_from_wire = _CACHES.to_wire, _CACHES.from_wire
