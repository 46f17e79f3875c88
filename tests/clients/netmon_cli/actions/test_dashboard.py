"""The command becomes another program, so each test lets a process of its own do so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

STAND_IN = "import json, sys; print(json.dumps([sys.flags.isolated, *sys.argv[1:]]))\n"
START = """
import sys
sys.executable = sys.argv.pop(1)
from netmon_cli.program import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """An interpreter beside which nothing is installed yet."""
    path = tmp_path / "python"
    path.symlink_to(sys.executable)
    return path


def started(interpreter: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", START, str(interpreter), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_becomes_the_dashboard_beside_it_with_the_same_sockets(interpreter: Path) -> None:
    interpreter.with_name("netmon-dashboard").write_text(STAND_IN)
    sockets = ("--socket", "/run/own.sock", "--recorder-socket", "/run/kept.sock")
    done = started(interpreter, *sockets, "dashboard", "--port", "8600")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [1, "--socket", "/run/own.sock", "--recorder", "/run/kept.sock", "--port", "8600"]


def test_what_was_not_said_is_left_to_the_dashboard(interpreter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETMON_RECORDER_SOCKET")
    interpreter.with_name("netmon-dashboard").write_text(STAND_IN)
    assert json.loads(started(interpreter, "dashboard").stdout) == [1]


def test_without_it_the_next_command_is_told(interpreter: Path) -> None:
    done = started(interpreter, "dashboard")
    assert done.returncode == 1
    assert done.stdout == ""
    what, remedy = done.stderr.splitlines()
    assert what == f"netmon-cli: the dashboard is not installed (no {interpreter.with_name('netmon-dashboard')})."
    assert remedy == "Install it, in netmon's folder:  make install   (or: make setup, for .venv there)"


def test_without_its_packages_they_are_named(interpreter: Path) -> None:
    interpreter.with_name("netmon-dashboard").write_text(STAND_IN)
    hide = "import sys; sys.modules['streamlit'] = None\n"
    code = START.replace("import sys\n", hide, 1)
    command = [sys.executable, "-c", code, str(interpreter), "dashboard"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "streamlit missing" in done.stderr
