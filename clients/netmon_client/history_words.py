"""What history is called to people, in every front end: dimensions, buckets, gaps, the names of groups."""

from collections.abc import Iterable
from typing import Final

from netmon.model import (
    AlertMeasure,
    BucketSize,
    Caller,
    HistoryGap,
    HistoryGapKind,
    Protocol,
    QuietHours,
    Scope,
    StorageState,
    UsageDimension,
    UsageKey,
    Visibility,
)

__all__ = [
    "BUCKETS",
    "DIMENSIONS",
    "EVERY_BUCKET",
    "EVERY_DIMENSION",
    "MEASURES",
    "brief_gap_kind",
    "bucket_name",
    "gap_kind_words",
    "group_name",
    "group_title",
    "hours_text",
    "is_bound_only",
    "missing_seconds",
    "own_part_words",
    "storage_words",
]

DIMENSIONS: Final[dict[str, UsageDimension]] = {
    "app": UsageDimension.APPLICATION,
    "domain": UsageDimension.DOMAIN,
    "host": UsageDimension.REMOTE_HOST,
    "proto": UsageDimension.PROTOCOL,
    "user": UsageDimension.USER,
    "scope": UsageDimension.SCOPE,
    "iface": UsageDimension.INTERFACE,
}
"""Short names of what usage is grouped by."""

EVERY_DIMENSION: Final[dict[str, UsageDimension]] = {**DIMENSIONS, "process": UsageDimension.PROCESS}
"""With the process, which seconds alone tell."""

BUCKETS: Final[dict[str, BucketSize]] = {
    "minute": BucketSize.MINUTE,
    "hour": BucketSize.HOUR,
    "day": BucketSize.DAY,
    "month": BucketSize.MONTH,
}
"""Names of bucket sizes."""

EVERY_BUCKET: Final[dict[str, BucketSize]] = {"second": BucketSize.SECOND, **BUCKETS}
"""With the second, which is kept for some hours at the most."""

MEASURES: Final[dict[str, AlertMeasure]] = {
    "total": AlertMeasure.TOTAL_BYTES,
    "sent": AlertMeasure.SENT_BYTES,
    "received": AlertMeasure.RECEIVED_BYTES,
    "connections": AlertMeasure.CONNECTIONS,
}
"""Names of what alerts measure."""

_TITLES: Final = {
    UsageDimension.APPLICATION: "App",
    UsageDimension.DOMAIN: "Domain",
    UsageDimension.REMOTE_HOST: "Host",
    UsageDimension.PROTOCOL: "Proto",
    UsageDimension.USER: "User",
    UsageDimension.SCOPE: "Scope",
    UsageDimension.INTERFACE: "Interface",
    UsageDimension.PROCESS: "Process",
}

_GAPS: Final = {
    HistoryGapKind.UNSPECIFIED: "not recorded",
    HistoryGapKind.RECORDER_OFF: "the recorder did not run",
    HistoryGapKind.COLLECTOR_OFF: "the collector did not run",
    HistoryGapKind.STOPPED: "monitoring was stopped",
    HistoryGapKind.SUSPENDED: "the machine slept",
    HistoryGapKind.DROPS: "packets were dropped",
    HistoryGapKind.MISSED: "a part of the stream was missed",
    HistoryGapKind.STORAGE: "the storage took nothing",
    HistoryGapKind.NOT_KEPT: "nothing is kept so far back",
    HistoryGapKind.CLOCK: "the clock was set forward",
}

_BRIEF_GAPS: Final = {
    HistoryGapKind.RECORDER_OFF: "recorder off",
    HistoryGapKind.COLLECTOR_OFF: "collector off",
    HistoryGapKind.STOPPED: "stopped",
    HistoryGapKind.SUSPENDED: "asleep",
    HistoryGapKind.STORAGE: "disk or quota",
    HistoryGapKind.NOT_KEPT: "not kept",
    HistoryGapKind.CLOCK: "clock set",
}

_NAMELESS: Final = {
    UsageDimension.APPLICATION: "(no owner)",
    UsageDimension.DOMAIN: "(no domain)",
    UsageDimension.REMOTE_HOST: "(no host)",
    UsageDimension.USER: "(no owner)",
    UsageDimension.INTERFACE: "(no interface)",
    UsageDimension.PROCESS: "(no process)",
}

