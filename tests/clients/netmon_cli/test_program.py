"""The program as a process: exit codes, pipes, colours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netmon.sudo import sudo_command
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal

ASKING = ("stream", "connections", "apps", "interfaces", "status", "start", "stop", "clear", "refresh")


def done(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("command", ASKING)
def test_without_a_collector_every_command_ends_at_once_with_3(run_alone: Run, command: str) -> None:
    result = run_alone("--socket", "/nowhere/c.sock", command)
    assert result.code == 3
    there = "--socket /nowhere/c.sock"
    assert result.err.splitlines() == [
        "netmon-cli: no collector at /nowhere/c.sock (file not found).",
        f"Start it:  {sudo_command('netmon-collector')} {there}   (check: netmon-cli {there} doctor)",
    ]


@pytest.mark.parametrize("command", ASKING)
def test_who_is_refused_ends_with_4(cli: Run, fake: FakeCollector, command: str) -> None:
    fake.refuse()
    result = cli(command)
    assert result.code == 4
    assert len(result.err.splitlines()) <= 3


def test_another_version_is_5(cli: Run, fake: FakeCollector) -> None:
    fake.kill()
    fake.start(other_version=True)
    assert cli("connections").code == 5


def test_a_fault_of_the_collector_is_1_and_without_traceback(cli: Run, fake: FakeCollector) -> None:
    fake.fail()
    result = cli("status")
    assert result.code == 1
    assert "Traceback" not in result.err


def test_debug_shows_the_traceback(run_alone: Run) -> None:
    result = run_alone("--debug", "--socket", "/nowhere/c.sock", "status")
    assert result.code == 3
    assert "Traceback" in result.err


def test_a_fault_of_the_program_itself_is_one_sentence(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("\x1b[2J")

    monkeypatch.setattr("netmon_cli.actions.interfaces.list_interfaces", broken)
    result = cli("interfaces")
    assert result.code == 1
    assert result.err.splitlines()[0] == "netmon-cli: unexpected KeyError: '\\x1b[2J'."


def test_the_environment_gives_the_socket(fake: FakeCollector) -> None:
    result = done("connections", NETMON_SOCKET=fake.socket)
    assert result.returncode == 0
    assert "firefox" in result.stdout


@pytest.mark.parametrize("words", [["--help"], ["connections", "--all"], ["connections", "-o", "json"]])
def test_a_pipe_that_is_closed_before_the_first_byte_is_no_error(fake: FakeCollector, words: list[str]) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        result = subprocess.run(
            [*PROGRAM, "--socket", fake.socket, *words], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 0
    assert "Error" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("words", "code"), [(["connections"], 0), (["stream", "-n", "1"], 0), (["nonsense"], 2)])
def test_one_closed_pipe_for_both_outputs_changes_no_exit_code(
    fake: FakeCollector, words: list[str], code: int
) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        # As it is installed: only the interpreter's own end tells of what it could not write.
        command = [str(Path(sys.executable).parent / "netmon-cli"), "--socket", fake.socket, *words]
        assert subprocess.run(command, stdout=closed, stderr=closed, check=False).returncode == code


@pytest.mark.parametrize("words", [["--help"], ["version"], ["connections"], ["stream", "-o", "jsonl"]])
def test_a_full_disk_is_one_sentence_and_code_1(fake: FakeCollector, words: list[str]) -> None:
    command = [str(Path(sys.executable).parent / "netmon-cli"), "--socket", fake.socket, *words]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (1, "netmon-cli: No space left on device.\n")


def test_an_error_that_cannot_be_told_keeps_its_exit_code() -> None:
    with Path("/dev/full").open("wb") as full:
        assert subprocess.run([*PROGRAM, "nonsense"], stdout=full, stderr=full, check=False).returncode == 2


def test_colours_are_for_terminals_unless_somebody_says_otherwise(fake: FakeCollector) -> None:
    words = ("--socket", fake.socket, "connections")
    assert "\x1b" not in done(*words).stdout
    assert "\x1b[32m●" in done("--color", "always", *words).stdout
    assert "\x1b[32m●" in done(*words, CLICOLOR_FORCE="1").stdout
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        with PseudoTerminal([*PROGRAM, *words], environment, columns=200) as terminal:
            assert terminal.end() == 0
        assert ("\x1b[" in terminal.text) is coloured


def test_on_a_narrow_terminal_an_error_tears_no_word_and_no_command() -> None:
    words = ["--socket", "/nowhere/at/all/collector.sock", "status"]
    with PseudoTerminal([*PROGRAM, *words], {"NO_COLOR": "1"}, columns=60) as terminal:
        assert terminal.end() == 3
    assert terminal.text.splitlines() == [
        "netmon-cli: no collector at /nowhere/at/all/collector.sock",
        "  (file not found).",
        f"Start it:  {sudo_command('netmon-collector')} --socket /nowhere/at/all/collector.sock",
        "   (check: netmon-cli --socket /nowhere/at/all/collector.sock doctor)",
    ]


def test_a_terminal_of_another_encoding_gets_escapes_and_no_fault(fake: FakeCollector) -> None:
    result = done("--socket", fake.socket, "connections", PYTHONIOENCODING="ascii")
    assert result.returncode == 0
    assert "\\u25cf ESTABLISHED" in result.stdout


NAME = "caf\u00e9 \U0001f600"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_stays_json_in_another_encoding(encoding: str) -> None:
    with FakeCollector(snapshots=[a_snapshot([a_connection("a", process=a_process(7, NAME))])]) as fake:
        for form in ("json", "jsonl"):
            result = done("--socket", fake.socket, "connections", "-o", form, PYTHONIOENCODING=encoding)
            assert "caf\\u00e9 \\ud83d\\ude00" in result.stdout
            assert NAME in str(json.loads(result.stdout))
        saved = done("--socket", fake.socket, "stream", "-n", "1", PYTHONIOENCODING=encoding).stdout
    assert NAME in str([json.loads(line) for line in saved.splitlines()])


def test_saved_lines_are_utf_8_whatever_the_locale_says() -> None:
    with FakeCollector(snapshots=[a_snapshot([a_connection("a", process=a_process(7, NAME))])]) as fake:
        saved = subprocess.run(
            [*PROGRAM, "--socket", fake.socket, "stream", "-n", "1"], capture_output=True, check=True
        )
    assert NAME.encode() in saved.stdout
    command, environment = [*PROGRAM, "stream", "-"], {**os.environ, "PYTHONIOENCODING": "latin-1"}
    replayed = subprocess.run(command, input=saved.stdout, capture_output=True, check=True, env=environment).stdout
    assert NAME in str([json.loads(line) for line in replayed.splitlines()])


@pytest.mark.parametrize(
    ("columns", "words"), [(80, ["connections", "--all"]), (80, ["apps"]), (120, ["connections"]), (80, ["interfaces"])]
)
def test_the_look_is_the_one_that_was_agreed_on(fake: FakeCollector, columns: int, words: list[str]) -> None:
    """The files of looks/ were read by people; a change of one is a decision."""
    with PseudoTerminal([*PROGRAM, "--socket", fake.socket, *words], {"NO_COLOR": "1"}, columns=columns) as terminal:
        assert terminal.end() == 0
    path = Path(__file__).parent / "looks" / f"{'_'.join(word.strip('-') for word in words)}_{columns}.txt"
    if os.environ.get("WRITE_LOOKS"):
        path.write_text(terminal.text, encoding="utf-8")
    assert terminal.text == path.read_text(encoding="utf-8")
