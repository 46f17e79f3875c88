"""Rules and firings in their tables."""

from pathlib import Path

import pytest

from netmon.model import AlertFiring, AlertMeasure, AlertRule
from netmon_recorder.store import alert_table
from tests.support.history_stage import NOON, opened


def firing(name: str, value: int) -> AlertFiring:
    measure = AlertMeasure.TOTAL_BYTES
    return AlertFiring(
        sequence=0, name=name, time=NOON, window_since_time=NOON - 60, measure=measure, value=value, bound=1
    )


def test_a_rule_is_put_replaced_listed_by_name_and_deleted(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert not store.put_rule(AlertRule(name="b", bound=1))
        assert not store.put_rule(AlertRule(name="a"))
        assert store.put_rule(AlertRule(name="b", bound=2))
    with opened(tmp_path) as store:
        assert [(rule.name, rule.bound) for rule in store.rules()] == [("a", 0), ("b", 2)]
        assert store.delete_rule("b") == AlertRule(name="b", bound=2)
        assert store.delete_rule("b") is None
        assert [rule.name for rule in store.rules()] == ["a"]


def test_firings_are_numbered_and_come_newest_first(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        kept = [store.add_firing(firing(name, value)) for value, name in enumerate("abab")]
        assert [each.sequence for each in kept] == [1, 2, 3, 4]
        assert store.firings(limit=2) == (kept[3], kept[2])
        assert store.firings(name="a") == (kept[2], kept[0])
        assert store.firings(after_sequence=3) == (kept[3],)
        assert store.firing_counts() == {"a": 2, "b": 2}


def test_the_oldest_firings_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_table, "MOST_FIRINGS", 3)
    with opened(tmp_path) as store:
        for value in range(5):
            store.add_firing(firing("a", value))
        assert [each.value for each in store.firings()] == [4, 3, 2]
