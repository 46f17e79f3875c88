from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netmon.model import AlertFiring, AlertMeasure, AlertRule, Filter, FilterField, QuietHours, Term
from netmon_recorder.alerts.watch import AlertWatch
from netmon_recorder.store import StorageFull
from tests.support.history_stage import NOON, keep, opened, row

RULE = AlertRule(name="big", measure=AlertMeasure.RECEIVED_BYTES, bound=1_500, window_seconds=600, created_time=NOON)
FIREFOX = Filter(terms=(Term(field=FilterField.APPLICATION, values=("firefox",)),))
UNKNOWN = Filter(terms=(Term(field=FilterField.PID, values=("1",)),))
NOWHERE = QuietHours(begin_minute=0, end_minute=1, time_zone="Mars/Olympus")


def test_a_rule_fires_once_where_its_window_exceeds_the_bound(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        watch = AlertWatch(store, "UTC")
        store.put_rule(RULE)
        keep(store, row(NOON - 300, 1_000), row(NOON - 120, 1_000, application_id="exe:curl", application_name="curl"))
        assert [watch.ask_all(NOON), watch.ask_all(NOON + 60)] == [1, 0]
        [firing] = store.firings()
        assert (firing.name, firing.value, firing.bound, firing.time) == ("big", 2_000, 1_500, NOON)
        assert firing.window_since_time == NOON - 600
        assert {each.key.application_name for each in firing.applications} == {"firefox", "curl"}


def test_it_fires_again_when_it_has_been_quiet_for_long_enough(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        watch = AlertWatch(store, "UTC")
        store.put_rule(replace(RULE, quiet_seconds=120))
        keep(store, row(NOON - 60, 5_000))
        assert [watch.ask_all(NOON + 60 * minute) for minute in range(4)] == [1, 0, 1, 0]


def test_what_lies_before_the_window_or_outside_the_filter_counts_not(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        watch = AlertWatch(store, "UTC")
        store.put_rule(replace(RULE, filter=FIREFOX))
        keep(store, row(NOON - 660, 9_000), row(NOON - 60, 9_000, application_id="exe:curl", application_name="curl"))
        assert watch.ask_all(NOON + 30) == 0


@pytest.mark.parametrize("refused", [{"filter": UNKNOWN}, {"quiet_hours": NOWHERE}])
def test_a_rule_that_is_refused_today_keeps_no_other_from_firing_and_is_still_seen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, refused: dict[str, Any]
) -> None:
    with opened(tmp_path) as store:
        watch = AlertWatch(store, "UTC")
        store.put_rule(replace(RULE, name="a bad one", **refused))
        store.put_rule(RULE)
        keep(store, row(NOON - 60, 9_000))
        assert watch.ask_all(NOON) == 1
        assert "a rule cannot be asked" in caplog.text
        assert [(state.rule.name, state.value) for state in watch.states(NOON)] == [("a bad one", None), ("big", 9_000)]


def test_what_fired_before_the_storage_failed_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as store:
        watch = AlertWatch(store, "UTC")
        for name in ("a", "b", "c"):
            store.put_rule(replace(RULE, name=name, quiet_seconds=60.0))
        keep(store, row(NOON - 60, 9_000))
        keeps = store.add_firing

        def add_firing(firing: AlertFiring) -> AlertFiring:
            if firing.name == "b":
                raise StorageFull("another program writes")
            return keeps(firing)

        monkeypatch.setattr(store, "add_firing", add_firing)
        assert watch.ask_all(NOON) == 1
        assert [firing.name for firing in store.firings()] == ["a"]
        assert "the other alerts could not be asked: StorageFull" in caplog.text
        store.delete_rule("a")
        with pytest.raises(StorageFull):
            watch.ask_all(NOON + 60)


def test_a_filter_that_history_cannot_answer_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as store, pytest.raises(ValueError, match="does not hold"):
        AlertWatch(store, "UTC").check_filter(replace(RULE, filter=UNKNOWN), NOON)


def test_states_tell_the_value_now_and_the_last_firing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        watch = AlertWatch(store, "UTC")
        store.put_rule(RULE)
        assert watch.states(NOON)[0].value is None
        keep(store, row(NOON - 60, 9_000))
        watch.ask_all(NOON)
        [state] = watch.states(NOON + 60)
        assert (state.rule, state.value, state.firing_count) == (RULE, 9_000, 1)
        assert (state.last_firing, state.quiet_until_time) == (store.firings()[0], NOON + 600)
