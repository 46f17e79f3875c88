"""Usage as the chart takes it: JSON values, short ones, since a month by day and application is a few hundred points.

Sums are ``[sent, received]`` in bytes; times are Unix seconds. Names are texts: the chart sets them as such.
"""

from typing import Any, Final

from netmon.model import HistoryGap, UsageAnswer, UsageBucket, UsageKey, UsageSeries, UsageSums
from netmon_client.history_words import DIMENSIONS, gap_kind_words, group_name, is_bound_only
from netmon_dashboard.history.view import Group

__all__ = ["chart_figures", "is_empty"]

_MOST_GAPS: Final = 300
"""The newest; they are sent in the order of time."""


def chart_figures(answer: UsageAnswer, group: Group, *, is_compared: bool) -> dict[str, Any]:
    """Give what the chart and the table under it show."""
    rest = answer.rest
    # Of a time of which nothing at all is known there are no sums, zeros neither.
    knows_before = any(bucket.previous is not None for bucket in answer.buckets)
    total_before = answer.previous_total if knows_before else None
    return {
        "since": answer.since_time,
        "until": answer.until_time,
        "zone": answer.calendar.time_zone,
        "by": answer.bucket.name.lower(),
        "group": group,
        "compare": is_compared,
        "buckets": [_bucket(bucket) for bucket in answer.buckets],
        "series": [_series(each, *_named(each.key, group), knows_before=knows_before) for each in answer.series],
        "rest": rest and {**_series(rest, "", "", knows_before=knows_before), "count": answer.rest_count},
        "total": _sums(answer.total),
        "previous": None if total_before is None else _sums(total_before),
        "previousSpan": [answer.previous_since_time, answer.previous_until_time],
        "gaps": [_gap(gap) for gap in answer.gaps[-_MOST_GAPS:]],
        "gapCount": len(answer.gaps),
        "oldest": answer.oldest_time,
    }


def is_empty(answer: UsageAnswer) -> bool:
    """Whether history holds nothing at all yet, of no time."""
    return answer.oldest_time is None and not answer.series and all(bucket.total is None for bucket in answer.buckets)


def _bucket(bucket: UsageBucket) -> dict[str, Any]:
    return {
        "start": bucket.start_time,
        "end": bucket.end_time,
        "running": bucket.is_running,
        "recorded": bucket.recorded_seconds,
        "total": None if bucket.total is None else _sums(bucket.total),
        "previous": None if bucket.previous is None else _sums(bucket.previous),
        "lower": bucket.is_lower_bound,
    }


def _series(series: UsageSeries, name: str, value: str, *, knows_before: bool) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "total": _sums(series.total),
        "previous": None if series.previous is None or not knows_before else _sums(series.previous),
        "points": [[point.bucket_index, *_sums(point.sums)] for point in series.points],
    }


def _named(key: UsageKey, group: Group) -> tuple[str, str]:
    """Give what a series is called, and the value of a term for it; "" where none asks for it alone."""
    name = group_name(key, DIMENSIONS[group])
    value = {"app": key.application_name, "domain": key.domain, "host": key.remote_host}.get(group, name)
    return name, value


def _gap(gap: HistoryGap) -> dict[str, Any]:
    return {
        "since": gap.since_time,
        "until": gap.until_time,
        "text": gap_kind_words(gap.kind),
        "partial": is_bound_only(gap.kind),
        "dropped": gap.dropped_packets,
    }


def _sums(sums: UsageSums) -> list[int]:
    return [sums.sent_bytes, sums.received_bytes]
