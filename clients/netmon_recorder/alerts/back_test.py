"""What a rule would have done: the window slid over what history holds. Blocks on the storage."""

from dataclasses import dataclass, field
from typing import Final

from netmon.model import (
    AlertFiring,
    AlertRule,
    AlertTest,
    BucketSize,
    HistoryGap,
    HistoryGapKind,
    UsageAnswer,
    UsageQuery,
)
from netmon_recorder.alerts.quiet_hours import quiet_hours_end
from netmon_recorder.alerts.rules import measured, quiet_seconds
from netmon_recorder.store import UsageReader

DEFAULT_RANGE_SECONDS: Final = 7 * 86_400.0
LONGEST_RANGE_SECONDS: Final = 366 * 86_400.0
MOST_FIRINGS: Final = 1_000
_CHUNK_BUCKETS: Final = 5_000
_MINUTE_STEPS: Final = 90_000
"""Minutes that are gone through at the most (60 days of them); a longer range is tested hour by hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What was measured in one bucket. ``value`` None: nothing is known of it."""

    end_time: float
    value: int | None


@dataclass(slots=True, kw_only=True)
class _History:
    steps: list[_Step] = field(default_factory=list[_Step])
    gaps: dict[tuple[HistoryGapKind, float], HistoryGap] = field(
        default_factory=dict[tuple[HistoryGapKind, float], HistoryGap]
    )


def back_test(
    reader: UsageReader,
    rule: AlertRule,
    since_time: float | None,
    until_time: float | None,
    now: float,
    own_zone: str = "UTC",
) -> AlertTest:
    """Give when a rule would have fired in a range (None: the last 7 days), asked each minute, or each hour.

    Hours are what is left of a range that began before the minutes that are kept; a window under an hour then has
    nothing to be tested on, and the range begins with the minutes. Raises ValueError for a range that is none.
    """
    until = now if until_time is None else min(until_time, now)
    since = until - DEFAULT_RANGE_SECONDS if since_time is None else since_time
    if not until - LONGEST_RANGE_SECONDS <= since < until:
        raise ValueError("TestAlertRequest.since_time: not before until_time and now, by at most 366 days")
    begin = since - rule.window_seconds
    bucket, oldest = _bucket_of(reader, rule, begin, until, now)
    if oldest is not None and bucket is BucketSize.MINUTE and begin < oldest:
        begin = oldest
        since = min(max(since, oldest), until)
    history = _read(reader, rule, begin, until, bucket, now)
    return _slide(rule, history, since, until, own_zone)


def _bucket_of(
    reader: UsageReader, rule: AlertRule, begin: float, until: float, now: float
) -> tuple[BucketSize, float | None]:
    """Give the size of the steps, and since when there are minutes."""
    last_minute = UsageQuery(since_time=max(begin, until - 60), until_time=until, bucket=BucketSize.MINUTE)
    oldest = reader.usage(last_minute, now).oldest_time
    has_minutes = oldest is not None and oldest <= begin and until - begin <= 60 * _MINUTE_STEPS
    if has_minutes or rule.window_seconds < 3600 or rule.window_seconds % 3600:
        return BucketSize.MINUTE, oldest
    return BucketSize.HOUR, None


def _read(reader: UsageReader, rule: AlertRule, begin: float, until: float, bucket: BucketSize, now: float) -> _History:
    """Read the buckets in pieces: a storage gives at most 10,000 at once."""
    history = _History()
    length = 60 if bucket is BucketSize.MINUTE else 3600
    since = begin
    while since < until:
        piece_until = min(until, since + _CHUNK_BUCKETS * length)
        answer = reader.usage(
            UsageQuery(
                since_time=since,
                until_time=piece_until,
                bucket=bucket,
                filter=rule.filter,
                include_loopback=rule.include_loopback,
            ),
            now,
        )
        _take(history, rule, answer, now)
        since = max(answer.until_time, piece_until)
    return history


def _take(history: _History, rule: AlertRule, answer: UsageAnswer, now: float) -> None:
    reached = history.steps[-1].end_time if history.steps else float("-inf")
    for bucket in answer.buckets:
        if bucket.end_time > reached:
            value = None if bucket.total is None else measured(rule.measure, bucket.total)
            # The running bucket ends now: no window lies in the future.
            history.steps.append(_Step(end_time=min(bucket.end_time, now), value=value))
    history.gaps.update({(gap.kind, gap.since_time): gap for gap in answer.gaps})


def _slide(rule: AlertRule, history: _History, since: float, until: float, own_zone: str) -> AlertTest:
    firings: list[AlertFiring] = []
    firing_count, total, first = 0, 0, 0
    greatest, greatest_time = 0, None
    quiet_until = float("-inf")
    steps = history.steps
    for step in steps:
        total += step.value or 0
        while steps[first].end_time <= step.end_time - rule.window_seconds:
            total -= steps[first].value or 0
            first += 1
        if step.end_time <= since:
            continue
        if total > greatest or (greatest_time is None and step.value is not None):
            greatest, greatest_time = total, step.end_time
        if total > rule.bound and step.end_time >= quiet_until and not _is_quiet(rule, step.end_time, own_zone):
            firing_count += 1
            quiet_until = step.end_time + quiet_seconds(rule)
            if len(firings) < MOST_FIRINGS:
                firings.append(_firing(rule, firing_count, step.end_time, total))
    return AlertTest(
        firings=tuple(firings),
        firing_count=firing_count,
        greatest_value=greatest,
        greatest_time=greatest_time,
        since_time=since,
        until_time=until,
        gaps=tuple(sorted(history.gaps.values(), key=lambda gap: gap.since_time)),
    )


def _is_quiet(rule: AlertRule, time: float, own_zone: str) -> bool:
    return rule.quiet_hours is not None and quiet_hours_end(rule.quiet_hours, time, own_zone) is not None


def _firing(rule: AlertRule, number: int, time: float, value: int) -> AlertFiring:
    return AlertFiring(
        sequence=number,
        name=rule.name,
        time=time,
        window_since_time=time - rule.window_seconds,
        measure=rule.measure,
        value=value,
        bound=rule.bound,
    )
