import json
import socket
from dataclasses import replace
from pathlib import Path

from netmon.model import StorageState
from netmon.sudo import sudo_command
from netmon_cli.actions.doctor import check_lines
from netmon_cli.render.palette import Palette
from netmon_client.checks import Check, Verdict
from netmon_client.testing import FakeCollector, FakeRecorder
from tests.clients.netmon_cli.conftest import Run


def test_each_step_of_the_way_has_its_mark(cli: Run) -> None:
    result = cli("doctor")
    assert result.code == 0
    assert [line[0] for line in result.lines if line[0] != " "] == ["✓"] * 10 + ["!", "!"]
    assert result.lines[-3].strip() == "→ Install what is better"
    assert result.lines[-2].startswith("! recorder")
    assert result.lines[-1].strip() == "→ netmon-recorder"


def test_a_recorder_is_asked_too(cli: Run, recorder: FakeRecorder) -> None:
    result = cli("--recorder-socket", recorder.socket, "doctor")
    assert result.code == 0
    assert [line.split()[1] for line in result.lines[-2:]] == ["recorder", "history"]
    recorder.answers.status = replace(
        recorder.answers.status, storage=replace(recorder.answers.status.storage, state=StorageState.DISK_FULL)
    )
    assert cli("--recorder-socket", recorder.socket, "doctor").code == 1


def test_json_has_the_same_checks(cli: Run) -> None:
    document = json.loads(cli("doctor", "-o", "json").out)
    assert (document["type"], document["exit_code"]) == ("doctor", 0)
    assert [check["name"] for check in document["checks"]][:4] == ["socket", "permission", "handshake", "capture"]
    lines = [json.loads(line) for line in cli("doctor", "-o", "jsonl").lines]
    assert {line["type"] for line in lines} == {"check"}
    assert len(lines) == len(document["checks"])


def test_without_a_socket_the_way_ends_there(run_alone: Run) -> None:
    result = run_alone("--socket", "/nowhere/c.sock", "doctor")
    assert result.code == 3
    assert result.lines[:2] == [
        "✗ socket    /nowhere/c.sock: no such file or directory",
        f"            → {sudo_command('netmon-collector')} --socket /nowhere/c.sock",
    ]
    assert result.lines[2].startswith("! recorder  no history is kept: no recorder at ")


def test_a_file_that_is_no_socket_is_called_that(run_alone: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run_alone("--socket", str(tmp_path / "file"), "doctor")
    assert result.code == 3
    assert "is no socket" in result.out


def test_a_socket_that_nobody_serves_is_told_apart(run_alone: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "c.sock")
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(path)
    result = run_alone("--socket", path, "doctor")
    assert result.code == 3
    assert result.lines[1].startswith("✗ connection")
    assert "nothing listens" in result.out


def test_a_refusal_is_one_of_permission(cli: Run, fake: FakeCollector) -> None:
    fake.refuse()
    result = cli("doctor")
    assert result.code == 4
    assert any(line.startswith("✗ permission") for line in result.lines)


def test_another_version_fails_at_the_handshake(cli: Run, fake: FakeCollector) -> None:
    fake.kill()
    fake.start(other_version=True)
    result = cli("doctor")
    assert result.code == 5
    assert any(line.startswith("✗ handshake") for line in result.lines)


def test_no_word_of_a_fact_is_torn_and_no_fix_is_broken() -> None:
    check = Check(name="loss", verdict=Verdict.WARNING, fact="one two three four", fix="netmon-cli is a long command")
    assert check_lines([check], Palette(), 20) == [
        "! loss  one two",
        "        three four",
        "        → netmon-cli is a long command",
    ]


def test_a_fix_that_is_too_wide_is_broken_before_its_bracket_alone() -> None:
    check = Check(name="rights", verdict=Verdict.WARNING, fact="own", fix="sudo join it   (then log in again)")
    assert check_lines([check], Palette(), 34)[1:] == ["          → sudo join it", "             (then log in again)"]
