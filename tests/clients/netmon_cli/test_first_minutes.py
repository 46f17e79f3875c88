import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import PacketSource
from netmon_cli import first_minutes
from netmon_cli.first_minutes import collector_line
from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.pseudo_terminal import PseudoTerminal
from tests.clients.netmon_cli.rows import STATUS
from tests.support.line_reader import LineQueue

SECONDS = 30.0
STAND_IN = [sys.executable, "-m", "tests.clients.netmon_cli.stand_in_collector"]


def words(what: str, recording: str = "") -> list[str]:
    """The command of ``make``, with the stand-in as the collector that it starts, and as whoever may start one."""
    code = f"""
import os, pathlib, sys
from netmon_cli import first_minutes
first_minutes.collector_program = lambda: {STAND_IN!r}
first_minutes.RECORDING = pathlib.Path({recording!r})
os.geteuid = lambda: 0
sys.exit(first_minutes.main([{what!r}]))
"""
    return [sys.executable, "-c", code]


@contextmanager
def started(what: str, socket: str, recording: str = "") -> Generator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        words(what, recording),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NETMON_SOCKET": socket},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def pid_in(line: str) -> int:
    found = re.search(r"pid (\d+)", line)
    assert found is not None, line
    return int(found[1])


def nowhere(_program: str) -> None:
    """No program is on PATH."""


def interrupted(_words: list[str]) -> int:
    """A view that somebody ended with Ctrl-C."""
    return 130


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_run_starts_a_collector_streams_and_ends_both(tmp_path: Path, number: int, code: int) -> None:
    with started("run", str(tmp_path / "c.sock")) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines, talk = LineQueue(process.stdout), LineQueue(process.stderr)
        said = talk.next(SECONDS)
        assert re.fullmatch(r"collector  ok   pid \d+ · eth0 · owners: psutil\n", said)
        assert "runs as root here" in talk.next(SECONDS)
        assert [json.loads(lines.next(SECONDS))["type"] for _ in range(2)] == ["hello", "snapshot"]
        os.kill(process.pid, number)
        assert process.wait(SECONDS) == code
        assert json.loads(lines.next(SECONDS))["type"] == "end"
        assert "eth1 went down" in talk.next(SECONDS)
        assert not is_running(pid_in(said))


def test_a_collector_that_runs_already_is_used_and_left_alone(fake: FakeCollector) -> None:
    with started("run", fake.socket) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines, talk = LineQueue(process.stdout), LineQueue(process.stderr)
        assert talk.next(SECONDS) == "collector  ok   pid 4700 · eth0 · owners: psutil · ran already, stays\n"
        assert [json.loads(lines.next(SECONDS))["type"] for _ in range(2)] == ["hello", "snapshot"]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(SECONDS) == 0
    assert "GetStatus" in fake.calls


def test_the_demo_has_its_ribbon_and_a_socket_of_its_own(tmp_path: Path) -> None:
    recording = tmp_path / "demo"
    recording.mkdir()
    environment = {"NETMON_SOCKET": "/nowhere/c.sock", "NO_COLOR": "1"}
    with PseudoTerminal(words("demo", str(recording)), environment, rows=20) as terminal:
        text = terminal.wait_until(lambda text: "No owner" in text, "the first block")
        assert "DEMO       a recording of another machine" in text
        assert "firefox" in text
        terminal.press(b"\x03")
        assert terminal.end() == 0
        assert f"plays {recording}" in terminal.text
        assert not is_running(pid_in(terminal.text))


def test_a_demo_without_its_recording_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert first_minutes.demo(STAND_IN, tmp_path / "none") == 1
    assert "no recording at" in capsys.readouterr().err


def test_a_missing_program_says_how_to_get_it(fake: FakeCollector, tmp_path: Path) -> None:
    fake.kill()
    code = """
import os, sys
from netmon_cli import first_minutes
first_minutes.collector_program = lambda: ["/nowhere/netmon-collector"]
os.geteuid = lambda: 0
sys.exit(first_minutes.main(["run"]))
"""
    environment = {**os.environ, "NETMON_SOCKET": str(tmp_path / "c.sock")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (1, "/nowhere/netmon-collector is missing. Install it:  make setup\n")


def test_without_root_and_sudo_the_demo_is_offered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("NETMON_SOCKET", str(tmp_path / "c.sock"))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", nowhere)
    assert first_minutes.run(STAND_IN) == 4
    assert capsys.readouterr().err.splitlines() == [
        "netmon needs root to capture packets, and there is no sudo. As root:  make run",
        "Without root, over a recording:  make demo",
    ]


def test_a_refused_password_offers_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    refusing = tmp_path / "sudo"
    refusing.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("NETMON_SOCKET", str(tmp_path / "c.sock"))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert first_minutes.run(STAND_IN) == 4
    assert capsys.readouterr().err.splitlines()[0].startswith("sudo       to capture packets")


def test_with_sudo_the_collector_alone_is_started_through_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A sudo that lets everything pass: what is run through it is the collector, and it is ended again."""
    passing = tmp_path / "sudo"
    passing.write_text('#!/bin/sh\n[ "$1" = -v ] && exit 0\nexec "$@"\n', encoding="utf-8")
    passing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("NETMON_SOCKET", str(tmp_path / "c.sock"))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(first_minutes, "run_command_line", interrupted)
    assert first_minutes.run(STAND_IN) == 0
    said = capsys.readouterr().err
    assert "runs as root here" not in said
    assert not is_running(pid_in(said))


def test_another_word_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert first_minutes.main(["jump"]) == 2
    assert "run|demo" in capsys.readouterr().err


def test_the_line_says_pid_interfaces_and_owners() -> None:
    assert collector_line(STATUS) == "collector  ok   pid 4700 · eth0 · owners: psutil"
    bare = replace(STATUS, owner_ways=(), interfaces=())
    assert collector_line(bare) == "collector  ok   pid 4700 · no interface · owners: none"
    played = replace(STATUS, packet_source=PacketSource.RECORDING)
    assert collector_line(played) == "collector  ok   pid 4700 · recording · owners: psutil"
