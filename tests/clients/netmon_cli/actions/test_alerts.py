import json
from dataclasses import replace

import pytest

from netmon.model import (
    AlertFiring,
    AlertMeasure,
    AlertRule,
    AlertState,
    AlertTest,
    HistoryGap,
    HistoryGapKind,
    QuietHours,
    UsageKey,
    UsageSeries,
    UsageSums,
)
from netmon_cli.actions.alerts import firing_words, rule_words
from netmon_cli.actions.alerts import test_words as words_of_test
from netmon_client import connect_history
from netmon_client.testing import HISTORY_TIME, FakeRecorder
from tests.clients.netmon_cli.conftest import Run

WEEK = 7 * 86_400
FAR = 4_102_444_800.0
RULE = AlertRule(
    name="backup", query="app:backup", measure=AlertMeasure.TOTAL_BYTES, bound=5_000_000_000, window_seconds=3600.0
)
FIRING = AlertFiring(
    sequence=7,
    name="backup",
    time=HISTORY_TIME,
    window_since_time=HISTORY_TIME - 3600,
    measure=AlertMeasure.TOTAL_BYTES,
    value=6_000_000_000,
    bound=5_000_000_000,
    applications=(UsageSeries(key=UsageKey(application_name="backup"), total=UsageSums(0, 6_000_000_000)),),
)
PUT = ("alerts", "put", "backup", "--if", "app:backup", "--over", "5GB", "--within", "1h")


def test_an_alert_is_put_listed_and_deleted(history_cli: Run, recorder: FakeRecorder) -> None:
    assert history_cli(*PUT, "--quiet", "2h").lines == [
        'Saved "backup": app:backup, over 5.00 GB within 1h00, then quiet for 2h00.'
    ]
    assert history_cli(*PUT, "--pause", "--mute", "8h").out.startswith('Replaced "backup"')
    (rule,) = recorder.rules
    assert (rule.bound, rule.window_seconds, rule.is_paused) == (5_000_000_000, 3600.0, True)
    assert rule.muted_until_time is not None
    listed = history_cli("alerts")
    assert listed.lines[1].split("  ")[0] == "backup"
    assert listed.out == history_cli("alerts", "list").out
    assert history_cli("alerts", "delete", "backup").out.startswith('Deleted "backup"')
    assert history_cli("alerts").lines == ["No alert is saved."]
    assert history_cli("alerts", "delete", "backup").code != 0


def test_an_alert_is_muted_until_then_and_no_longer(history_cli: Run, recorder: FakeRecorder) -> None:
    with connect_history(recorder.socket) as client:
        client.put_alert(replace(RULE, name="past", muted_until_time=HISTORY_TIME))
        client.put_alert(replace(RULE, name="coming", muted_until_time=FAR))
    states = {line.split()[0]: line.split("  ")[-1].strip() for line in history_cli("alerts").lines[1:]}
    assert states == {"past": "on", "coming": "muted until 2100-01-01 00:00"}


def test_an_alert_may_be_quiet_at_night_in_the_users_zone(
    history_cli: Run, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    said = history_cli(*PUT, "--quiet", "2h", "--quiet", "22:00-07:00").lines
    assert said[0].endswith("then quiet for 2h00, not from 22:00 to 07:00 (Asia/Kathmandu).")
    (rule,) = recorder.rules
    assert rule.quiet_seconds == 7200
    assert rule.quiet_hours == QuietHours(begin_minute=1320, end_minute=420, time_zone="Asia/Kathmandu")
    assert "one time and one range" in history_cli(*PUT, "--quiet", "2h", "--quiet", "3h").err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--if", "app:x"], "needs --over and --within"),
        (["--over", "much", "--within", "1h"], '"much" is no size'),
        (["--over", "1", "--within", "90s"], "whole minutes"),
        (["--over", "1", "--within", "1h", "--if", "pid:3"], 'does not hold "pid"'),
    ],
)
def test_a_rule_that_makes_no_sense_is_wrong_usage(history_cli: Run, words: list[str], text: str) -> None:
    result = history_cli("alerts", "put", "x", *words)
    assert result.code == 2
    assert text in result.err


