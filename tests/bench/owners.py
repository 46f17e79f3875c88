"""What naming owners costs: 200 processes a second that live for milliseconds, and 2,000 open connections."""

import tempfile
import time
from pathlib import Path

from tests.bench.ground import BEST, PSUTIL, WARM_SECONDS, load, ours, pids_of, subscribers
from tests.bench.table import Row
from tests.support.collector_process import CollectorProcess, cpu_seconds
from tests.support.observation import read_counters
from tests.support.owner_programs import OwnerWorkload
from tests.support.owner_score import Score, read_truth, score
from tests.support.stage import Stage, stage
from tests.support.traffic import Programs, programs

SECONDS = 20.0
PROCESSES = 2_000
PER_SECOND = 200
CONNECTIONS = 2_000
SETTLE_SECONDS = 3.0


def measure() -> list[Row]:
    """Give the rows of the table."""
    rows: list[Row] = []
    with stage("nmbench") as built, programs() as running:
        port = running.serve(built.far.namespace, "tcp-server", built.far.ipv4).port
        for name, flags, budget in (("eBPF", BEST, 30.0), ("psutil", PSUTIL, None)):
            with ours(built, *flags) as process, subscribers(process, 1):
                time.sleep(WARM_SECONDS)
                seconds, share = _short_lived(built, process, port)
            rows.append((f"{PER_SECOND} processes/s, {name}: CPU seconds per million packets", seconds, budget, None))
            rows.append((f"{PER_SECOND} processes/s, {name}: bytes without their owner (%)", 100 - share, None, None))
        _open_connections(built, running, port)
        for name, flags in (("eBPF", BEST), ("psutil", PSUTIL)):
            with ours(built, *flags) as process, subscribers(process, 1):
                time.sleep(WARM_SECONDS)
                busy = load(pids_of(process), SECONDS)
            budget = 3.0 if flags is BEST else None
            rows.append((f"{CONNECTIONS:,} silent connections, {name}: CPU (% of a core)", busy, budget, None))
    return rows


def _short_lived(built: Stage, process: CollectorProcess, port: int) -> tuple[float, float]:
    """Give CPU seconds per million packets on the wire, and the share of bytes with the right owner in percent."""
    pids = pids_of(process)
    before = cpu_seconds(pids), read_counters(built.near.namespace, built.near.interface)
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth"
        OwnerWorkload(built.near.namespace, "forks", truth, built.far.ipv4, port, PROCESSES, PER_SECOND).wait()
        time.sleep(SETTLE_SECONDS)
        spent = cpu_seconds(pids) - before[0]
        moved = read_counters(built.near.namespace, built.near.interface) - before[1]
        found = _score(process, truth)
    return spent / (moved.sent_frames + moved.received_frames) * 1e6, found.right_percent


def _score(process: CollectorProcess, truth: Path) -> Score:
    used, _ = read_truth(truth)
    with process.client() as client:
        return score(used, client.connections(closed_within_seconds=60))


def _open_connections(built: Stage, running: Programs, port: int) -> None:
    client = running.start(
        built.near.namespace, "tcp-client", built.far.ipv4, port, "--connections", CONNECTIONS, "--upload", 100
    )
    client.wait(60)
