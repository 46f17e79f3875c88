"""A collector that is killed under its clients, and clients that are killed under their collector."""

import itertools
import random
import subprocess
import time
from pathlib import Path

import pytest

from netmon.model import Snapshot
from netmon_client import Disconnected, Hello, Reconnected
from tests.support.collector_process import CollectorProcess, collector
from tests.support.stage import Stage, as_nobody, stage
from tests.support.stream_reader import STREAM, cli_command, stream_as_nobody
from tests.support.traffic import programs
from tests.support.waiting import wait_for, wait_until_steady

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

RESUME_SECONDS = 3.0
CLIENTS = 50
AT_ONCE = 5
MEGABYTE = 1_000_000


def test_a_stream_says_that_the_collector_is_gone_and_resumes_within_3_s_of_its_return() -> None:
    with stage() as built, programs() as running, collector(built) as first:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        client = running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, "--upload", 5_000)
        [flow] = client.wait().flows
        with stream_as_nobody(built.socket) as stream:
            wait_for(lambda: stream.newest_sequence > 1, seconds=30, what="two snapshots")
            [old] = stream.sequences
            first.kill()
            wait_for(lambda: "disconnected" in "".join(stream.talk), seconds=30, what="a word that it is gone")
            assert stream.process.poll() is None
            with collector(built, wait=False) as second:
                second.wait_until_ready()
                returned = time.monotonic()
                wait_for(lambda: len(stream.sequences) == 2, seconds=30, what="rows of the new instance")
                [new] = set(stream.sequences) - {old}
                assert stream.first_row_times[new] - returned <= RESUME_SECONDS
                wait_for(lambda: len(stream.sequences[new]) > 2, seconds=30, what="three snapshots")
            assert "resumed after" in "".join(stream.talk)
            greetings = [note["instance_id"] for note in stream.notes if note["type"] == "hello"]
            assert greetings == [old, new]
            assert all(_is_unbroken(numbers) for numbers in stream.sequences.values())
            assert stream.sequences[new][0] <= 3
            # The new instance knows the connection that is older than itself, and counts from its own start.
            [row] = [row for row in stream.rows() if row["instance_id"] == new and row["local"] == flow.local]
            assert (row["pid"], row["sent_bytes"], row["started_before"]) == (flow.pid, 0, True)


def _is_unbroken(numbers: list[int]) -> bool:
    return all(after == before + 1 for before, after in itertools.pairwise(numbers))


def test_the_sdk_tells_of_a_restart_and_of_the_new_instance() -> None:
    with stage() as built, collector(built) as first, first.client() as client:
        items = client.snapshots()
        hello = next(items)
        assert isinstance(hello, Hello)
        assert isinstance(next(items), Snapshot)
        first.kill()
        with collector(built):
            told = [next(item for item in items if isinstance(item, kind)) for kind in (Disconnected, Reconnected)]
            assert isinstance(told[1], Reconnected)
            assert told[1].instance_changed
            newer = next(item for item in items if isinstance(item, Hello))
            assert newer.instance_id != hello.instance_id


def test_memory_and_descriptors_stay_flat_while_clients_are_killed() -> None:
    with stage() as built, programs() as running, collector(built) as process:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, "--connections", 50).wait()
        chance = random.Random(4711)
        _kill_clients(built, 2 * AT_ONCE, chance)
        files, memory = _settled(process)
        _kill_clients(built, CLIENTS, chance)
        later_files, later_memory = _settled(process)
        assert later_files <= files
        assert later_memory - memory < 4 * MEGABYTE
        with process.client() as client:
            assert client.status().subscriber_count == 0


def _kill_clients(built: Stage, count: int, chance: random.Random) -> None:
    """Start streams, a few at once, and kill each up to 1.5 s after its start: half of them before they are served."""
    command = as_nobody(cli_command(built.socket, *STREAM))
    for _ in range(count // AT_ONCE):
        clients = [
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(AT_ONCE)
        ]
        begun = time.monotonic()
        for client, moment in zip(clients, sorted(chance.uniform(0.0, 1.5) for _ in clients), strict=True):
            try:
                client.wait(max(0.01, begun + moment - time.monotonic()))
            except subprocess.TimeoutExpired:
                client.kill()
                client.wait()


def _settled(process: CollectorProcess) -> tuple[int, int]:
    """Give descriptors and resident bytes once the killed clients are noticed."""
    sockets = wait_until_steady(process.open_files, for_seconds=1.5, seconds=30, what="descriptors of killed clients")
    return sockets, process.resident_bytes()


def test_a_socket_file_that_was_removed_is_back_within_2_s() -> None:
    with stage() as built, collector(built) as process:
        Path(built.socket).unlink()
        wait_for(lambda: Path(built.socket).exists(), seconds=2.0, what="the socket is bound again")
        process.wait_until_ready("near0")
