"""Capture files and recordings, played without root."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netmon.model import PacketSource, Snapshot
from tests.support.capture_truth import Truth, independent_capture
from tests.support.collector_process import COLLECTOR, CollectorProcess, collector
from tests.support.observation import read_counters
from tests.support.owner_programs import OwnerWorkload
from tests.support.owner_score import read_truth
from tests.support.stage import Stage, as_nobody, stage
from tests.support.traffic import MovedFlow, programs
from tests.support.waiting import wait_for, wait_until_steady

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NOBODY = 65534


@contextmanager
def played(built: Stage, recording: Path, *flags: str) -> Generator[CollectorProcess]:
    """Play a recording as nobody, who has no rights but to read it."""
    run = built.directory / "nobody"
    run.mkdir()
    os.chown(run, NOBODY, NOBODY)
    socket = str(run / "collector.sock")
    command = as_nobody([COLLECTOR, "--socket", socket, "--read", str(recording), *flags], groups=())
    process = CollectorProcess(command, socket, built.directory / "played.log")
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


def settled(process: CollectorProcess) -> Snapshot:
    def packets() -> int:
        with process.client() as client:
            return client.snapshot().totals.sent_packets

    wait_for(packets, seconds=30, what="the first packets")
    wait_until_steady(packets, for_seconds=2.5, seconds=30, what="all packets are played")
    with process.client() as client:
        return client.snapshot()


def frames_of(built: Stage) -> int:
    """Give the frames that the watched interface has counted."""
    counters = read_counters(built.near.namespace, "near0")
    return counters.sent_frames + counters.received_frames


def wire_bytes(truth: Truth) -> int:
    return sum(truth.ip_bytes.values())


def move(built: Stage) -> tuple[list[MovedFlow], set[int]]:
    """Have two programs of the near side talk to one of the far side; give their flows, which are open for 3 s."""
    with programs() as running:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        amounts = ("--connections", 5, "--upload", 20_000, "--download", 40_000)
        clients = [
            running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts, "--seconds", 3)
            for _ in range(2)
        ]
        flows = [flow for client in clients for flow in client.wait().flows]
        for client in clients:
            client.wait()
        return flows, {client.pid for client in clients}


def test_an_ordinary_user_plays_a_capture_file_with_exact_bytes_and_no_owners() -> None:
    with stage() as built:
        file = built.directory / "wire.pcap"
        with independent_capture(built.near.namespace, "near0", file) as capture:
            # An interface that just came up may still tell of its multicast groups.
            counted, on_disk = wait_until_steady(
                lambda: (frames_of(built), capture.frames_on_disk()), for_seconds=0.3, seconds=30, what="a quiet wire"
            )
            flows, _ = move(built)
            # tcpdump hands over a block of frames a second after its first one, or later on a busy machine.
            moved = wait_until_steady(lambda: frames_of(built), for_seconds=0.5, seconds=30, what="the end") - counted
            wait_for(lambda: capture.frames_on_disk() >= on_disk + moved, seconds=30, what="all of it is on disk")
            frames = wait_until_steady(capture.frames_on_disk, for_seconds=1.2, seconds=30, what="the capture")
            truth = capture.stop()
            assert truth.frames == frames
        file.chmod(0o644)
        with played(built, file, "--at-once") as process:
            snapshot = settled(process)
        assert snapshot.packet_source is PacketSource.RECORDING
        totals = snapshot.totals
        assert totals.sent_bytes + totals.received_bytes == wire_bytes(truth)
        assert all(row.process is None for row in snapshot.connections)
        assert {"recording.no_owners", "recording.guessed_addresses"} <= {one.code for one in snapshot.degraded}
        assert len(flows) == 10


def test_a_recording_of_a_run_has_the_owners_of_that_run() -> None:
    with stage() as built:
        recording = built.directory / "recording"
        with collector(built, "--record", str(recording)) as live:
            flows, pids = move(built)
            original = settled(live)
            live.terminate()
        for path in (recording, *recording.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        with played(built, recording, "--at-once") as process:
            with process.client() as client:
                wait_for(lambda: client.snapshot().totals.sent_packets, seconds=30, what="the first packets")
            replayed = settled(process)
            with process.client() as client:
                rows = list(client.connections(closed_within_seconds=60))
        assert replayed.totals.sent_bytes == original.totals.sent_bytes
        assert replayed.totals.received_bytes == original.totals.received_bytes
        owners = {(str(row.local), str(row.remote)): row.process.pid for row in rows if row.process is not None}
        assert {(flow.local, flow.remote): flow.pid for flow in flows}.items() <= owners.items()
        assert {flow.pid for flow in flows} == pids


def owners_of(process: CollectorProcess) -> dict[tuple[str, str], int | None]:
    with process.client() as client:
        rows = list(client.connections(closed_within_seconds=60))
    return {(str(row.local), str(row.remote)): row.process.pid if row.process else None for row in rows if row.remote}


def test_a_recording_names_the_processes_of_milliseconds_that_the_run_named() -> None:
    with stage() as built, programs() as running:
        recording = built.directory / "recording"
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        with collector(built, "--record", str(recording)) as live:
            truth = built.directory / "truth"
            OwnerWorkload(built.near.namespace, "forks", truth, built.far.ipv4, server.port, 40, 40).wait()
            used, _ = read_truth(truth)
            settled(live)
            original = owners_of(live)
            live.terminate()
        for path in (recording, *recording.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        with played(built, recording, "--at-once") as process:
            settled(process)
            replayed = owners_of(process)
    assert len(used) == 40
    ends = [one.ends[1:] for one in used]
    assert [replayed[one] for one in ends] == [original[one] for one in ends]
    if os.environ.get("NETMON_OWNERS", "auto") in {"auto", "ebpf"}:
        assert [{replayed[one.ends[1:]]} for one in used] == [set(one.pids) for one in used]
