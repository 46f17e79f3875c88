import pytest

from netmon.model import AlertMeasure, AlertRule, AlertState, AlertTest, QuietHours
from netmon_dashboard.config.alerts import back_test_text, rule_of, state_text

FORM = {
    "name": " backup ",
    "query": "app:backup",
    "measure": "total",
    "bound": "5GB",
    "window": "1h",
    "quiet": "",
    "hours": "",
}


def test_a_form_becomes_a_rule() -> None:
    rule = rule_of(**FORM)
    assert (rule.name, rule.query, rule.measure) == ("backup", "app:backup", AlertMeasure.TOTAL_BYTES)
    assert (rule.bound, rule.window_seconds, rule.quiet_seconds) == (5_000_000_000, 3600.0, 0.0)
    assert len(rule.filter.terms) == 1
    counted = rule_of(**{**FORM, "measure": "connections", "bound": "1,000", "quiet": "1d"})
    assert (counted.bound, counted.quiet_seconds) == (1000, 86_400.0)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", " ", "Name"),
        ("bound", "much", "Over"),
        ("bound", "9223372036854775808", "Over: it must be from 0 to 9,223,372,036,854,775,807"),
        ("bound", f"{'9' * 400}PB", "Over: it must be from 0"),
        ("window", f"{'9' * 28}d", "Within: that is too long"),
        ("quiet", f"{'9' * 28}d", "Within: that is too long"),
        ("window", "soon", "Within"),
        ("quiet", "soon", "Within"),
        ("query", "pid:1", "Filter"),
        ("hours", "at night", "Quiet hours"),
        ("hours", "7:00-07:00", "Quiet hours"),
    ],
)
def test_a_form_that_makes_no_sense_names_the_field(field: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rule_of(**{**FORM, field: text})


@pytest.mark.parametrize("text", ["-1", "9223372036854775808"])
def test_a_bound_of_connections_that_is_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Over: it must be from 0 to 9,223,372,036,854,775,807"):
        rule_of(**{**FORM, "measure": "connections", "bound": text})


def test_quiet_hours_are_taken_and_said() -> None:
    rule = rule_of(**{**FORM, "hours": "22:00 - 7:00"})
    assert rule.quiet_hours == QuietHours(begin_minute=1320, end_minute=420)
    assert "within 1h00, not from 22:00 to 07:00" in state_text(AlertState(rule=rule))


def test_a_rule_says_what_it_asks_and_what_became_of_it() -> None:
    state = AlertState(rule=rule_of(**FORM), value=None, firing_count=3)
    assert state_text(state) == ("app:backup: total over 5.00 GB within 1h00\nnow nothing recorded; fired 3 times")
    silent = AlertState(rule=AlertRule(name="x", measure=AlertMeasure.CONNECTIONS, bound=7, is_paused=True), value=2)
    assert "never fired; paused" in state_text(silent)


def test_a_back_test_says_how_often_it_would_have_fired() -> None:
    test = AlertTest(firing_count=3, greatest_value=7_000_000_000, greatest_time=7200.0, until_time=86_400.0)
    text = back_test_text(test, AlertMeasure.TOTAL_BYTES)
    assert text.startswith("Would have fired 3 times from ")
    assert "the most was 7.00 GB" in text
    assert back_test_text(AlertTest(), AlertMeasure.TOTAL_BYTES).startswith("Would not have fired")
