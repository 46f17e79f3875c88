import json
import os
from dataclasses import replace
from pathlib import Path

import click
import pytest

from netmon.model import BucketSize, Caller, Filter, UsageDimension, UsageQuery, Visibility
from netmon_cli.actions.history import Request, answer_notes, read_dimensions, usage_query
from netmon_client.testing import HISTORY_TIME, FakeRecorder, a_usage_answer
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal

LOOKS = Path(__file__).parent.parent / "looks"
NOW = HISTORY_TIME + 1740


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("history_80", []),
        ("history_groups_80", ["--group", "app", "--top", "2", "--compare", "previous"]),
        ("history_hours_of_groups_80", ["--by", "hour", "--group", "app", "--top", "1"]),
    ],
)
def test_the_look_is_the_one_that_was_agreed_on(recorder: FakeRecorder, name: str, words: list[str]) -> None:
    program = [*PROGRAM, "--recorder-socket", recorder.socket, "history", *words]
    with PseudoTerminal(program, {"NO_COLOR": "1"}, columns=80) as terminal:
        assert terminal.end() == 0
    path = LOOKS / f"{name}.txt"
    if os.environ.get("WRITE_LOOKS"):
        path.write_text(terminal.text, encoding="utf-8")
    assert terminal.text == path.read_text(encoding="utf-8")


def test_the_question_has_the_users_zone_and_a_bucket_that_fits_the_range() -> None:
    day = usage_query(Request(), NOW)
    assert (day.since_time, day.until_time, day.bucket) == (NOW - 86_400, NOW, BucketSize.HOUR)
    assert day.calendar.time_zone == "UTC"
    assert usage_query(Request(since_time=NOW - 600), NOW).bucket is BucketSize.MINUTE
    assert usage_query(Request(since_time=NOW - 2 * 3_600), NOW).bucket is BucketSize.HOUR
    assert usage_query(Request(since_time=NOW - 30 * 86_400), NOW).bucket is BucketSize.DAY
    assert usage_query(Request(since_time=NOW - 300 * 86_400), NOW).bucket is BucketSize.MONTH
    assert usage_query(Request(group="app"), NOW).bucket is BucketSize.RANGE
    by_day = usage_query(Request(by="day", group="host,app", until_time=NOW - 86_400), NOW)
    assert (by_day.bucket, by_day.since_time) == (BucketSize.DAY, NOW - 31 * 86_400)
    by_second = usage_query(Request(by="second"), NOW)
    assert (by_second.bucket, by_second.since_time) == (BucketSize.SECOND, NOW - 300)
    processes = usage_query(Request(group="process"), NOW)
    assert (processes.bucket, processes.since_time) == (BucketSize.RANGE, NOW - 3600)
    assert by_day.group_by == (UsageDimension.REMOTE_HOST, UsageDimension.APPLICATION)


def test_what_makes_no_sense_is_wrong_usage() -> None:
    with pytest.raises(click.UsageError, match="is not before --until"):
        usage_query(Request(since_time=NOW, until_time=NOW - 1), NOW)
    with pytest.raises(click.UsageError, match=r'not kept by "port".*app, domain, host'):
        read_dimensions("port")
    with pytest.raises(click.UsageError, match="one or two"):
        read_dimensions("app,host,user")
    assert read_dimensions("remote, application") == (UsageDimension.REMOTE_HOST, UsageDimension.APPLICATION)


def test_the_recorder_is_asked_what_was_typed(history_cli: Run, recorder: FakeRecorder) -> None:
    assert history_cli("history", "--group", "app", "--app", "firefox", "--top", "3", "--loopback").code == 0
    (query,) = recorder.asked
    assert isinstance(query, UsageQuery)
    assert (query.top, query.include_loopback, query.compare) == (3, True, False)
    assert query.filter != Filter()


def test_json_is_the_answer_of_the_contract(history_cli: Run) -> None:
    whole = json.loads(history_cli("history", "--group", "app", "--top", "2", "-o", "json").out)
    assert (whole["schema"], whole["type"], whole["bucket"]) == ("netmon.v1", "usage", "hour")
    assert [bucket["total"] is None for bucket in whole["buckets"]] == [False, False, True, False, False, False]
    lines = [json.loads(text) for text in history_cli("history", "--group", "app", "--top", "2", "-o", "jsonl").lines]
    assert [each["type"] for each in lines] == ["usage", "series", "series", "rest", "gap"]
    plain = [json.loads(text) for text in history_cli("history", "-o", "jsonl").lines]
    assert [each["type"] for each in plain] == ["usage", *["bucket"] * 6, "gap"]


def test_csv_leaves_cells_of_unknown_hours_empty(history_cli: Run) -> None:
    lines = history_cli("history", "-o", "csv").lines
    assert lines[0].startswith("start_time,end_time,received_bytes,sent_bytes,total_bytes,connection_count")
    assert lines[3].startswith("2023-11-14T19:00:00Z,2023-11-14T20:00:00Z,,,,,")
    assert len(lines) == 7


def test_what_rows_do_not_say_is_said_beside_them(history_cli: Run) -> None:
    result = history_cli("history", "--compare", "previous")
    assert "Not all of it was recorded: the recorder did not run for 1h00" in result.err
    assert "Compared with 2023-11-14 11:00 to 2023-11-14 17:00" in result.err
    assert answer_notes(a_usage_answer(), HISTORY_TIME - 4 * 3600) == []


def test_who_sees_their_own_part_alone_is_told_so(history_cli: Run, recorder: FakeRecorder) -> None:
    assert "Your own part" not in history_cli("history").err
    status = recorder.answers.status
    caller = Caller(uid=1000, sees=Visibility.OWN)
    recorder.answers.status = replace(status, recorder=replace(status.recorder, caller=caller))
    assert "Your own part: what other users moved is one sum" in history_cli("history").err
    assert "Your own part" not in history_cli("history", "-o", "csv").err
    assert "Your own part" in history_cli("export", "-O", "-").err


def test_a_field_that_history_does_not_hold_is_marked(history_cli: Run) -> None:
    result = history_cli("history", "-F", "app:firefox pid:3")
    assert result.code == 2
    assert 'history does not hold "pid"' in result.err
    assert result.err.splitlines()[-1].index("^") == len("  app:firefox ")


def test_without_a_recorder_the_next_command_is_said(run_alone: Run) -> None:
    for words in (["history"], ["export", "-O", "-"], ["aggregate"], ["cleanup", "--dry-run"], ["alerts"]):
        result = run_alone(*words)
        assert (result.code, result.out) == (3, "")
        assert "netmon-recorder" in result.err
        assert len(result.err.splitlines()) <= 3


def test_who_may_not_is_told_so(history_cli: Run, recorder: FakeRecorder) -> None:
    recorder.refuse()
    result = history_cli("history")
    assert (result.code, result.out) == (4, "")
