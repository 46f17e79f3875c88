from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import AlertMeasure, AlertRule, HistoryGap, HistoryGapKind, QuietHours, RetentionPolicy
from netmon_recorder.alerts.back_test import back_test
from tests.support.history_stage import NOON, keep, opened, row

HOUR, DAY = 3_600.0, 86_400.0
RULE = AlertRule(name="big", measure=AlertMeasure.RECEIVED_BYTES, bound=1_500, window_seconds=600)


def test_it_gives_each_time_that_the_rule_would_have_fired(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON - 5 * HOUR + offset, 800) for offset in (0, 300, 3_600, 3_660, 3_720, 7_200)))
        test = back_test(store, RULE, NOON - 5 * HOUR, NOON, NOON)
        assert [firing.time - (NOON - 5 * HOUR) for firing in test.firings] == [360, 3_720]
        assert (test.firing_count, test.greatest_value) == (2, 2_400)
        assert test.greatest_time == NOON - 5 * HOUR + 3_780
        assert [firing.value for firing in test.firings] == [1_600, 1_600]


def test_a_week_is_read_in_pieces_and_nothing_counts_twice(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON - 6.5 * DAY + minute * 60, 1_600) for minute in range(0, 9_000, 60)))
        test = back_test(store, RULE, None, None, NOON)
        assert (test.firing_count, test.greatest_value) == (150, 1_600)
        assert (test.since_time, test.until_time) == (NOON - 6.5 * DAY, NOON), "it begins with what is kept"


def test_a_range_before_the_minutes_is_tested_by_hours(tmp_path: Path) -> None:
    rule = replace(RULE, window_seconds=2 * HOUR)
    with opened(tmp_path, policy=RetentionPolicy(minute_seconds=0)) as store:
        keep(store, row(NOON - 10 * HOUR, 1_000), row(NOON - 9 * HOUR, 1_000), row(NOON - 3 * HOUR, 1_600))
        test = back_test(store, rule, NOON - DAY / 2, NOON, NOON)
        assert [firing.time - NOON for firing in test.firings] == [-8 * HOUR, -2 * HOUR]


def test_quiet_periods_hold_in_the_past_too(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON - HOUR + 60 * minute, 2_000) for minute in range(60)))
        often = back_test(store, replace(RULE, quiet_seconds=60), NOON - HOUR, NOON, NOON)
        seldom = back_test(store, replace(RULE, quiet_seconds=1_800), NOON - HOUR, NOON, NOON)
        assert (often.firing_count, seldom.firing_count) == (60, 2)


def test_quiet_hours_hold_in_the_past_too(tmp_path: Path) -> None:
    hours = QuietHours(begin_minute=11 * 60, end_minute=11 * 60 + 30, time_zone="UTC")
    with opened(tmp_path) as store:
        keep(store, *(row(NOON - HOUR + 60 * minute, 2_000) for minute in range(60)))
        test = back_test(store, replace(RULE, quiet_seconds=60, quiet_hours=hours), NOON - HOUR, NOON, NOON)
        assert test.firing_count == 31
        assert test.firings[0].time == NOON - HOUR + 1_800


def test_no_window_ends_in_the_future(tmp_path: Path) -> None:
    now = NOON + 20
    with opened(tmp_path) as store:
        keep(store, row(NOON - 60, 10), row(NOON, 2_000))
        test = back_test(store, RULE, NOON - HOUR, None, now)
        assert test.greatest_time == now
        assert [firing.time for firing in test.firings] == [now]


def test_gaps_are_told_and_a_history_without_anything_has_no_greatest_time(tmp_path: Path) -> None:
    gap = HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=NOON - 1_000, until_time=NOON - 10)
    with opened(tmp_path) as store:
        keep(store, row(NOON - 2 * HOUR, 10), gaps=(gap,))
        test = back_test(store, RULE, NOON - HOUR, NOON, NOON)
        assert gap in test.gaps
        assert (test.firing_count, test.firings) == (0, ())


@pytest.mark.parametrize("since", [NOON, NOON + 1, NOON - 400 * DAY])
def test_a_range_that_is_none_is_refused(tmp_path: Path, since: float) -> None:
    with opened(tmp_path) as store, pytest.raises(ValueError, match="since_time"):
        back_test(store, RULE, since, NOON, NOON)
