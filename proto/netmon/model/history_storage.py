"""State of the recorder and of what it keeps history in, and what upkeep does. Times are Unix seconds."""

from dataclasses import dataclass, field

from netmon.model.history import Calendar
from netmon.model.history_enums import BucketSize, RecordingState, StorageState
from netmon.model.snapshot import Degradation
from netmon.model.status import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long history is kept: 0 seconds, minutes or hours keeps none, 0 days for ever, 0 quota has no limit."""

    minute_seconds: int = 30 * 86_400
    hour_seconds: int = 366 * 86_400
    day_seconds: int = 0
    quota_bytes: int = 0
    second_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageTier:
    """What is kept at one grain: SECOND, MINUTE, HOUR (quarters of an hour) or DAY. ``byte_count`` is an estimate.

    Both counts are 0, not told, for a caller who sees their own part alone.
    """

    bucket: BucketSize
    row_count: int = 0
    byte_count: int = 0
    oldest_time: float | None = None
    newest_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageStatus:
    """State of what history is kept in. ``file_bytes`` counts journal and ballast too.

    ``file_bytes``, ``reusable_bytes``, ``key_count`` and ``name_count`` are 0, not told, for a caller who sees their
    own part alone: a row of somebody else moves them.
    """

    engine: str
    path: str
    schema_version: int
    state: StorageState
    file_bytes: int = 0
    reusable_bytes: int = 0
    disk_available_bytes: int = 0
    policy: RetentionPolicy = field(default_factory=RetentionPolicy)
    tiers: tuple[StorageTier, ...] = ()
    key_count: int = 0
    name_count: int = 0
    gap_count: int = 0
    last_write_time: float | None = None
    last_aggregation_time: float | None = None
    last_cleanup_time: float | None = None
    calendar: Calendar = field(default_factory=Calendar)
    degraded: tuple[Degradation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStatus:
    """State of the recorder. ``collector_instance_id`` is empty without a collector.

    ``seconds_reason``: how it was decided whether seconds are kept.
    """

    version: str
    start_time: float
    pid: int
    recording_state: RecordingState
    recording_since: float
    collector_instance_id: str = ""
    caller: Caller = field(default_factory=Caller)
    degraded: tuple[Degradation, ...] = ()
    seconds_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationReport:
    """What holding the roll-ups against what they were made of found, and mended."""

    read_row_count: int = 0
    mended_hour_row_count: int = 0
    mended_day_row_count: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupSelection:
    """What to delete: everything older than a time; None: what the policy no longer keeps (None: the own one)."""

    older_than_time: float | None = None
    policy: RetentionPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupPlan:
    """What would be deleted, and about how many bytes that gives back to the disk."""

    tiers: tuple[StorageTier, ...] = ()
    row_count: int = 0
    freed_bytes: int = 0
    oldest_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupProgress:
    """How far a deletion is."""

    deleted_row_count: int = 0
    row_count: int = 0
    freed_bytes: int = 0
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheReport:
    """Keys and names that nothing was of any more, removed."""

    removed_key_count: int = 0
    removed_name_count: int = 0
