"""Rules and firings as text."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from netmon.model import AlertFiring, AlertMeasure, AlertRule, UsageKey, UsageSeries, UsageSums
from netmon_client import parse_query
from netmon_recorder.store.alert_records import firing_from_text, firing_to_text, rule_from_text, rule_to_text
from tests.support.history_strategies import alert_rules


@given(rule=alert_rules)
@settings(deadline=None, max_examples=40)
def test_a_rule_comes_back_as_it_was(rule: AlertRule) -> None:
    assert rule_from_text(rule_to_text(rule)) == rule


def test_a_filter_of_every_kind_of_value_comes_back() -> None:
    rule = AlertRule(name="a", filter=parse_query("app:backup !rip:10.0.0.0/8 port:1024-65535"))
    assert rule_from_text(rule_to_text(rule)) == rule


def test_a_firing_comes_back_with_its_applications() -> None:
    series = UsageSeries(key=UsageKey(application_id="exe:a", application_name="a"), total=UsageSums(1, 2, 3, 4))
    firing = AlertFiring(
        sequence=3,
        name="a",
        time=2.5,
        window_since_time=1.5,
        measure=AlertMeasure.SENT_BYTES,
        value=9,
        bound=8,
        applications=(series,),
    )
    assert firing_from_text(7, firing_to_text(firing)) == replace(firing, sequence=7)


def test_what_only_a_newer_version_knows_is_left_alone() -> None:
    record = json.loads(rule_to_text(AlertRule(name="a")))
    newer = rule_from_text(json.dumps({**record, "colour": "red", "measure": 99}))
    assert newer == AlertRule(name="a")


def test_a_rule_from_before_there_were_quiet_hours_has_none() -> None:
    record = json.loads(rule_to_text(AlertRule(name="a")))
    del record["quiet_hours"]
    assert rule_from_text(json.dumps(record)) == AlertRule(name="a")


def test_what_is_no_record_is_refused() -> None:
    with pytest.raises(ValueError, match="not a record"):
        rule_from_text("[]")
