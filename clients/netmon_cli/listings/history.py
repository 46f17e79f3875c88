"""The listings of history: by bucket, by group, or by both."""

from collections.abc import Sequence
from dataclasses import replace

from netmon.model import (
    BucketSize,
    HistoryGapKind,
    Traffic,
    UsageAnswer,
    UsageBucket,
    UsageDimension,
    UsagePoint,
    UsageSeries,
)
from netmon_cli.columns.history import HISTORY_ORDERS, HistoryRow, HistoryScale, history_columns
from netmon_cli.listing import Listing, ordered
from netmon_cli.shape import Shape
from netmon_client.history_words import brief_gap_kind, bucket_name, gap_kind_words, missing_seconds
from netmon_client.local_zone import zone_of
from netmon_client.units import format_age
from netmon_client.words import counted

__all__ = ["history_listing"]

_NOUNS = {
    UsageDimension.APPLICATION: "application",
    UsageDimension.DOMAIN: "domain",
    UsageDimension.REMOTE_HOST: "host",
    UsageDimension.PROTOCOL: "protocol",
    UsageDimension.USER: "user",
    UsageDimension.SCOPE: "scope",
    UsageDimension.INTERFACE: "interface",
}
_EMPTY = "Nothing was recorded in this time, or nothing fits."
_ALMOST = 1.0  # seconds of a bucket that need no words when they are missing


def history_listing(
    answer: UsageAnswer, dimensions: tuple[UsageDimension, ...], shape: Shape, *, by_time: bool, compares: bool
) -> Listing[HistoryRow]:
    """List an answer. ``by_time``: a row for each bucket (and group), the oldest first; else one for each group."""
    rows = _time_rows(answer, grouped=bool(dimensions)) if by_time else _group_rows(answer)
    if by_time and shape.is_table:
        rows = _joined_gaps(rows, answer.bucket)
    scale = HistoryScale(
        bucket=answer.bucket,
        zone=zone_of(answer.calendar.time_zone),
        greatest=max((row.sums.total_bytes for row in rows if row.sums is not None), default=0),
        total=answer.total,
        previous=answer.previous_total,
        dimensions=dimensions,
        has_times=by_time,
        compares=compares,
        month_first_day=answer.calendar.month_first_day,
        ambiguous=_ambiguous(answer),
    )
    columns = [column for column in history_columns(scale) if shape.is_table or column.key != "bar"]
    orders = {**{column.key: column.order for column in columns}, **HISTORY_ORDERS}
    return Listing(
        columns=columns,
        rows=ordered(rows, orders, shape, usual="time") if by_time or shape.sort else rows,
        sums=Traffic(),  # each column gives its own part of the answer's sums
        noun=_noun(answer, dimensions, by_time=by_time),
        counts=lambda row: row.sums is not None and not row.rest,
        more=0 if by_time else answer.rest_count,
        empty=_EMPTY,
    )


def _ambiguous(answer: UsageAnswer) -> frozenset[str]:
    """Give the names that several applications have: one that ran from two places, or was seen by its name alone."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for series in answer.series:
        key = series.key
        if names.setdefault(key.application_name, key.application_id) != key.application_id:
            twice.add(key.application_name)
    return frozenset(twice)


def _noun(answer: UsageAnswer, dimensions: tuple[UsageDimension, ...], *, by_time: bool) -> str:
    if by_time:
        return "row" if dimensions else bucket_name(answer.bucket)
    return _NOUNS.get(dimensions[0], "group") if len(dimensions) == 1 else "group"


def _group_rows(answer: UsageAnswer) -> list[HistoryRow]:
    return [
        HistoryRow(
            start_time=answer.since_time,
            end_time=answer.until_time,
            key=series.key,
            sums=series.total,
            previous=None if answer.previous_total is None else series.previous,
            rest=rest,
        )
        for series, rest in _parts(answer)
    ]


def _parts(answer: UsageAnswer) -> list[tuple[UsageSeries, int]]:
    """Give the series, and the rest with how many it stands for."""
    parts = [(series, 0) for series in answer.series]
    return parts if answer.rest is None else [*parts, (answer.rest, max(1, answer.rest_count))]


def _time_rows(answer: UsageAnswer, *, grouped: bool) -> list[HistoryRow]:
    rows: list[HistoryRow] = []
    moved = _by_bucket(answer) if grouped else {}
    for index, bucket in enumerate(answer.buckets):
        row = _bucket_row(answer, bucket)
        inner = [
            replace(row, key=series.key, sums=point.sums, previous=None, rest=rest)
            for series, rest, point in moved.get(index, ())
        ]
        rows += inner if inner and bucket.total is not None else [row]
    return rows


def _by_bucket(answer: UsageAnswer) -> dict[int, list[tuple[UsageSeries, int, UsagePoint]]]:
    found: dict[int, list[tuple[UsageSeries, int, UsagePoint]]] = {}
    for series, rest in _parts(answer):
        for point in series.points:
            found.setdefault(point.bucket_index, []).append((series, rest, point))
    for points in found.values():
        points.sort(key=lambda each: (each[1] > 0, -each[2].sums.total_bytes))
    return found


def _bucket_row(answer: UsageAnswer, bucket: UsageBucket) -> HistoryRow:
    missing = missing_seconds(answer.gaps, bucket.start_time, bucket.end_time)
    kind = missing[0][0] if missing else HistoryGapKind.UNSPECIFIED
    row = HistoryRow(
        start_time=bucket.start_time,
        end_time=bucket.end_time,
        sums=bucket.total,
        previous=bucket.previous,
        recorded_seconds=bucket.recorded_seconds,
        is_running=bucket.is_running,
        is_lower_bound=bucket.is_lower_bound,
        missing=kind if bucket.total is None else None,
    )
    gap = kind if missing else None
    return replace(row, note=_note(row, gap), brief=_brief_note(row, gap))


def _brief_note(row: HistoryRow, gap: HistoryGapKind | None) -> str:
    """Say it in two words: why something is missing is said below the table."""
    if row.missing is not None:
        return brief_gap_kind(row.missing)
    if row.is_running:
        return "so far"
    if _is_in_part(row, gap):
        return f"only {format_age(row.recorded_seconds or 0.0)}"
    return "at least" if row.is_lower_bound else ""


def _is_in_part(row: HistoryRow, gap: HistoryGapKind | None) -> bool:
    return gap is not None and (row.recorded_seconds or 0.0) < row.end_time - row.start_time - _ALMOST


def _note(row: HistoryRow, gap: HistoryGapKind | None) -> str:
    if row.missing is not None:
        return gap_kind_words(row.missing)
    parts = ["so far"] if row.is_running else []
    if gap is not None and _is_in_part(row, gap):
        parts.append(f"{format_age(row.recorded_seconds or 0.0)} recorded: {gap_kind_words(gap)}")
    if row.is_lower_bound:
        parts.append("at least")
    return ", ".join(parts)


def _joined_gaps(rows: Sequence[HistoryRow], bucket: BucketSize) -> list[HistoryRow]:
    """Make one row of buckets in a row that are unknown for the same reason: a month of nothing is one line."""
    joined: list[HistoryRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last is not None and row.missing is not None and last.missing is row.missing:
            joined[-1] = replace(last, end_time=row.end_time, buckets=last.buckets + 1)
        else:
            joined.append(row)
    return [_told(row, bucket) for row in joined]


def _told(row: HistoryRow, bucket: BucketSize) -> HistoryRow:
    if row.missing is None or row.buckets == 1:
        return row
    many = counted(row.buckets, bucket_name(bucket))
    return replace(row, note=f"{many}: {row.note}", brief=f"{many}: {row.brief}")
