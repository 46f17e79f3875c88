from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import AlertMeasure, AlertRule, CleanupPlan, CleanupSelection, Filter, RetentionPolicy
from netmon_client.history_client import connect_history
from netmon_client.testing.fake_recorder import FakeRecorder
from netmon_client.testing.history_samples import a_history_status
from tests.clients.netmon_dashboard.past_pages import components, open_page, with_recorder, words

PLAN = CleanupPlan(row_count=12_340, freed_bytes=2_100_000, oldest_time=1_785_585_600.0)
HOSTILE = "![x](http://198.51.100.1/)"


@pytest.fixture
def fake() -> Iterator[FakeRecorder]:
    with FakeRecorder(rules=[AlertRule(name=HOSTILE, filter=Filter(), bound=5, window_seconds=60)]) as recorder:
        recorder.answers.plan = PLAN
        yield recorder


def labels(app: object) -> list[str]:
    return [button.label for button in app.button]  # type: ignore[attr-defined]


def press(app: object, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()  # type: ignore[attr-defined]


def test_the_page_shows_the_recorder_and_offers_upkeep(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        assert "/var/lib/netmon-recorder/history.db" in words(app)
        assert "12,000 rows" in words(app)
        press(app, "Aggregate now")
        assert "RunAggregation" in fake.calls
        press(app, "Refresh caches")
        assert "RefreshHistoryCaches" in fake.calls
        assert not app.exception
    assert components(app)["netmon_live"]["page"] == "config"


def test_a_cleanup_is_shown_before_it_is_done_and_its_button_says_how_much(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        assert not [label for label in labels(app) if label.startswith("Delete 1")]
        press(app, "Preview")
        assert "Would delete 12,340 rows, oldest 2026-08-01, frees 2.10 MB" in words(app)
        assert "Cleanup" not in fake.calls
        press(app, "Delete 12,340 rows")
        assert "Cleanup" in fake.calls
        assert "Deleted 12,340 rows" in words(app)
        assert not [label for label in labels(app) if label.startswith("Delete 1")]


def test_an_age_is_asked_as_a_time_and_another_choice_takes_the_plan_away(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        app.radio[0].set_value("age").run()
        press(app, "Preview")
        selection = next(one for one in reversed(fake.asked) if isinstance(one, CleanupSelection))
        assert selection.older_than_time is not None
        assert "Delete 12,340 rows" in labels(app)
        app.number_input[0].set_value(7).run()
        assert "Delete 12,340 rows" not in labels(app)


def test_a_plan_of_another_policy_is_not_carried_out(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        press(app, "Preview")
        status = fake.answers.status
        shorter = replace(status.storage, policy=RetentionPolicy(minute_seconds=86_400))
        fake.answers.status = replace(status, storage=shorter)
        press(app, "Delete 12,340 rows")
    assert "Cleanup" not in fake.calls
    assert "Delete 12,340 rows" not in labels(app)


def test_who_may_not_sees_why_and_disabled_buttons(fake: FakeRecorder) -> None:
    status = a_history_status(may_control=False)
    fake.answers.status = replace(status, storage=replace(status.storage, policy=RetentionPolicy(day_seconds=86_400)))
    with with_recorder(fake.socket):
        app = open_page("config")
    assert "You may look, but not change anything here: started the recorder" in words(app)
    barred = {button.label for button in app.button if button.disabled}
    assert {"Aggregate now", "Refresh caches", "Preview", "Delete this alert", "Save alert"} <= barred


def test_an_export_has_a_link_that_says_at_most_how_many_rows(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        link = components(open_page("config"))["netmon_export"]
    assert link["path"] == "/netmon/export"
    assert "format=csv" in link["query"]
    assert link["estimate"].startswith("at most ")


def test_alerts_are_listed_as_text_put_tested_and_deleted(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        assert HOSTILE in [element.value for element in app.code]
        assert not [element for element in (*app.markdown, *app.caption) if "198.51" in element.value]
        next(field for field in app.text_input if field.label == "Name").set_value("backup")
        press(app, "Save alert")
        assert [rule.name for rule in fake.rules] == [HOSTILE, "backup"]
        assert fake.rules[1].bound == 5_000_000_000
        press(app, "Test over 7 days")
        assert "TestAlert" in fake.calls
        press(app, "Delete this alert")
        assert [rule.name for rule in fake.rules] == ["backup"]
        assert not app.exception


def test_a_form_that_makes_no_sense_says_which_field(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        next(field for field in app.text_input if field.label == "Name").set_value("backup")
        next(field for field in app.text_input if field.label == "Over").set_value("much")
        press(app, "Save alert")
    assert 'Over: "much" is no size' in words(app)
    assert len(fake.rules) == 1


def test_a_bound_that_no_rule_holds_is_refused_by_the_form(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        next(field for field in app.text_input if field.label == "Name").set_value("backup")
        next(field for field in app.text_input if field.label == "Over").set_value("99999PB")
        press(app, "Save alert")
    assert not app.exception
    assert "Over: it must be from 0 to 9,223,372,036,854,775,807" in words(app)
    assert len(fake.rules) == 1


def test_without_a_recorder_the_page_names_the_command_that_starts_one(tmp_path: Path) -> None:
    with with_recorder(f"{tmp_path}/none.sock"):
        app = open_page("config")
    assert app.code[0].value.startswith("netmon-recorder")
    assert "netmon_live" in components(app), "what is the browser's and the collector's is there all the same"


def test_a_press_is_for_the_alert_that_was_shown_and_not_for_one_in_its_place(fake: FakeRecorder) -> None:
    with with_recorder(fake.socket):
        app = open_page("config")
        with connect_history(fake.socket) as another:
            another.put_alert(AlertRule(name="! first", measure=AlertMeasure.TOTAL_BYTES, bound=5, window_seconds=60))
        assert [rule.name for rule in fake.rules] == ["! first", HOSTILE]
        press(app, "Delete this alert")
        assert [rule.name for rule in fake.rules] == ["! first"]
