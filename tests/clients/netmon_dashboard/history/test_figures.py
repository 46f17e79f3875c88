from dataclasses import replace

from netmon.model import HistoryGap, HistoryGapKind, UsageDimension, UsageKey, UsageQuery
from netmon_client.testing.history_samples import a_usage_answer
from netmon_dashboard.history.figures import chart_figures, is_empty

BY_APP = UsageQuery(group_by=(UsageDimension.APPLICATION,), compare=True)


def test_sums_of_the_parts_are_those_of_the_whole() -> None:
    answer = a_usage_answer(replace(BY_APP, top=2))
    figures = chart_figures(answer, "app", is_compared=True)
    parts = [*figures["series"], figures["rest"]]
    assert [sum(part["total"][way] for part in parts) for way in (0, 1)] == figures["total"]
    for part in parts:
        assert sum(sent for _, sent, _ in part["points"]) == part["total"][0]
    assert figures["rest"]["count"] == 1


def test_what_was_not_recorded_is_none_and_no_zero() -> None:
    figures = chart_figures(a_usage_answer(BY_APP), "app", is_compared=False)
    assert [bucket["total"] for bucket in figures["buckets"]].count(None) == 1


def test_of_an_unknown_period_before_there_are_no_zeros() -> None:
    answer = a_usage_answer(BY_APP)
    unknown = replace(answer, buckets=tuple(replace(bucket, previous=None) for bucket in answer.buckets))
    figures = chart_figures(unknown, "app", is_compared=True)
    assert figures["previous"] is None
    assert {series["previous"] for series in figures["series"]} == {None}


def test_what_has_no_name_says_so_and_cannot_be_asked_for_alone() -> None:
    answer = a_usage_answer(BY_APP)
    nameless = replace(answer, series=(replace(answer.series[0], key=UsageKey()),))
    (series,) = chart_figures(nameless, "app", is_compared=False)["series"]
    assert (series["name"], series["value"]) == ("(no owner)", "")


def test_gaps_say_why_and_dropped_packets_hatch_nothing() -> None:
    gaps = (
        HistoryGap(kind=HistoryGapKind.SUSPENDED, since_time=1.0, until_time=2.0),
        HistoryGap(kind=HistoryGapKind.DROPS, since_time=3.0, dropped_packets=7),
    )
    shown = chart_figures(replace(a_usage_answer(BY_APP), gaps=gaps), "app", is_compared=False)["gaps"]
    assert [(gap["text"], gap["partial"], gap["until"]) for gap in shown] == [
        ("the machine slept", False, 2.0),
        ("packets were dropped", True, None),
    ]


def test_of_a_great_many_gaps_the_newest_are_sent_and_all_are_counted() -> None:
    kind = HistoryGapKind.SUSPENDED
    gaps = tuple(HistoryGap(kind=kind, since_time=float(at), until_time=at + 0.5) for at in range(301))
    figures = chart_figures(replace(a_usage_answer(BY_APP), gaps=gaps), "app", is_compared=False)
    assert figures["gapCount"] == 301
    assert [gap["since"] for gap in figures["gaps"]] == [gap.since_time for gap in gaps[1:]]


def test_a_history_that_holds_nothing_is_empty() -> None:
    answer = a_usage_answer(BY_APP)
    unknown = tuple(replace(bucket, total=None) for bucket in answer.buckets)
    assert is_empty(replace(answer, series=(), buckets=unknown, oldest_time=None))
    assert not is_empty(answer)
