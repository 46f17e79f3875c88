"""Start, refusal, stop: what the collector does as a command, and what control does to it."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from netmon.model import MonitoringState, Snapshot
from netmon.sudo import sudo_command
from tests.support.collector_process import COLLECTOR, CollectorProcess, collector, collector_command
from tests.support.stage import GROUP_ID, Stage, as_nobody, stage
from tests.support.stream_reader import cli_as_nobody, stream_as_nobody
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def built() -> Generator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def running(built: Stage) -> Generator[CollectorProcess]:
    with collector(built) as process:
        yield process


def run_to_its_end(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)


def test_everybody_may_connect_and_its_group_alone_may_control(built: Stage, running: CollectorProcess) -> None:
    status = Path(built.socket).lstat()
    assert running.uid != 0
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o666, running.uid)
    for groups, may_control in (((GROUP_ID,), True), ((), False)):
        told = cli_as_nobody(built.socket, "status", "-o", "json", groups=groups)
        assert told.returncode == 0
        assert json.loads(told.stdout)["caller"]["may_control"] is may_control
    refused = cli_as_nobody(built.socket, "stop", groups=())
    assert refused.returncode == 4
    assert "netmon" in refused.stderr


def test_the_user_who_called_sudo_sees_all(built: Stage) -> None:
    namespace = built.near.namespace
    command = namespace.command("env", "SUDO_UID=65534", COLLECTOR, "--socket", built.socket)
    process = CollectorProcess(command, built.socket, built.directory / "collector.log")
    try:
        process.wait_until_ready("near0")
        told = cli_as_nobody(built.socket, "status", "-o", "json", groups=())
        assert json.loads(told.stdout)["caller"] == {
            "uid": 65534,
            "sees": "all",
            "may_control": True,
            "reason": "started it (SUDO_UID)",
        }
    finally:
        process.kill()


def test_a_second_collector_exits_75_and_the_first_goes_on(built: Stage, running: CollectorProcess) -> None:
    second = run_to_its_end(collector_command(built.near.namespace, built.socket))
    assert second.returncode == 75
    assert f"already running, pid {running.pid}" in second.stderr
    assert cli_as_nobody(built.socket, "status", "-o", "json").returncode == 0


def test_without_the_right_to_capture_it_exits_77_and_says_what_to_do(built: Stage) -> None:
    run_directory = built.directory / "nobody"
    run_directory.mkdir()
    os.chown(run_directory, 65534, 65534)
    command = built.near.namespace.command(
        *as_nobody([COLLECTOR, "--socket", str(run_directory / "c.sock")], groups=())
    )
    refused = run_to_its_end(command)
    assert refused.returncode == 77, refused.stderr
    assert sudo_command("netmon-collector") in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(run_directory.glob("*.sock"))


def test_a_client_without_a_collector_exits_3_at_once(built: Stage) -> None:
    missing = cli_as_nobody(built.socket, "stream", "connections", "-o", "jsonl")
    assert missing.returncode == 3
    assert [json.loads(line)["type"] for line in missing.stdout.splitlines()] == ["end"]
    assert sudo_command("netmon-collector") in missing.stderr


def test_sigterm_ends_it_and_its_streams_within_a_second(built: Stage, running: CollectorProcess) -> None:
    with stream_as_nobody(built.socket, "--no-retry") as stream:
        wait_for(lambda: stream.newest_sequence or stream.notes, seconds=30, what="a stream")
        seconds = running.terminate()
        assert seconds <= 1.0
        assert not Path(built.socket).exists()
        assert stream.wait_for_end(30) == 7
        assert stream.notes[-1]["type"] == "end"


def test_what_a_killed_one_left_behind_does_not_hinder_the_next_start(built: Stage) -> None:
    with collector(built) as first:
        ways = ways_in_use(first)
        first.kill()
        assert Path(built.socket).exists()
        with collector(built) as second:
            assert ways_in_use(second) == ways
            assert second.terminate() <= 1.0


def ways_in_use(running: CollectorProcess) -> set[str]:
    with running.client() as client:
        return {way.name for way in client.status().owner_ways if way.in_use}


def pings(built: Stage, count: int = 2) -> None:
    built.near.namespace.run("ping", "-n", "-q", "-c", str(count), "-i", "0.2", built.far.ipv4)


def newest(running: CollectorProcess) -> Snapshot:
    with running.client() as client:
        return client.snapshot()


def echo_packets(running: CollectorProcess) -> int:
    """Count those of pings that are over too: as soon as the socket of one is closed."""
    with running.client() as client:
        rows = list(client.connections(closed_within_seconds=60.0))
    return sum(
        row.traffic.sent_packets for row in rows if row.remote is not None and row.remote.address == "198.18.0.2"
    )


def ordered(built: Stage, command: str) -> None:
    done = cli_as_nobody(built.socket, command)
    assert done.returncode == 0, done.stderr


def test_what_is_sent_while_monitoring_is_stopped_is_not_counted(built: Stage, running: CollectorProcess) -> None:
    pings(built)
    wait_for(lambda: echo_packets(running) == 2, seconds=30, what="two pings")
    ordered(built, "stop")
    wait_for(lambda: newest(running).monitoring_state is MonitoringState.STOPPED, seconds=30, what="it has stopped")
    pings(built, 3)
    ordered(built, "start")
    wait_for(lambda: newest(running).monitoring_state is MonitoringState.RUNNING, seconds=30, what="it runs again")
    running.wait_until_ready("near0")  # it counts, and opens its interfaces then
    pings(built, 4)
    wait_for(lambda: echo_packets(running) == 6, seconds=30, what="the pings before and after")


def test_clear_moves_the_baseline_and_no_counter_goes_back(built: Stage, running: CollectorProcess) -> None:
    pings(built)
    wait_for(lambda: echo_packets(running) == 2, seconds=30, what="two pings")
    before = newest(running)
    ordered(built, "clear")
    after = wait_for(
        lambda: found if (found := newest(running)).statistics_epoch > before.statistics_epoch else None,
        seconds=30,
        what="a new epoch",
    )
    assert after.totals.sent_bytes >= before.totals.sent_bytes
    assert after.totals.cleared_sent_bytes >= before.totals.sent_bytes
    assert after.instance_id == before.instance_id


def test_status_tells_an_ordinary_user_who_it_is_and_what_is_captured(built: Stage, running: CollectorProcess) -> None:
    told: dict[str, Any] = json.loads(cli_as_nobody(built.socket, "status", "-o", "json").stdout)
    assert told["instance_id"]
    assert {one["name"] for one in told["interfaces"]} >= {"lo", "near0"}
    assert "caller" in told


def test_everything_works_with_no_traffic_at_all(built: Stage, running: CollectorProcess) -> None:
    with programs(), stream_as_nobody(built.socket, "-n", "3") as stream:
        assert stream.wait_for_end(30) == 0, stream.talk


def test_it_starts_from_a_directory_with_hostile_modules(built: Stage) -> None:
    hostile = built.directory / "hostile"
    hostile.mkdir()
    for name in ("psutil", "pcapy", "grpc", "logging"):
        (hostile / f"{name}.py").write_text("raise SystemExit('the current directory was imported from')\n")
    command = built.near.namespace.command(
        sys.executable, "-c", f"import os; os.chdir({str(hostile)!r}); os.execv({COLLECTOR!r}, ['x', '--version'])"
    )
    done = run_to_its_end(command)
    assert (done.returncode, done.stderr) == (0, "")
