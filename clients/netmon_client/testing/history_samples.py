"""Values that look like a recorder's, for tests: consistent with themselves, the same at each call."""

from netmon.model import (
    BucketSize,
    Calendar,
    Caller,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportItem,
    HistoryGap,
    HistoryGapKind,
    RecorderStatus,
    RecordingState,
    StorageState,
    StorageStatus,
    StorageTier,
    UsageAnswer,
    UsageBucket,
    UsageDimension,
    UsageKey,
    UsagePoint,
    UsageQuery,
    UsageRow,
    UsageSeries,
    UsageSums,
    Visibility,
)
from netmon_client.history_answers import HistoryStatus

HISTORY_TIME = 1_700_000_000.0 - 1_700_000_000 % 3600
"""The start of the running hour of the samples: 2023-11-14T22:00:00Z."""

_HOUR = 3600.0
_HOURS = 6
_MISSING = 2
_PARTS = (("firefox", 3), ("backup", 2), ("chromium", 1))


def a_history_status(*, may_control: bool = True, sees: Visibility = Visibility.ALL) -> HistoryStatus:
    """Give the states of a recorder that runs well, and of its storage; who ``sees`` a part is told no counts."""
    is_whole = sees is not Visibility.OWN
    tiers = tuple(
        StorageTier(
            bucket=bucket,
            row_count=rows * is_whole,
            byte_count=rows * 40 * is_whole,
            oldest_time=HISTORY_TIME - age,
            newest_time=HISTORY_TIME,
        )
        for bucket, rows, age in (
            (BucketSize.MINUTE, 12_000, 86_400.0),
            (BucketSize.HOUR, 3_000, 10 * 86_400.0),
            (BucketSize.DAY, 500, 10 * 86_400.0),
        )
    )
    return HistoryStatus(
        recorder=RecorderStatus(
            version="0.1.0",
            start_time=HISTORY_TIME - 7200,
            pid=4801,
            recording_state=RecordingState.RECORDING,
            recording_since=HISTORY_TIME - 7200,
            collector_instance_id="instance-1",
            caller=Caller(uid=1000, sees=sees, may_control=may_control, reason="started the recorder"),
        ),
        storage=StorageStatus(
            engine="sqlite",
            path="/var/lib/netmon-recorder/history.db",
            schema_version=1,
            state=StorageState.WRITING,
            file_bytes=2_500_000 * is_whole,
            disk_available_bytes=50_000_000_000,
            tiers=tiers,
            last_write_time=HISTORY_TIME + 1740,
            calendar=Calendar(time_zone="UTC", month_first_day=1),
        ),
    )


def a_usage_answer(query: UsageQuery | None = None) -> UsageAnswer:
    """Give six hours of three applications: the third hour was not recorded, the last one runs.

    Of a question its group, top and comparison are honoured: every group is one of applications.
    """
    asked = query or UsageQuery(group_by=(UsageDimension.APPLICATION,))
    top = asked.top or 10
    known = [index for index in range(_HOURS) if index != _MISSING]
    series = [
        UsageSeries(
            key=UsageKey(application_id=f"exe:/usr/bin/{name}", application_name=name),
            total=_times(weight, len(known)),
            previous=_times(weight, 1) if asked.compare else None,
            points=tuple(UsagePoint(index, _times(weight, 1)) for index in known),
        )
        for name, weight in _PARTS
    ]
    whole = sum(weight for _, weight in _PARTS)
    rest_weight = sum(weight for _, weight in _PARTS[top:])
    grouped = bool(asked.group_by)
    is_cut = grouped and top < len(_PARTS)
    since = HISTORY_TIME - (_HOURS - 1) * _HOUR
    return UsageAnswer(
        since_time=since,
        until_time=HISTORY_TIME + _HOUR,
        bucket=BucketSize.HOUR,
        calendar=Calendar(time_zone="UTC", month_first_day=1),
        buckets=tuple(_bucket(index, since, whole, compare=asked.compare) for index in range(_HOURS)),
        series=tuple(series[:top]) if grouped else (),
        rest=UsageSeries(
            total=_times(rest_weight, len(known)),
            previous=_times(rest_weight, 1) if asked.compare else None,
            points=tuple(UsagePoint(index, _times(rest_weight, 1)) for index in known),
        )
        if is_cut
        else None,
        rest_count=len(_PARTS) - top if is_cut else 0,
        total=_times(whole, len(known)),
        previous_total=_times(whole, 1) if asked.compare else None,
        gaps=(
            HistoryGap(
                kind=HistoryGapKind.RECORDER_OFF,
                since_time=since + _MISSING * _HOUR,
                until_time=since + (_MISSING + 1) * _HOUR,
            ),
        ),
        previous_since_time=since - _HOURS * _HOUR if asked.compare else None,
        previous_until_time=since if asked.compare else None,
        oldest_time=HISTORY_TIME - 86_400,
    )


def an_export() -> tuple[ExportItem, ...]:
    """Give the items of an export: the usage of the samples as rows, in two batches, with their gap."""
    answer = a_usage_answer()
    rows = [
        UsageRow(answer.buckets[point.bucket_index].start_time, series.key, point.sums)
        for series in answer.series
        for point in series.points
    ]
    rows.sort(key=lambda row: row.start_time)
    middle = len(rows) // 2
    return (
        ExportHeader(
            since_time=answer.since_time,
            until_time=answer.until_time,
            bucket=answer.bucket,
            calendar=answer.calendar,
            estimated_row_count=len(rows),
            gaps=answer.gaps,
        ),
        ExportBatch(rows=tuple(rows[:middle]), done_until_time=rows[middle].start_time),
        ExportBatch(rows=tuple(rows[middle:]), done_until_time=answer.until_time),
        ExportEnd(row_count=len(rows)),
    )


def _bucket(index: int, since: float, weight: int, *, compare: bool) -> UsageBucket:
    is_known, is_running = index != _MISSING, index == _HOURS - 1
    recorded = (1740.0 if is_running else _HOUR) if is_known else 0.0
    return UsageBucket(
        start_time=since + index * _HOUR,
        end_time=since + (index + 1) * _HOUR,
        is_running=is_running,
        recorded_seconds=recorded,
        total=_times(weight, 1) if is_known else None,
        previous=_times(weight, 1) if compare and index == 0 else None,
    )


def _times(weight: int, hours: int) -> UsageSums:
    count = weight * hours
    return UsageSums(100_000 * count, 1_000_000 * count, 1_500 * count, 10 * count)
