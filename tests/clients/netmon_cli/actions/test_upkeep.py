import json

import click
import pytest

from netmon.model import AggregationReport, CleanupPlan, CleanupSelection
from netmon_cli.actions.upkeep import plan_words, selection_of
from netmon_client.testing import HISTORY_TIME, FakeRecorder
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal

PLAN = CleanupPlan(row_count=12_340, freed_bytes=2_100_000, oldest_time=HISTORY_TIME)
WORDS = "Would delete 12,340 rows, oldest 2023-11-14, frees 2.10 MB."


def test_the_aggregation_says_whether_it_mended_anything(history_cli: Run, recorder: FakeRecorder) -> None:
    recorder.answers.aggregation = AggregationReport(read_row_count=1000, seconds=0.25)
    assert history_cli("aggregate").lines == ["All sums of hours and days are right (1,000 rows read in 0.2 s)."]
    recorder.answers.aggregation = AggregationReport(read_row_count=10, mended_hour_row_count=2, mended_day_row_count=1)
    assert history_cli("aggregate").lines == ["Mended 3 rows: 2 of hours, 1 of days (10 rows read in 0.0 s)."]
    assert json.loads(history_cli("aggregate", "-o", "json").out)["mended_hour_row_count"] == 2


def test_a_dry_run_only_tells(history_cli: Run, recorder: FakeRecorder) -> None:
    recorder.answers.plan = PLAN
    assert history_cli("cleanup", "--dry-run", "--older-than", "30d").lines == [WORDS]
    assert history_cli("cleanup", "--dry-run", "--units", "iec").lines[0].endswith("frees 2.00 MiB.")
    assert json.loads(history_cli("cleanup", "--dry-run", "-o", "json").out)["row_count"] == 12_340
    assert recorder.calls == ("PreviewCleanup",) * 3


def test_without_anybody_to_ask_it_needs_yes(
    history_cli: Run, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.answers.plan = PLAN
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    refused = history_cli("cleanup")
    assert (refused.code, recorder.calls) == (2, ())
    assert "--yes" in refused.err
    assert history_cli("cleanup", "--yes").lines == ["Deleted 12,340 rows, freed 2.10 MB."]
    assert history_cli("cleanup", "--yes").lines == ["Nothing is that old: nothing to delete."]


@pytest.mark.parametrize(("answer", "code"), [(b"n\r", 130), (b"y\r", 0)])
def test_on_a_terminal_it_asks(recorder: FakeRecorder, answer: bytes, code: int) -> None:
    recorder.answers.plan = PLAN
    program = [*PROGRAM, "--recorder-socket", recorder.socket, "cleanup"]
    with PseudoTerminal(program, {"NO_COLOR": "1", "TZ": "UTC"}) as terminal:
        terminal.wait_until(lambda text: "Delete 12,340 rows? [y/N]" in text, "the question")
        terminal.press(answer)
        assert terminal.end() == code
        assert WORDS in terminal.text
    assert ("Cleanup" in recorder.calls) is (code == 0)


def test_some_grains_alone_are_a_policy_of_their_own() -> None:
    assert selection_of(5.0, "") == CleanupSelection(older_than_time=5.0)
    policy = selection_of(0.0, "minutes").policy
    assert policy is not None
    assert policy.minute_seconds > 50 * 365 * 86_400
    assert (policy.hour_seconds, policy.day_seconds) == (36_500 * 86_400, 0)
    for words, text in ((("minutes",), "--older-than"), (("seconds",), "minutes, hours, days")):
        with pytest.raises(click.UsageError, match=text):
            selection_of(None, *words)


def test_nothing_to_delete_is_said() -> None:
    assert plan_words(CleanupPlan()) == "Nothing is that old: nothing to delete."


def test_who_may_not_is_told_so(history_cli: Run, recorder: FakeRecorder) -> None:
    recorder.answers.plan = PLAN
    recorder.refuse(control_only=True)
    assert history_cli("aggregate").code == 4
    assert history_cli("cleanup", "--yes").code == 4
