"""What the benchmarks on real traffic share: ours and the naive way, run in the same conditions."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netmon.model import Snapshot
from netmon_client import Client, FeedItem
from tests.support.collector_process import CollectorProcess, collector, cpu_seconds
from tests.support.observation import read_counters
from tests.support.stage import Stage
from tests.support.traffic import Programs

_NAIVE = str(Path(__file__).with_name("naive.py"))
WARM_SECONDS = 3.0
"""Before anything is measured: imports and first listings are over."""

BEST = ("--owners", "auto")
PSUTIL = ("--owners", "psutil")


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveCounts:
    """What the naive way says at its end."""

    received: int
    dropped: int
    counted: int


class Naive:
    """The running comparison; what it prints is read and thrown away."""

    def __init__(self, stage: Stage) -> None:
        command = stage.near.namespace.command(sys.executable, _NAIVE, stage.near.interface)
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.pids = (self._process.pid,)
        self._error = self._process.stderr
        assert self._error is not None
        ready = self._error.readline()
        assert ready == "ready\n", ready + self._error.read()

    def end(self) -> NaiveCounts:
        """End it and give its counts."""
        self._process.terminate()
        _, told = self._process.communicate(timeout=30)
        return NaiveCounts(**json.loads(told.splitlines()[-1]))

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@contextmanager
def naive(stage: Stage) -> Generator[Naive]:
    """Run the comparison on the near side's wire; killed at the end if it still runs."""
    made = Naive(stage)
    try:
        yield made
    finally:
        made.kill()


@contextmanager
def ours(stage: Stage, *flags: str) -> Generator[CollectorProcess]:
    """Run the collector with these flags; with the best owners available unless they say otherwise."""
    with collector(stage, *BEST, *flags) as process:
        yield process


def pids_of(process: CollectorProcess) -> tuple[int, ...]:
    """Give all processes of the collector."""
    with process.client() as client:
        return client.status().pids


@contextmanager
def subscribers(process: CollectorProcess, count: int) -> Generator[list[int]]:
    """Hold so many streams, each over a connection of its own; give how many snapshots each got so far."""
    clients = [process.client() for _ in range(count)]
    got = [0] * count
    threads = [
        threading.Thread(target=_read, args=(client, got, number), daemon=True) for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield got
    finally:
        for client in clients:
            client.close()
        for thread in threads:
            thread.join(5)


def _read(client: Client, got: list[int], number: int) -> None:
    items: Iterator[FeedItem] = client.snapshots(reconnect=False)
    for item in items:
        got[number] += isinstance(item, Snapshot)


def load(pids: tuple[int, ...], seconds: float) -> float:
    """Give the CPU time of processes over the next ``seconds``, in percent of a core."""
    before, begun = cpu_seconds(pids), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pids) - before) / (time.monotonic() - begun) * 100


def packets_per_second(stage: Stage, seconds: float) -> float:
    """Give how many frames cross the wire a second, over the next ``seconds``."""
    before, begun = read_counters(stage.near.namespace, stage.near.interface), time.monotonic()
    time.sleep(seconds)
    now = read_counters(stage.near.namespace, stage.near.interface) - before
    return (now.sent_frames + now.received_frames) / (time.monotonic() - begun)


def with_a_subscriber(stage: Stage, measure: Callable[[tuple[int, ...]], float], *flags: str) -> float:
    """Measure ours with one subscriber."""
    with ours(stage, *flags) as process, subscribers(process, 1):
        time.sleep(WARM_SECONDS)
        return measure(pids_of(process))


def beside_naive(stage: Stage, measure: Callable[[tuple[int, ...]], float]) -> tuple[float, float]:
    """Measure ours with one subscriber, then the naive way, in the same conditions; give both figures."""
    our_figure = with_a_subscriber(stage, measure)
    with naive(stage) as other:
        time.sleep(WARM_SECONDS)
        return our_figure, measure(other.pids)


def desktop_sockets(stage: Stage, running: Programs) -> None:
    """Give the near side what an idle desktop has: 20 open connections and five listeners that say nothing."""
    server = running.serve(stage.far.namespace, "tcp-server", stage.far.ipv4)
    for _ in range(5):
        running.serve(stage.near.namespace, "idle", stage.near.ipv4)
        running.start(stage.near.namespace, "tcp-client", stage.far.ipv4, server.port, "--connections", 4).wait()
