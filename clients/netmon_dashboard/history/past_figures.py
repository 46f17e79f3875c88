"""What live pages ask of the recorder, and its answers as they take them: JSON values. Pure.

Sums are ``[sent, received]`` in bytes; times are Unix seconds. What is not known is left out, and never a zero.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from netmon.model import (
    NO_USAGE,
    BucketSize,
    HistoryGap,
    Timeline,
    TimelineQuery,
    TimelineSpan,
    UsageAnswer,
    UsageDimension,
    UsageQuery,
    UsageSeries,
)
from netmon_client.history_words import gap_kind_words, is_bound_only

__all__ = ["LANE_SECONDS", "LIVE_SECONDS", "lane_figures", "lane_questions", "today_figures", "today_question"]

LANE_SECONDS: Final = 86_400.0
LIVE_SECONDS: Final = 300.0
"""What the live lanes hold, see ``hub/lanes.py``; the older ones end where they begin."""

_JOINED_SECONDS: Final = 600.0
"""A lane is about 100 pixels wide: silence of less than a pixel, which is 15 minutes, is not seen."""

_MOST_APPLICATIONS: Final = 1_000  # as the contract has it
_LANES_A_QUESTION: Final = 100  # the same


def today_question(now: float) -> UsageQuery:
    """Ask for the day that is now, of the recorder's own zone: a moment of it is widened to the whole day."""
    return UsageQuery(
        since_time=now - 1.0,
        bucket=BucketSize.DAY,
        group_by=(UsageDimension.APPLICATION,),
        top=_MOST_APPLICATIONS,
    )


def today_figures(answer: UsageAnswer, now: float) -> dict[str, Any]:
    """Give today's sums by identity of the application; ``nobody``: of what has no owner.

    ``missing``: seconds of today, until ``now``, of which nothing is known; ``lower``: packets were dropped or missed,
    so that the sums are lower bounds.
    """
    if not answer.buckets:
        return {"known": False}
    # At midnight the question may begin a second too early, and the day before comes too.
    index = len(answer.buckets) - 1
    today = answer.buckets[index]
    sums = {each.key.application_id: _of_bucket(each, index) for each in answer.series if not each.key.is_folded}
    passed = min(now, today.end_time) - today.start_time
    return {
        "known": True,
        "since": today.start_time,
        "apps": {key: moved for key, moved in sums.items() if key and any(moved)},
        "nobody": sums.get("", [0, 0]),
        "missing": max(0, round(passed - today.recorded_seconds)),
        "lower": today.is_lower_bound,
    }


def lane_questions(names: Sequence[str], now: float) -> Iterator[TimelineQuery]:
    """Ask when these domains were active within the day before what live pages hold; so many at once as may be."""
    until = now - LIVE_SECONDS
    for begin in range(0, len(names), _LANES_A_QUESTION):
        yield TimelineQuery(
            dimension=UsageDimension.DOMAIN,
            values=tuple(names[begin : begin + _LANES_A_QUESTION]),
            since_time=until - LANE_SECONDS,
            until_time=until,
            joined_seconds=_JOINED_SECONDS,
        )


def lane_figures(timelines: Sequence[Timeline]) -> dict[str, Any]:
    """Give by domain its spans, ``[start, end, sent, received]``, and the gaps, ``[start, end, words]``.

    Nothing is known of a gap; where packets were dropped only, what was recorded stands.
    """
    if not timelines:
        return {"known": False}
    first = timelines[0]
    lanes = [lane for timeline in timelines for lane in timeline.lanes]
    return {
        "known": True,
        "since": first.since_time,
        "until": first.until_time,
        "lanes": {lane.key.domain: [_span(span) for span in lane.spans] for lane in lanes if lane.spans},
        "gaps": list(_gaps(first.gaps, first.until_time)),
    }


def _of_bucket(series: UsageSeries, index: int) -> list[int]:
    sums = next((point.sums for point in series.points if point.bucket_index == index), NO_USAGE)
    return [sums.sent_bytes, sums.received_bytes]


def _span(span: TimelineSpan) -> list[float]:
    return [span.start_time, span.end_time, span.sums.sent_bytes, span.sums.received_bytes]


def _gaps(gaps: Iterable[HistoryGap], until: float) -> Iterator[list[Any]]:
    for gap in gaps:
        if not is_bound_only(gap.kind):
            yield [gap.since_time, until if gap.until_time is None else gap.until_time, gap_kind_words(gap.kind)]