def test_a_test_says_how_often_it_would_have_fired(history_cli: Run, recorder: FakeRecorder) -> None:
    recorder.answers.alert_test = AlertTest(
        firings=(FIRING,) * 3,
        firing_count=3,
        greatest_value=7_000_000_000,
        greatest_time=HISTORY_TIME,
        since_time=HISTORY_TIME - WEEK,
        until_time=HISTORY_TIME,
    )
    result = history_cli("alerts", "test", *PUT[3:])
    assert result.lines[0] == "app:backup, over 5.00 GB within 1h00: would have fired 3 times last week."
    assert result.lines[1] == "  2023-11-14 22:00  6.00 GB"
    assert result.lines[-1] == "The most was 7.00 GB, in the window that ended 2023-11-14 22:00."
    assert json.loads(history_cli("alerts", "test", *PUT[3:], "-o", "json").out)["firing_count"] == 3


def test_a_saved_one_is_tested_by_its_name(history_cli: Run, recorder: FakeRecorder) -> None:
    history_cli(*PUT)
    assert "would not have fired last week" in history_cli("alerts", "test", "backup").out
    missing = history_cli("alerts", "test", "restore")
    assert (missing.code, "netmon-cli alerts" in missing.err) == (2, True)
    near = history_cli("alerts", "test", "bakcup").err.splitlines()
    assert near[0] == 'netmon-cli: no alert is called "bakcup"; did you mean backup?'
    for words in (["--over", "1"], ["--measure", "sent"], ["--quiet", "1h"], ["--loopback"]):
        both = history_cli("alerts", "test", "backup", *words)
        assert (both.code, "NAME or options" in both.err) == (2, True)
    assert history_cli("alerts", "test", "backup", "--since", "2d").code == 0


def test_where_nothing_was_recorded_a_test_says_so() -> None:
    gap = HistoryGap(kind=HistoryGapKind.SUSPENDED, since_time=0.0, until_time=3600.0)
    lines = words_of_test(RULE, AlertTest(firing_count=1, since_time=0.0, until_time=7200.0, gaps=(gap,)), "si")
    assert lines[0].endswith("would have fired once in the last 2h00.")
    assert lines[-1] == "Where nothing was recorded it could not have fired: the machine slept for 1h00."


def test_firings_are_told_as_they_come(history_cli: Run, recorder: FakeRecorder) -> None:
    recorder.fire(FIRING)
    table = history_cli("alerts", "watch", "--after", "0", "-n", "1", "-o", "table")
    assert table.lines == ["2023-11-14 22:00  backup: 6.00 GB within 1h00 (over 5.00 GB); backup 6.00 GB"]
    assert json.loads(history_cli("alerts", "watch", "--after", "0", "-n", "1").out)["sequence"] == 7


def test_json_lists_alerts_and_firings(history_cli: Run, recorder: FakeRecorder) -> None:
    history_cli(*PUT)
    recorder.fire(FIRING)
    whole = json.loads(history_cli("alerts", "list", "-o", "json").out)
    assert whole["alerts"][0]["firing_count"] == 1
    lines = [json.loads(text) for text in history_cli("alerts", "list", "-o", "jsonl").lines]
    assert [each["type"] for each in lines] == ["alert", "firing"]


def test_sizes_are_in_the_units_that_were_asked_for(history_cli: Run, recorder: FakeRecorder) -> None:
    history_cli(*PUT)
    assert "over 4.66 GiB within 1h00" in history_cli("alerts", "list", "--units", "iec").out
    recorder.answers.alert_test = AlertTest(
        firings=(FIRING,), firing_count=1, greatest_value=1024**3, greatest_time=0.0
    )
    tested = history_cli("alerts", "test", "backup", "--units", "iec").out
    assert all(words in tested for words in ("over 4.66 GiB", "  5.59 GiB", "The most was 1.00 GiB"))
    recorder.fire(FIRING)
    told = history_cli("alerts", "watch", "--after", "0", "-n", "1", "-o", "table", "--units", "iec").lines
    assert told == ["2023-11-14 22:00  backup: 5.59 GiB within 1h00 (over 4.66 GiB); backup 5.59 GiB"]


def test_each_measure_has_its_words() -> None:
    assert rule_words(replace(RULE, measure=AlertMeasure.SENT_BYTES)).startswith("app:backup, over 5.00 GB sent within")
    many = replace(RULE, query="", measure=AlertMeasure.CONNECTIONS, bound=100)
    assert rule_words(many) == "everything, over 100 connections within 1h00"
    assert "(no owner)" in firing_words(replace(FIRING, applications=(UsageSeries(),)))
    assert AlertState(rule=RULE).value is None
