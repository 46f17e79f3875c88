from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import AlertMeasure, AlertRule, Filter, FilterField, Term
from netmon_recorder.alerts import AlertDesk
from tests.support.history_stage import NOON, keep, opened, row

RULE = AlertRule(name="big", measure=AlertMeasure.RECEIVED_BYTES, bound=1_500, window_seconds=600)


def test_a_rule_is_checked_with_its_filter(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        desk = AlertDesk(store)
        desk.check(RULE, NOON)
        with pytest.raises(ValueError, match="window"):
            desk.check(replace(RULE, window_seconds=1), NOON)
        with pytest.raises(ValueError, match="Filter"):
            desk.check(replace(RULE, filter=Filter(terms=(Term(field=FilterField.PID, values=("1",)),))), NOON)


def test_it_asks_states_and_tests_over_one_store(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        desk = AlertDesk(store)
        store.put_rule(RULE)
        keep(store, row(NOON - 120, 9_000))
        assert desk.ask_all(NOON) == 1
        assert desk.states(NOON)[0].firing_count == 1
        assert desk.test(RULE, NOON - 600, NOON, NOON).firing_count == 1
