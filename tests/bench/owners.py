"""What naming owners costs: 200 processes a second that live for milliseconds, and 2,000 open connections."""

import socket
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.holders import FULL_WALK_SECONDS
from netmon_collector.host.listers import open_holder_source
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from tests.bench.ground import BEST, PSUTIL, WARM_SECONDS, load, naive, ours, pids_of, subscribers
from tests.bench.table import Row
from tests.support import children
from tests.support.collector_process import CollectorProcess, cpu_seconds
from tests.support.observation import read_counters
from tests.support.owner_programs import OwnerWorkload
from tests.support.owner_score import Score, Used, read_truth, score
from tests.support.stage import Stage, stage
from tests.support.traffic import Programs, programs

SECONDS = 20.0
PROCESSES = 2_000
PER_SECOND = 200
CONNECTIONS = 2_000
TRACEPOINTS = ("--owners", "sockdiag")
LOOKUPS = ("--owners", "lookups")
SHORT_BUDGET = 30.0
SETTLE_SECONDS = 3.0
HOLDERS = 200
LISTINGS = 10

T = TypeVar("T")

MANY_HOLDERS = """
import os, socket, sys
ready, told = os.pipe()
for _ in range(int(sys.argv[1])):
    if not os.fork():
        held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(int(sys.argv[2]))]
        for one in held:
            one.bind(("127.0.0.1", 0))
        os.write(told, b".")
        os.read(0, 1)
        os._exit(0)
for _ in range(int(sys.argv[1])):
    os.read(ready, 1)
print("ready", flush=True)
os.read(0, 1)
"""
"""So many processes with so many sockets each."""


def measure() -> list[Row]:
    """Give the rows of the table."""
    rows = _listings()
    with stage("nmbench") as built, programs() as running:
        port = running.serve(built.far.namespace, "tcp-server", built.far.ipv4).port
        with naive(built) as other:
            time.sleep(WARM_SECONDS)
            first_attempt = _short_lived(built, other.pids, port, len)[0]
        for name, flags in (("eBPF", BEST), ("tracepoints", TRACEPOINTS), ("lookups", LOOKUPS), ("psutil", PSUTIL)):
            with ours(built, *flags) as process, subscribers(process, 1):
                time.sleep(WARM_SECONDS)
                seconds, found = _short_lived(built, pids_of(process), port, partial(_score, process))
            what = f"{PER_SECOND} processes/s, {name}"
            rows.append((f"{what}: CPU seconds per million packets", seconds, SHORT_BUDGET, first_attempt / seconds))
            rows.append((f"{what}: bytes without their owner (%)", 100 - found.right_percent, None, None))
        _open_connections(built, running, port)
        for name, flags in (("eBPF", BEST), ("psutil", PSUTIL)):
            with ours(built, *flags) as process, subscribers(process, 1):
                time.sleep(WARM_SECONDS)
                busy = load(pids_of(process), SECONDS)
            budget = 3.0 if flags is BEST else None
            rows.append((f"{CONNECTIONS:,} silent connections, {name}: CPU (% of a core)", busy, budget, None))
    return rows


def _listings() -> list[Row]:
    """Give the CPU of one listing, for both who tell the holders of sockets."""
    rows: list[Row] = []
    with children.running(MANY_HOLDERS, str(HOLDERS), str(CONNECTIONS // HOLDERS)) as holders:
        holders.line()
        for way in ("auto", "sockdiag"):
            source = open_holder_source(way)
            lister = DiagSocketLister(ProcessTable(ProcProcessReader()), choice=source)
            idle = min(_listing_seconds(lister) for _ in range(LISTINGS))
            fresh: list[float] = []
            for _ in range(LISTINGS):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as new:
                    new.bind(("127.0.0.1", 0))
                    fresh.append(_listing_seconds(lister))
            whole = min(_listing_seconds(lister, FULL_WALK_SECONDS * turn) for turn in range(1, LISTINGS))
            what = f"a listing of {CONNECTIONS:,} sockets of {HOLDERS} processes, {source.source.name}: CPU (ms)"
            rows.append((f"{what}, nothing new", idle * 1e3, None, None))
            rows.append((f"{what}, a new socket", min(fresh) * 1e3, None, None))
            rows.append((f"{what}, each 30 s", whole * 1e3, None, None))
    return rows


def _listing_seconds(lister: DiagSocketLister, later: float = 0.0) -> float:
    before = time.process_time()
    lister.list_sockets(time.time() + later)
    return time.process_time() - before


def _short_lived(built: Stage, pids: tuple[int, ...], port: int, judge: Callable[[list[Used]], T]) -> tuple[float, T]:
    """Give CPU seconds per million packets on the wire, and what is said of the connections that were used."""
    before = cpu_seconds(pids), read_counters(built.near.namespace, built.near.interface)
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth"
        OwnerWorkload(built.near.namespace, "forks", truth, built.far.ipv4, port, PROCESSES, PER_SECOND).wait()
        time.sleep(SETTLE_SECONDS)
        spent = cpu_seconds(pids) - before[0]
        moved = read_counters(built.near.namespace, built.near.interface) - before[1]
        return spent / (moved.sent_frames + moved.received_frames) * 1e6, judge(read_truth(truth)[0])


def _score(process: CollectorProcess, used: list[Used]) -> Score:
    with process.client() as client:
        return score(used, client.connections(closed_within_seconds=60))


def _open_connections(built: Stage, running: Programs, port: int) -> None:
    client = running.start(
        built.near.namespace, "tcp-client", built.far.ipv4, port, "--connections", CONNECTIONS, "--upload", 100
    )
    client.wait(60)
