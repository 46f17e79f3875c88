"""The recorder as it runs, over the file of a year: CPU and memory while connections move something each second."""

import tempfile
import time
from pathlib import Path

from netmon.model import CleanupSelection
from netmon_client import RecorderUnreachable
from tests.bench.busy_feed import busy_feed
from tests.bench.history import build
from tests.bench.table import Row
from tests.support.collector_process import cpu_seconds, pss_bytes
from tests.support.recorder_process import RecorderProcess, recorder
from tests.support.waiting import wait_for

_SECONDS = 300.0
_SETTLE_SECONDS = 15.0
_CPU_PERCENT_BUDGETS = {50: 1.0, 500: None}
"""Of a busy desktop; ten times as much is measured to see how it grows."""

_MEMORY_MB_BUDGET = 60.0
_HOUR = 3600
_DAY = 24 * _HOUR
_DAYS = 365


def measure(seconds: float = _SECONDS) -> list[Row]:
    """Give percents of a core and megabytes (PSS), seconds kept too; five minutes for each number of connections."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        end = int(time.time()) // _HOUR * _HOUR
        build(folder / "history.db", _DAYS, end - _DAYS * _DAY)
        rows: list[Row] = []
        for connections in _CPU_PERCENT_BUDGETS:
            rows += _measure_with(folder, connections, seconds)
        return rows


def _measure_with(folder: Path, connections: int, seconds: float) -> list[Row]:
    name = f"{connections} connections: "
    socket = str(folder / f"busy-{connections}.sock")
    with busy_feed(socket, connections=connections), recorder(folder, socket, "--keep-seconds", "3") as kept:
        kept.wait_until_recording()
        time.sleep(_SETTLE_SECONDS)
        start = _megabytes(kept.pid)
        cpu, begun = cpu_seconds((kept.pid,)), time.monotonic()
        time.sleep(seconds)
        share = 100 * (cpu_seconds((kept.pid,)) - cpu) / (time.monotonic() - begun)
        after = _megabytes(kept.pid)
        upkeep = _look_after(kept)
        return [
            (name + "CPU (% of a core)", share, _CPU_PERCENT_BUDGETS[connections], None),
            ("  memory after the start (MB)", start, _MEMORY_MB_BUDGET, None),
            (f"  after {seconds:.0f} s", after, _MEMORY_MB_BUDGET, None),
            ("  after an aggregation and a cleanup", _megabytes(kept.pid), _MEMORY_MB_BUDGET, None),
            ("  CPU of these two (s)", upkeep, None, None),
        ]


def _look_after(kept: RecorderProcess) -> float:
    """Make days anew, and delete a month of the oldest; give the seconds of CPU."""
    before = cpu_seconds((kept.pid,))
    with kept.client() as client:
        try:
            client.aggregate()
        except RecorderUnreachable:  # so slow is a loaded machine: it goes on all the same
            wait_for(lambda: client.status().storage.last_aggregation_time, seconds=600, what="the aggregation")
        for _ in client.cleanup(CleanupSelection(older_than_time=time.time() - 330 * _DAY)):
            pass
    return cpu_seconds((kept.pid,)) - before


def _megabytes(pid: int) -> float:
    return pss_bytes((pid,)) / 1e6