_STATES: Final = {
    StorageState.UNSPECIFIED: "in a state that this program does not know",
    StorageState.WRITING: "takes what comes",
    StorageState.DISK_FULL: "takes nothing: the disk is full",
    StorageState.QUOTA_REACHED: "takes nothing: its quota is reached",
    StorageState.FAILED: "takes nothing: writing failed",
}

_LOWER_BOUND: Final = frozenset({HistoryGapKind.DROPS, HistoryGapKind.MISSED, HistoryGapKind.STORAGE})


def bucket_name(bucket: BucketSize) -> str:
    """Give the word for a bucket size."""
    return bucket.name.lower()


def group_title(dimension: UsageDimension) -> str:
    """Give the heading over the names of a dimension."""
    return _TITLES.get(dimension, dimension.name.capitalize())


def group_name(key: UsageKey, dimension: UsageDimension) -> str:
    """Give the name of a group in one dimension; what has none says so in brackets."""
    if key.is_folded and not _raw_name(key, dimension):
        return "(many small ones)"
    return _raw_name(key, dimension) or _NAMELESS.get(dimension, "(unknown)")


def _raw_name(key: UsageKey, dimension: UsageDimension) -> str:  # noqa: PLR0911 -- one line a dimension
    match dimension:
        case UsageDimension.APPLICATION:
            return key.application_name or key.application_id
        case UsageDimension.DOMAIN:
            return key.domain
        case UsageDimension.REMOTE_HOST:
            return key.remote_host
        case UsageDimension.PROTOCOL:
            return "" if key.protocol is Protocol.UNSPECIFIED else key.protocol.name.lower()
        case UsageDimension.USER:
            return key.user
        case UsageDimension.SCOPE:
            return "" if key.scope is Scope.UNSPECIFIED else key.scope.name.lower()
        case UsageDimension.INTERFACE:
            return key.interface
        case UsageDimension.PROCESS:
            return f"{key.process_name} ({key.pid})" if key.pid else key.process_name  # of many: "(other users)"
        case _:
            return ""


def gap_kind_words(kind: HistoryGapKind) -> str:
    """Say why nothing, or too little, was recorded."""
    return _GAPS.get(kind, _GAPS[HistoryGapKind.UNSPECIFIED])


def is_bound_only(kind: HistoryGapKind) -> bool:
    """Whether something was recorded in such a gap, of which only the sums may be too low."""
    return kind in _LOWER_BOUND


def brief_gap_kind(kind: HistoryGapKind) -> str:
    """Say it in two words at most, where there is no room."""
    return _BRIEF_GAPS.get(kind, gap_kind_words(kind))


def storage_words(state: StorageState) -> str:
    """Say whether history takes what comes."""
    return _STATES.get(state, _STATES[StorageState.UNSPECIFIED])


def own_part_words(caller: Caller) -> str:
    """Say that who asks sees their own part alone, and how to see the rest; nothing to who sees everything."""
    if caller.sees is not Visibility.OWN:
        return ""
    return "Your own part: what other users moved is one sum; in group netmon you would see it (netmon-cli doctor)"


def missing_seconds(
    gaps: Iterable[HistoryGap], since_time: float, until_time: float
) -> list[tuple[HistoryGapKind, float]]:
    """Give how many seconds of a range (Unix seconds) are missing by kind, the most first; lower bounds are none."""
    missing: dict[HistoryGapKind, float] = {}
    for gap in gaps:
        end = until_time if gap.until_time is None else min(until_time, gap.until_time)
        seconds = end - max(since_time, gap.since_time)
        if not is_bound_only(gap.kind) and seconds > 0:
            missing[gap.kind] = missing.get(gap.kind, 0.0) + seconds
    return sorted(missing.items(), key=lambda item: -item[1])


def hours_text(hours: QuietHours) -> str:
    """Say quiet hours: ``22:00 to 07:00``, with their zone where one is said."""
    zone = f" ({hours.time_zone})" if hours.time_zone else ""
    return f"{_clock(hours.begin_minute)} to {_clock(hours.end_minute)}{zone}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
