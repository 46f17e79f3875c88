"""The stream as its users have it: in pipes, on terminals, through outages, from files."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from netmon.model import ConnectionOpened, Event, Filter
from netmon_cli.actions.stream import Request, run
from netmon_cli.selection import Which
from netmon_cli.session import Session
from netmon_cli.shape import Format, Shape
from netmon_client import Hello
from netmon_client.lines import to_lines
from netmon_client.testing import FakeCollector, a_snapshot
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.named_rows import NAMED_SNAPSHOT
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal
from tests.clients.netmon_cli.rows import PING, ROWS, SNAPSHOT, WEB
from tests.support.line_reader import LineQueue

SECONDS = 60.0


def types(lines: list[str]) -> list[str]:
    return [json.loads(line)["type"] for line in lines]


@contextmanager
def started(fake_socket: str, *arguments: str) -> Generator["subprocess.Popen[str]"]:
    """Run the program as a user does, both outputs in pipes."""
    words = [*PROGRAM, "--socket", fake_socket, "stream", *arguments]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_object(lines: LineQueue) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(lines.next(SECONDS))
    return read


def test_a_pipe_gets_json_lines_from_hello_to_end(cli: Run) -> None:
    result = cli("stream", "-n", "1")
    assert result.code == 0
    assert types(result.lines) == ["hello", "snapshot", "end"]
    assert json.loads(result.lines[-1])["reason"] == "count reached"


def test_only_what_was_asked_for_comes(cli: Run) -> None:
    parts = ("connections", "applications", "interfaces")
    for what, expected in (
        ("connections", (True, False, False)),
        ("apps", (False, True, False)),
        ("interfaces", (False, False, True)),
        ("totals", (False, False, False)),
        ("all", (True, True, True)),
    ):
        snapshot = json.loads(cli("stream", what, "-n", "1").lines[1])
        assert tuple(bool(snapshot[part]) for part in parts) == expected
        assert snapshot["totals"]["received_bytes"] == SNAPSHOT.totals.received_bytes


def test_rows_come_flat_sorted_and_limited(cli: Run) -> None:
    lines = cli("stream", "-n", "1", "--per-row", "--sort", "-sent_rate", "--limit", "2").lines
    assert types(lines) == ["hello", "connection", "connection", "end"]
    assert [json.loads(line)["id"] for line in lines[1:3]] == ["upload", "web"]


def test_tables_and_csv_can_be_asked_for_in_a_pipe(cli: Run) -> None:
    table = cli("stream", "-n", "1", "-o", "table")
    assert table.lines[1].split()[0] == "App"
    assert cli("stream", "totals", "-n", "1", "-o", "csv").lines[0].startswith("time,sequence,scope")
    assert cli("stream", "all", "-n", "1", "-o", "csv").code == 2
    assert cli("stream", "-n", "1", "-o", "csv", "--columns", "nothing").code == 2


def test_a_table_is_about_what_moves_and_programs_get_all_there_is(cli: Run) -> None:
    table = cli("stream", "-n", "1", "-o", "table")
    assert "sshd" not in table.out
    assert "Left out" not in table.out
    assert "sshd" in cli("stream", "-n", "1", "-o", "table", "-F", "is:listen").out
    for form in ("csv", "json", "jsonl"):
        assert "sshd" in cli("stream", "-n", "1", "-o", form).out


@pytest.mark.parametrize(("what", "key"), [("apps", "-connections"), ("domains", "-names"), ("interfaces", "-drops")])
@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_sort_keys_are_those_of_what_is_shown(cli: Run, what: str, key: str, form: str) -> None:
    assert cli("stream", what, "-n", "1", "-o", form, "--sort", key).code == 0
    refused = cli("stream", what, "-n", "1", "-o", form, "--sort", "-rport")
    assert refused.code == 2
    assert '--sort does not know "-rport"' in refused.err


def test_json_lines_of_applications_domains_and_interfaces_are_sorted_and_limited(run_alone: Run) -> None:
    names: dict[str, list[str]] = {}
    with FakeCollector(snapshots=[NAMED_SNAPSHOT]) as named:
        for what, part in (("apps", "applications"), ("domains", "domains"), ("interfaces", "interfaces")):
            command = ("--socket", named.socket, "stream", what, "-n", "1", "--sort", "total", "--limit", "1")
            names[what] = [each["name"] for each in json.loads(run_alone(*command).lines[1])[part]]
    assert names == {"apps": ["curl"], "domains": ["example.net"], "interfaces": ["eth0"]}


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "jsonl"])
def test_only_the_connections_that_are_wanted_come_in_every_form(
    fake: FakeCollector, capsys: pytest.CaptureFixture[str], form: Format
) -> None:
    request = Request(what="connections", filter=Filter(), shape=Shape(format=form), which=Which.LISTENING, most=1)
    assert run(Session(socket=fake.socket), request) == 0
    out = capsys.readouterr().out
    assert "sshd" in out
    assert "firefox" not in out


def test_sums_since_now_begin_with_nothing(cli: Run) -> None:
    rows = [json.loads(line) for line in cli("stream", "-n", "1", "--per-row", "--since", "now").lines[1:-1]]
    assert {row["received_bytes"] for row in rows} == {0}
    assert any(row["received_bytes_per_second"] for row in rows)


def test_saved_lines_go_through_the_same_filters_and_printers(cli: Run, tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    saved.write_text(cli("stream", "all", "-n", "1").out, encoding="utf-8")
    replayed = cli("--socket", "/nowhere", "stream", "all", str(saved))
    assert replayed.lines[:2] == saved.read_text(encoding="utf-8").splitlines()[:2]
    assert json.loads(replayed.lines[-1])["reason"] == "count reached"
    filtered = cli("stream", str(saved), "--app", "curl")
    snapshot = json.loads(filtered.lines[1])
    assert [row["application_name"] for row in snapshot["connections"]] == ["curl", "curl"]
    assert snapshot["omitted"]["connection_count"] == len(ROWS) - 2
    assert "curl" in cli("stream", str(saved), "--app", "curl", "-o", "table").out


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_of_a_file_whose_kind_nobody_names_all_sections_come_as_json(cli: Run, tmp_path: Path, form: str) -> None:
    saved = tmp_path / "saved.jsonl"
    saved.write_text(cli("stream", "all", "-n", "1").out, encoding="utf-8")
    replayed = json.loads(cli("stream", str(saved), "-o", form).lines[1])
    assert replayed == json.loads(saved.read_text(encoding="utf-8").splitlines()[1])
    assert replayed["applications"]
    assert replayed["interfaces"]
    assert not json.loads(cli("stream", "connections", str(saved), "-o", form).lines[1])["applications"]


def test_a_damaged_file_is_named_with_its_line(cli: Run, tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    saved.write_text("not json\n", encoding="utf-8")
    result = cli("stream", str(saved))
    assert result.code == 1
    assert "line 1" in result.err
    assert cli("stream", str(tmp_path / "none.jsonl")).code == 1


@pytest.fixture
def mixed(tmp_path: Path) -> str:
    """Give a file with a snapshot and two events."""
    items = [
        Hello(instance_id="run-1", version="1", interval_seconds=1.0),
        SNAPSHOT,
        *(
            Event(sequence=number, time=SNAPSHOT.time, kind=ConnectionOpened(connection=row))
            for number, row in enumerate((WEB, PING), 1)
        ),
    ]
    saved = tmp_path / "mixed.jsonl"
    saved.write_text("".join(f"{line}\n" for item in items for line in to_lines(item)), encoding="utf-8")
    return str(saved)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"snapshot": 1, "event": 2}),
        (["all"], {"snapshot": 1, "event": 2}),
        (["connections"], {"snapshot": 1}),
        (["totals"], {"snapshot": 1}),
        (["events"], {"event": 2}),
        (["events", "--app", "firefox"], {"event": 1}),
        (["events", "-F", "port:9"], {}),
    ],
)
def test_of_a_file_come_the_kinds_and_the_events_that_were_asked_for(
    cli: Run, mixed: str, words: list[str], expected: dict[str, int]
) -> None:
    found = Counter(types(cli("stream", *words, mixed).lines))
    assert {name: count for name, count in found.items() if name in {"snapshot", "event"}} == expected


@pytest.mark.parametrize("words", [[], ["connections"], ["totals"], ["events"]])
def test_delimited_rows_of_a_file_all_fit_their_heading(cli: Run, mixed: str, words: list[str]) -> None:
    rows = list(csv.reader(cli("stream", *words, mixed, "-o", "csv").lines))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def test_standard_input_is_replayed(fake: FakeCollector) -> None:
    saved = subprocess.run(
        [*PROGRAM, "--socket", fake.socket, "stream", "-n", "1"], capture_output=True, text=True, check=True
    )
    replayed = subprocess.run(
        [*PROGRAM, "stream", "-", "--per-row"], input=saved.stdout, capture_output=True, text=True, check=True
    )
    assert types(replayed.stdout.splitlines()).count("connection") == len(ROWS)


def test_events_come_as_they_happen(fake: FakeCollector) -> None:
    with started(fake.socket, "events", "-n", "1") as process:
        assert process.stdout is not None
        lines = LineQueue(process.stdout)
        assert read_object(lines)["type"] == "hello"
        fake.publish_event(Event(sequence=1, time=SNAPSHOT.time, kind=ConnectionOpened(connection=WEB)))
        event = read_object(lines)
        assert (event["type"], event["opened"]["connection"]["id"]) == ("event", "web")
        assert read_object(lines)["type"] == "end"
        assert process.wait(SECONDS) == 0


def test_each_line_is_handed_over_at_once(fake: FakeCollector) -> None:
    with started(fake.socket) as process:
        assert process.stdout is not None
        lines = LineQueue(process.stdout)
        assert [read_object(lines)["type"] for _ in range(2)] == ["hello", "snapshot"]
        fake.publish(a_snapshot([WEB], sequence=2))
        assert read_object(lines)["sequence"] == 2


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [
        (signal.SIGINT, "interrupted", 130),
        (signal.SIGTERM, "terminated", 143),
        (signal.SIGHUP, "hung up", 129),
    ],
)
@pytest.mark.parametrize("form", [[], ["--per-row"]])
def test_a_stopped_stream_ends_with_its_reason(
    fake: FakeCollector, form: list[str], number: int, reason: str, code: int
) -> None:
    with started(fake.socket, *form) as process:
        assert process.stdout is not None
        lines = LineQueue(process.stdout)
        assert read_object(lines)["type"] == "hello"
        os.kill(process.pid, number)
        last = read_object(lines)
        while last["type"] != "end":
            last = read_object(lines)
        assert last["reason"] == reason
        assert process.wait(SECONDS) == code


def test_a_stream_ends_with_its_terminal(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "stream"], {}) as terminal:
        terminal.wait_until(lambda text: "No owner" in text, "the first block")
    _, status = os.waitpid(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 129


def test_a_duration_is_an_end_like_another(fake: FakeCollector) -> None:
    with started(fake.socket, "--duration", "300ms") as process:
        out, _ = process.communicate(timeout=SECONDS)
        assert json.loads(out.splitlines()[-1])["reason"] == "duration reached"
        assert process.returncode == 0


def test_a_closed_pipe_is_no_error(fake: FakeCollector) -> None:
    with started(fake.socket) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        fake.publish(a_snapshot(ROWS, sequence=2))
        fake.publish(a_snapshot(ROWS, sequence=3))
        assert process.wait(SECONDS) == 0
        assert process.stderr.read() == ""
        process.stdout = None


def test_an_outage_is_told_in_one_line_each_and_survived(fake: FakeCollector) -> None:
    with started(fake.socket) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines, talk = LineQueue(process.stdout), LineQueue(process.stderr)
        assert [read_object(lines)["type"] for _ in range(2)] == ["hello", "snapshot"]
        fake.kill()
        assert talk.next(SECONDS).startswith("netmon-cli: disconnected: ")
        fake.restart()
        assert "a new instance: sums begin anew" in talk.next(SECONDS)
        hello = read_object(lines)
        assert (hello["type"], hello["instance_id"]) == ("hello", fake.instance_id)
        assert read_object(lines)["instance_id"] == fake.instance_id


def test_without_retry_a_lost_stream_is_code_7_and_its_end_is_told(fake: FakeCollector) -> None:
    with started(fake.socket, "--no-retry") as process:
        assert process.stdout is not None
        lines = LineQueue(process.stdout)
        assert [read_object(lines)["type"] for _ in range(2)] == ["hello", "snapshot"]
        fake.kill()
        end = read_object(lines)
        assert end["type"] == "end"
        assert "lost" in end["reason"]
        assert process.wait(SECONDS) == 7


def test_without_a_collector_it_ends_at_once_unless_it_is_to_wait(fake: FakeCollector) -> None:
    fake.kill()
    with started(fake.socket) as process:
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 3
        assert "no collector at" in err
        assert json.loads(out)["type"] == "end"
    with started(fake.socket, "--wait", "-n", "1") as process:
        assert process.stderr is not None
        assert "disconnected" in LineQueue(process.stderr).next(SECONDS)
        fake.restart()
        assert process.wait(SECONDS) == 0


def test_a_terminal_gets_a_table_that_is_drawn_over_itself(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "stream"], {"NO_COLOR": "1"}) as terminal:
        terminal.wait_until(lambda text: "No owner" in text, "the first block")
        fake.publish(a_snapshot([PING, WEB], sequence=2))
        terminal.wait_until(lambda text: text.count("No owner") == 2, "the second block")
        terminal.press(b"\x03")
        assert terminal.end() == 130
    first, second = terminal.text.split("\x1b[?2026h")[1:3]
    lines_of_first = first.partition("\x1b[J")[0].count("\n")
    assert second.startswith(f"\x1b[{lines_of_first}F")
    assert all(len(line.removesuffix("\x1b[K")) <= 80 for line in first.partition("\x1b[J")[0].split("\n"))


def test_a_dumb_terminal_gets_blocks_without_any_escape(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "stream", "-n", "1"], {"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
    assert "\x1b" not in terminal.text
    assert "firefox" in terminal.text


def test_talk_stands_above_the_block(fake: FakeCollector) -> None:
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, "stream"], {}) as terminal:
        terminal.wait_until(lambda text: "No owner" in text, "the first block")
        fake.kill()
        text = terminal.wait_until(lambda text: "disconnected" in text, "the outage")
        _, _, after = text.partition("disconnected")
        assert "trying again" in after
        terminal.wait_until(lambda text: "firefox" in text.partition("disconnected")[2], "the block below")
        terminal.press(b"\x03")
        assert terminal.end() == 130


def test_the_program_under_test_is_the_one_of_this_tree() -> None:
    assert PROGRAM[0] == sys.executable
