"""The composition root: a real run in a process of its own, asked over its own socket."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netmon.model import MonitoringState, PacketSource, Snapshot
from netmon_client import NetmonError
from netmon_collector import daemon as room
from netmon_collector.source import SomethingMissing
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.namespaces import namespace, needs_root
from tests.support.pcap_files import OWNER, datagram, write_pcap, write_sidecar
from tests.support.process_status import status_of, threads_of
from tests.support.waiting import wait_for

READS_ALL = 1 << 2
"""CAP_DAC_READ_SEARCH."""


@contextmanager
def started(directory: Path, *flags: str, before: tuple[str, ...] = ()) -> Generator[CollectorProcess]:
    socket = str(directory / "run" / "c.sock")
    process = CollectorProcess([*before, COLLECTOR, "--socket", socket, *flags], socket, directory / "log")
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = write_pcap(tmp_path / "eth0.pcap", [(number / 10, datagram()) for number in range(5)])
    write_sidecar(path)
    return path


@pytest.fixture
def open_directory() -> Generator[Path]:
    """Give a directory that the user can enter that a collector becomes; pytest's own is closed."""
    with tempfile.TemporaryDirectory(prefix="nmdaemon-", dir="/run") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def all_played(process: CollectorProcess) -> Snapshot:
    def look() -> Snapshot | None:
        with process.client() as client:
            snapshot = client.snapshot()
        return snapshot if snapshot.totals.sent_packets == 5 else None

    return wait_for(look, seconds=30, what="five packets")


@pytest.mark.parametrize("flags", [(), ("--at-once",), ("--interval", "0.2")])
def test_a_recording_is_served_with_its_packets_and_owners(
    tmp_path: Path, recording: Path, flags: tuple[str, ...]
) -> None:
    with started(tmp_path, "--read", str(recording), *flags) as process:
        snapshot = all_played(process)
        with process.client() as client:
            status = client.status()
    assert snapshot.packet_source is status.packet_source is PacketSource.RECORDING
    assert snapshot.totals.sent_bytes == 500
    assert [row.process.id for row in snapshot.connections if row.process is not None] == [OWNER.id]
    assert [row.name for row in snapshot.applications] == [OWNER.application_name]
    assert snapshot.attributed_share == 1.0
    assert snapshot.instance_id == status.instance_id
    assert [(way.name, way.in_use) for way in status.owner_ways] == [("recording", True)]


def test_snapshots_come_at_the_interval_asked_for_at_start(tmp_path: Path, recording: Path) -> None:
    with (
        started(tmp_path, "--read", str(recording), "--interval", "0.2") as process,
        process.client() as client,
    ):
        assert client.status().interval_seconds == 0.2

        def mean_of_five() -> float:
            first = client.snapshot()
            later = wait_for(
                lambda: found if (found := client.snapshot()).sequence >= first.sequence + 5 else None,
                seconds=30,
                what="five ticks",
            )
            seconds = later.monotonic_seconds - first.monotonic_seconds
            return seconds / (later.sequence - first.sequence)

        # Where the machine does something else, a tick is late and another is left out: then in the next seconds.
        about = pytest.approx(0.2, rel=0.3)  # pyright: ignore[reportUnknownMemberType]
        wait_for(lambda: mean_of_five() == about, seconds=30, what="ticks at the interval that was asked for")


def test_how_much_is_served_is_as_it_was_asked_for_at_start_and_told(tmp_path: Path, recording: Path) -> None:
    flags = ("--max-subscribers", "20", "--max-subscribers-per-user", "1", "--max-connections-per-user", "4")
    with started(tmp_path, "--read", str(recording), *flags) as process, process.client() as client:
        first, second = client.snapshots(), client.snapshots()
        next(first)
        with pytest.raises(NetmonError, match="has 1 subscribers already"):
            next(second)
        status = client.status()
        limits = status.limits
        assert limits is not None
        assert (limits.subscriber_limit, limits.subscribers_a_user) == (20, 1)
        assert (limits.connection_limit, limits.connections_a_user) == (1024, 4)
        assert limits.connection_count >= 1
        assert [(lag.stream, lag.subscriber_count) for lag in status.stream_lags] == [("snapshots", 1), ("events", 0)]


