import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import PacketSource
from netmon_cli import first_minutes
from netmon_cli.first_minutes import Programs, collector_line
from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.rows import STATUS
from tests.support.line_reader import LineQueue
from tests.support.recorder_process import RECORDER

SECONDS = 30.0
COLLECTOR = [sys.executable, "-m", "tests.clients.netmon_cli.stand_in_collector"]
DASHBOARD = [sys.executable, "-m", "tests.clients.netmon_cli.stand_in_dashboard"]
STAND_INS = Programs(collector=COLLECTOR, dashboard=DASHBOARD)
LINK = re.compile(
    r"dashboard  http://127\.0\.0\.1:8502/\?token=secret-of-(\d+)      \(Ctrl-C stops what it started\)\n"
)


def words(what: str, recording: str, dashboard: Sequence[str], recorder: Sequence[str]) -> list[str]:
    """The command of ``make``, with the stand-ins as the programs that it starts, and as whoever may start one."""
    code = f"""
import os, pathlib, sys
from netmon_cli import first_minutes
first_minutes.programs = lambda: first_minutes.Programs(
    collector={COLLECTOR!r}, dashboard={[*dashboard]!r}, recorder={[*recorder]!r}
)
first_minutes.RECORDING = pathlib.Path({recording!r})
os.geteuid = lambda: 0
sys.exit(first_minutes.main([{what!r}]))
"""
    return [sys.executable, "-c", code]


class Run:
    """One run of the command of ``make``."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        self._process = process
        self._talk = LineQueue(process.stderr)

    def line(self) -> str:
        return self._talk.next(SECONDS)

    def link(self) -> int:
        """Read up to the link; give the pid of the dashboard."""
        assert self.line() == "note       port 8501 is busy, so the dashboard is on 8502\n"
        found = LINK.fullmatch(self.line())
        assert found is not None
        return int(found[1])

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal; give the exit code."""
        self._process.send_signal(number)
        return self.exit_code()

    def exit_code(self) -> int:
        return self._process.wait(SECONDS)


