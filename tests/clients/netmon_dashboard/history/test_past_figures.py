from dataclasses import replace

from netmon.model import (
    BucketSize,
    HistoryGap,
    HistoryGapKind,
    Timeline,
    TimelineLane,
    TimelineSpan,
    UsageAnswer,
    UsageBucket,
    UsageDimension,
    UsageKey,
    UsagePoint,
    UsageSeries,
    UsageSums,
)
from netmon_dashboard.history.past_figures import (
    LANE_SECONDS,
    LIVE_SECONDS,
    lane_figures,
    lane_questions,
    today_figures,
    today_question,
)

NOW = 1_790_000_000.0
MIDNIGHT = NOW - 40_000


def a_bucket(start: float, *, is_lower_bound: bool = False) -> UsageBucket:
    return UsageBucket(start_time=start, end_time=start + 86_400, is_running=True, is_lower_bound=is_lower_bound)


def a_series(key: UsageKey, *received: int) -> UsageSeries:
    points = tuple(UsagePoint(index, UsageSums(1, each, 2, 1)) for index, each in enumerate(received) if each)
    return UsageSeries(key=key, total=UsageSums(1, sum(received), 2, 1), points=points)


def an_answer(*series: UsageSeries, buckets: tuple[UsageBucket, ...], gaps: tuple[HistoryGap, ...] = ()) -> UsageAnswer:
    return UsageAnswer(
        since_time=buckets[0].start_time if buckets else MIDNIGHT,
        until_time=NOW,
        bucket=BucketSize.DAY,
        buckets=buckets,
        series=series,
        gaps=gaps,
    )


def test_the_question_is_for_the_day_that_holds_this_moment() -> None:
    query = today_question(NOW)
    assert (query.bucket, query.group_by) == (BucketSize.DAY, (UsageDimension.APPLICATION,))
    assert query.since_time is not None
    assert query.since_time < NOW


def test_sums_are_by_identity_and_those_without_an_owner_are_apart() -> None:
    firefox, nobody = UsageKey(application_id="exe:firefox", application_name="firefox"), UsageKey()
    folded = UsageKey(is_folded=True)
    answer = an_answer(a_series(firefox, 100), a_series(nobody, 7), a_series(folded, 9), buckets=(a_bucket(MIDNIGHT),))
    figures = today_figures(answer, NOW)
    assert figures["known"]
    assert figures["since"] == MIDNIGHT
    assert figures["apps"] == {"exe:firefox": [1, 100]}
    assert figures["nobody"] == [1, 7]


def test_at_midnight_yesterday_is_not_counted() -> None:
    key = UsageKey(application_id="exe:curl")
    buckets = (a_bucket(MIDNIGHT - 86_400), a_bucket(MIDNIGHT))
    figures = today_figures(an_answer(a_series(key, 1000, 3), buckets=buckets), NOW)
    assert figures["apps"] == {"exe:curl": [1, 3]}
    assert today_figures(an_answer(a_series(key, 1000), buckets=buckets), NOW)["apps"] == {}


def test_what_is_missing_of_today_until_now_is_told_and_dropped_packets_are_a_bound() -> None:
    gaps = (
        HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=MIDNIGHT - 500, until_time=MIDNIGHT + 3600),
        HistoryGap(kind=HistoryGapKind.DROPS, since_time=MIDNIGHT + 4000, until_time=MIDNIGHT + 5000),
        HistoryGap(kind=HistoryGapKind.STOPPED, since_time=NOW - 600),
        HistoryGap(kind=HistoryGapKind.COLLECTOR_OFF, since_time=NOW - 300),
    )
    today = replace(a_bucket(MIDNIGHT, is_lower_bound=True), recorded_seconds=NOW - MIDNIGHT - 3600 - 600)
    answer = replace(an_answer(buckets=(today,), gaps=gaps), until_time=today.end_time)
    figures = today_figures(answer, NOW)
    assert (figures["missing"], figures["lower"]) == (4200, True)
    assert today_figures(answer, today.end_time + 60)["missing"] == 86_400 - today.recorded_seconds
    assert today_figures(answer, NOW - 7200)["missing"] == 0, "the recorder's clock is a little ahead"


def test_without_a_bucket_nothing_is_known() -> None:
    assert today_figures(an_answer(buckets=()), NOW) == {"known": False}


def test_lanes_are_asked_for_by_hundreds_and_end_where_live_ones_begin() -> None:
    first, second = lane_questions([f"{number}.example" for number in range(150)], NOW)
    assert (len(first.values), len(second.values)) == (100, 50)
    assert (first.since_time, first.until_time) == (NOW - LIVE_SECONDS - LANE_SECONDS, NOW - LIVE_SECONDS)
    assert list(lane_questions([], NOW)) == []


def a_timeline(*lanes: TimelineLane, gaps: tuple[HistoryGap, ...] = ()) -> Timeline:
    return Timeline(since_time=NOW - 86_700, until_time=NOW - 300, grain_seconds=60, lanes=lanes, gaps=gaps)


def test_lanes_come_by_name_with_what_is_missing() -> None:
    span = TimelineSpan(start_time=NOW - 9000, end_time=NOW - 8940, sums=UsageSums(1, 2, 3, 4))
    off = HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=NOW - 7000, until_time=NOW - 6000)
    lasts = HistoryGap(kind=HistoryGapKind.STOPPED, since_time=NOW - 800)
    drops = HistoryGap(kind=HistoryGapKind.DROPS, since_time=NOW - 3000, until_time=NOW - 2000)
    lane = TimelineLane(key=UsageKey(domain="a.example"), spans=(span,))
    empty = TimelineLane(key=UsageKey(domain="b.example"))
    figures = lane_figures([a_timeline(lane, gaps=(off, drops, lasts)), a_timeline(empty)])
    assert figures["lanes"] == {"a.example": [[NOW - 9000, NOW - 8940, 1, 2]]}
    assert [gap[:2] for gap in figures["gaps"]] == [[NOW - 7000, NOW - 6000], [NOW - 800, NOW - 300]]
    assert figures["gaps"][0][2] == "the recorder did not run"


def test_without_a_domain_there_are_no_lanes() -> None:
    assert lane_figures([]) == {"known": False}