def test_callers_stop_start_and_clear_it(tmp_path: Path, recording: Path) -> None:
    with started(tmp_path, "--read", str(recording), "--interval", "0.2") as process:
        all_played(process)
        with process.client() as client:
            client.stop()
            assert client.status().monitoring_state is MonitoringState.STOPPED
            client.start()
            assert client.status().monitoring_state is MonitoringState.RUNNING
            before = client.snapshot()
            client.clear()
            after = wait_for(
                lambda: found if (found := client.snapshot()).statistics_epoch > before.statistics_epoch else None,
                seconds=30,
                what="the new epoch",
            )
    assert after.totals.sent_bytes == after.totals.cleared_sent_bytes == 500


def test_each_run_is_another_instance(tmp_path: Path, recording: Path) -> None:
    identities: set[str] = set()
    for _ in range(2):
        with started(tmp_path, "--read", str(recording)) as process:
            with process.client() as client:
                identities.add(client.status().instance_id)
            process.terminate()
    assert len(identities) == 2


def test_a_run_that_was_killed_leaves_a_socket_that_the_next_takes_over(tmp_path: Path, recording: Path) -> None:
    with started(tmp_path, "--read", str(recording)) as first:
        first.kill()
        assert Path(first.socket).exists()
    with started(tmp_path, "--read", str(recording)) as second:
        all_played(second)
        assert second.terminate() <= 1.0


def test_a_sidecar_that_turns_out_damaged_ends_the_run_with_2_and_its_line(tmp_path: Path, recording: Path) -> None:
    with recording.with_name("eth0.sidecar.jsonl").open("a") as file:
        file.write("{nonsense\n")
    socket = str(tmp_path / "run" / "c.sock")
    command = [COLLECTOR, "--socket", socket, "--read", str(recording)]
    process = CollectorProcess(command, socket, tmp_path / "log")
    try:
        assert process.exit_code() == 2
    finally:
        process.kill()
    log = process.log.read_text()
    assert "eth0.sidecar.jsonl, line 5" in log
    assert "Traceback" not in log
    assert not Path(socket).exists()


def test_a_service_waits_for_an_interface_that_is_not_there_yet_and_nobody_else_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SomethingMissing, match="there is no interface nmnone0; there are "):
        room._check_interfaces(("nmnone0",))
    monkeypatch.setenv("SYSTEMD_EXEC_PID", str(os.getpid()))
    room._check_interfaces(("nmnone0",))
    assert "when it comes" in caplog.text
    assert "nmnone0" not in caplog.text


@needs_root
@pytest.mark.root
def test_a_live_run_captures_and_ends_within_a_second_however_often(open_directory: Path) -> None:
    with namespace("nmdaemon") as own:
        for _ in range(3):
            with started(open_directory, "--interval", "0.5", before=tuple(own.command())) as process:
                process.wait_until_ready("lo")
                with process.client() as client:
                    status = client.status()
                assert status.packet_source is PacketSource.LIVE
                assert status.pids[0] == process.pid
                assert process.terminate() <= 1.0
            assert "Traceback" not in process.log.read_text()


@needs_root
@pytest.mark.root
def test_who_plays_as_root_leaves_it_and_reads_what_is_closed_to_all_others_in_each_round(
    tmp_path: Path, recording: Path
) -> None:
    for file in (recording, recording.with_name("eth0.sidecar.jsonl")):
        file.chmod(0o600)
    with started(tmp_path, "--read", str(recording), "--loop", "--interval", "0.2") as process:
        found = status_of(process.pid)
        assert {found[name] for name in ("CapEff", "CapPrm", "CapBnd")} == {f"{READS_ALL:016x}"}
        assert (found["NoNewPrivs"], found["Seccomp"], found["Groups"]) == ("1", "2", "")
        assert "0" not in {*found["Uid"].split(), *found["Gid"].split()}
        assert {each["CapEff"] for each in threads_of(process.pid).values()} == {f"{READS_ALL:016x}"}
        with process.client() as client:
            snapshot = wait_for(
                lambda: one if (one := client.snapshot()).totals.sent_packets > 10 else None,
                seconds=30,
                what="the third round",
            )
        assert {row.process.pid for row in snapshot.connections if row.process is not None} == {OWNER.pid}


@needs_root
@pytest.mark.root
def test_live_and_playing_runs_of_root_follow_each_other_on_one_socket(open_directory: Path, recording: Path) -> None:
    with namespace("nmdaemon") as own:
        for flags in (("--interface", "lo"), ("--read", str(recording)), ("--interface", "lo")):
            with started(open_directory, *flags, before=tuple(own.command())) as process:
                with process.client() as client:
                    wanted = PacketSource.RECORDING if "--read" in flags else PacketSource.LIVE
                    assert client.status().packet_source is wanted
                process.terminate()