@contextmanager
def started(
    what: str,
    socket: str,
    *,
    recording: str = "",
    dashboard: Sequence[str] = DASHBOARD,
    recorder: Sequence[str] = (),
) -> Generator[Run]:
    process = subprocess.Popen(
        words(what, recording, dashboard, recorder),
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NETMON_SOCKET": socket},
    )
    try:
        yield Run(process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def pid_in(line: str) -> int:
    found = re.search(r"pid (\d+)", line)
    assert found is not None, line
    return int(found[1])


def nowhere(_program: str, path: str | None = None) -> None:
    """No program is on PATH."""


def interrupted(_dashboard: object, _collector: object) -> int:
    """Somebody presses Ctrl-C."""
    raise KeyboardInterrupt


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_run_starts_both_prints_two_lines_and_ends_both(tmp_path: Path, number: int, code: int) -> None:
    with started("run", str(tmp_path / "c.sock")) as run:
        said = run.line()
        assert re.fullmatch(r"collector  ok   pid \d+ · eth0 · owners: psutil\n", said)
        dashboard = run.link()
        assert run.end(number) == code
        assert "eth1 went down" in run.line()
        assert not is_running(pid_in(said))
        assert not is_running(dashboard)


def test_a_collector_that_runs_already_is_used_and_left_alone(fake: FakeCollector) -> None:
    with started("run", fake.socket) as run:
        assert run.line() == "collector  ok   pid 4700 · eth0 · owners: psutil · ran already, stays\n"
        dashboard = run.link()
        assert run.end() == 0
        assert not is_running(dashboard)
    assert fake.calls == ("GetStatus",)


def test_a_dashboard_that_dies_is_told_and_takes_the_own_collector_along(tmp_path: Path) -> None:
    socket = str(tmp_path / "c.sock")
    with started("run", socket) as run:
        collector = pid_in(run.line())
        os.kill(run.link(), signal.SIGKILL)
        told = [run.line(), run.line()]
        assert run.exit_code() == 1
        assert not is_running(collector)
    assert told[0] == f"socket {socket}\n", "the last that it wrote, without the link"
    assert told[1].startswith("The dashboard has ended. It was ended by signal 9.")


def test_a_dashboard_that_does_not_start_is_told(tmp_path: Path) -> None:
    with started("run", str(tmp_path / "c.sock"), dashboard=[*DASHBOARD, "--code", "1"]) as run:
        collector = pid_in(run.line())
        told = [run.line() for _ in range(3)]
        assert run.exit_code() == 1
        assert not is_running(collector)
    assert "eth1 went down" in told[0]
    assert told[1:] == [
        "netmon-dashboard: something is wrong\n",
        "The dashboard did not start. It ended with code 1. Start it by hand to see why:  netmon-dashboard\n",
    ]


def test_a_collector_that_dies_is_told_and_the_dashboard_stays(tmp_path: Path) -> None:
    with started("run", str(tmp_path / "c.sock")) as run:
        collector = pid_in(run.line())
        dashboard = run.link()
        os.kill(collector, signal.SIGKILL)
        assert run.line() == "The collector has ended. It was ended by signal 9.\n"
        assert "make run" in run.line()
        assert is_running(dashboard)
        assert run.end() == 0
        assert not is_running(dashboard)


def test_the_demo_has_its_note_and_a_socket_of_its_own(tmp_path: Path) -> None:
    recording = tmp_path / "demo"
    recording.mkdir()
    with started("demo", "/nowhere/c.sock", recording=str(recording)) as run:
        assert run.line().startswith("DEMO       a recording of another machine")
        collector = pid_in(run.line())
        dashboard = run.link()
        arguments = Path(f"/proc/{dashboard}/cmdline").read_bytes().decode().split("\0")
        socket = arguments[arguments.index("--socket") + 1]
        assert Path(socket).parent.name.startswith("netmon-demo-")
        assert Path(arguments[arguments.index("--recorder-socket") + 1]).parent == Path(socket).parent
        assert Path(socket).exists()
        assert run.end() == 0
        assert f"plays {recording}" in run.line()
    assert not is_running(collector)
    assert not Path(socket).parent.exists()


def test_run_starts_a_recorder_too_and_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", str(tmp_path / "r.sock"))
    monkeypatch.setenv("NETMON_RECORDER_DATABASE", str(tmp_path / "history.db"))
    with started("run", str(tmp_path / "c.sock"), recorder=RECORDER) as run:
        run.line()
        said = run.line()
        assert re.fullmatch(rf"recorder   ok   pid \d+ · history in {tmp_path}/history\.db\n", said)
        with started("run", str(tmp_path / "c.sock"), recorder=RECORDER) as second:
            second.line()
            assert second.line() == said.removesuffix("\n") + " · ran already, stays\n"
            second.link()
            assert second.end() == 0
        assert is_running(pid_in(said))
        run.link()
        assert run.end() == 0
        assert not is_running(pid_in(said))


def test_a_recorder_that_does_not_start_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", str(tmp_path / "r.sock"))
    with started("run", str(tmp_path / "c.sock"), recorder=[*RECORDER, "--quota", "7"]) as run:
        run.line()
        said = run.line()
        assert said.startswith("recorder   none netmon-recorder: quota must be")
        assert "The recorder did not start. It refused its settings" in said
        run.link()
        assert run.end() == 0


def test_a_demo_is_not_recorded(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    with started("demo", "/nowhere/c.sock", recording=str(tmp_path / "demo"), recorder=["/nowhere/recorder"]) as run:
        assert [run.line()[:9], run.line()[:9]] == ["DEMO     ", "collector"]
        run.link()
        assert run.end() == 0


def test_a_demo_without_its_recording_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert first_minutes.demo(STAND_INS, tmp_path / "none") == 1
    assert "no recording at" in capsys.readouterr().err


def test_a_missing_program_says_how_to_get_it(fake: FakeCollector, tmp_path: Path) -> None:
    fake.kill()
    code = """
import os, sys
from netmon_cli import first_minutes
first_minutes.programs = lambda: first_minutes.Programs(collector=["/nowhere/netmon-collector"], dashboard=[])
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
    assert first_minutes.run(STAND_INS) == 4
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
    assert first_minutes.run(STAND_INS) == 4
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
    monkeypatch.setattr(first_minutes, "_wait", interrupted)
    assert first_minutes.run(STAND_INS) == 0
    said = capsys.readouterr().err
    assert said.startswith("sudo       to capture packets")
    assert LINK.search(said)
    assert not is_running(pid_in(said))


def test_the_programs_are_the_installed_ones() -> None:
    programs = first_minutes.programs()
    every = (programs.collector, programs.dashboard, programs.recorder)
    assert [Path(words[-1]).name for words in every] == ["netmon-collector", "netmon-dashboard", "netmon-recorder"]
    assert all(Path(words[-1]).exists() for words in every)


def test_another_word_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert first_minutes.main(["jump"]) == 2
    assert "run|demo" in capsys.readouterr().err


def test_the_line_says_pid_interfaces_and_owners() -> None:
    assert collector_line(STATUS) == "collector  ok   pid 4700 · eth0 · owners: psutil"
    bare = replace(STATUS, owner_ways=(), interfaces=())
    assert collector_line(bare) == "collector  ok   pid 4700 · no interface · owners: none"
    played = replace(STATUS, packet_source=PacketSource.RECORDING)
    assert collector_line(played) == "collector  ok   pid 4700 · recording · owners: psutil"
