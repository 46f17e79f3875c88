from dataclasses import replace

import pytest

from netmon.model import AlertFiring, AlertMeasure, AlertRule, QuietHours, UsageSums
from netmon_recorder.alerts.rules import check_rule, may_fire, measured, quiet_until

RULE = AlertRule(name="backup", measure=AlertMeasure.TOTAL_BYTES, bound=100, window_seconds=3_600)


def fired(time: float) -> AlertFiring:
    return AlertFiring(
        sequence=1, name="backup", time=time, window_since_time=0, measure=RULE.measure, value=101, bound=100
    )


def test_a_rule_that_makes_sense_passes() -> None:
    check_rule(RULE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\x1bb"}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"measure": AlertMeasure.UNSPECIFIED}, "measure"),
        ({"window_seconds": 0.0}, "window"),
        ({"window_seconds": 90.0}, "window"),
        ({"window_seconds": float("nan")}, "window"),
        ({"window_seconds": 32 * 86_400.0}, "window"),
        ({"quiet_seconds": -1.0}, "quiet"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=rf"AlertRule\.{field}"):
        check_rule(replace(RULE, **changes))  # type: ignore[arg-type]


def test_each_measure_looks_at_its_own() -> None:
    sums = UsageSums(1, 20, 300, 4_000)
    assert [measured(measure, sums) for measure in list(AlertMeasure)[1:]] == [21, 1, 20, 4_000]


def test_after_it_fired_a_rule_is_quiet_for_its_window_or_what_it_says() -> None:
    assert quiet_until(RULE, fired(1_000), 2_000) == 4_600
    assert quiet_until(replace(RULE, quiet_seconds=60), fired(1_000), 2_000) is None
    assert not may_fire(RULE, fired(1_000), 4_599)
    assert may_fire(RULE, fired(1_000), 4_600)


def test_a_firing_that_lies_in_the_future_keeps_nobody_quiet() -> None:
    assert may_fire(RULE, fired(9_000), 2_000)


def test_a_rule_that_is_paused_or_muted_does_not_fire() -> None:
    assert not may_fire(replace(RULE, is_paused=True), None, 2_000)
    assert not may_fire(replace(RULE, muted_until_time=2_001), None, 2_000)
    assert may_fire(replace(RULE, muted_until_time=2_000), None, 2_000)


def test_in_quiet_hours_a_rule_waits_for_their_end() -> None:
    hours = QuietHours(begin_minute=60, end_minute=120, time_zone="UTC")
    rule = replace(RULE, quiet_hours=hours)
    check_rule(rule)
    assert quiet_until(rule, None, 3_700) == 7_200
    assert not may_fire(rule, None, 3_700)
    assert may_fire(rule, None, 7_200)
    assert quiet_until(rule, fired(3_599), 3_700) == 7_200, "the quiet after a firing ends within them or later"
    with pytest.raises(ValueError, match="quiet_hours"):
        check_rule(replace(RULE, quiet_hours=replace(hours, end_minute=60)))
