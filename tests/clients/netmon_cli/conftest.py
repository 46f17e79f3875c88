"""What the tests of the CLI share: a collector with known rows, and the program run against it in this process."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netmon_cli.program import run
from netmon_client.testing import FakeCollector, FakeRecorder
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS

Run = Callable[..., "Result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended, what it wrote, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests may change what they see."""
    for name in os.environ:
        if name.startswith(("NETMON_", "CLICOLOR", "NO_COLOR", "COLUMNS", "LINES")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TZ", "UTC")
    # No recorder of whoever runs the tests may answer either.
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", str(tmp_path / "no-recorder.sock"))


@pytest.fixture(autouse=True)
def plain_signals() -> Iterator[None]:
    """Whoever runs the tests may do so under nohup, which programs inherit."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def fake() -> Iterator[FakeCollector]:
    with FakeCollector(snapshots=[SNAPSHOT], status=STATUS, heartbeat_seconds=0.1) as collector:
        yield collector


@pytest.fixture
def run_alone(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program without any collector."""

    def runs(*arguments: str) -> Result:
        code = run(arguments)
        captured = capsys.readouterr()
        return Result(code=code, out=captured.out, err=captured.err)

    return runs


@pytest.fixture
def cli(fake: FakeCollector, run_alone: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program against the fake collector."""
    monkeypatch.setenv("NETMON_SOCKET", fake.socket)
    return run_alone


@pytest.fixture
def recorder() -> Iterator[FakeRecorder]:
    with FakeRecorder(heartbeat_seconds=0.1) as fake_recorder:
        yield fake_recorder


@pytest.fixture
def history_cli(recorder: FakeRecorder, run_alone: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program against the fake recorder, without a collector."""
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", recorder.socket)
    return run_alone
