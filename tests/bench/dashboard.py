"""What the dashboard's server costs: CPU for 1, 4 and 8 tabs at 50, 500 and 3,000 connections, and bytes a tick.

A busy collector ticks once a second in a process of its own; the tabs are WebSockets in this process.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import TypeVar

from netmon.codec import SnapshotDecoder, SnapshotEncoder
from netmon_dashboard.hub.encoding import Encoder
from tests.bench.ground import load
from tests.bench.live_tabs import tabs
from tests.bench.table import Row
from tests.support.busy_desktop import BusyDesktop
from tests.support.busy_process import busy_collector
from tests.support.collector_process import pss_bytes
from tests.support.dashboard_process import DashboardProcess, dashboard

_T = TypeVar("_T")

SIZES = ((50, 20), (500, 50), (3_000, 60))
"""Connections and applications."""

TABS = (1, 4, 8)
SECONDS = 8.0
_TICKS = 20

# Budgets of the design: a further tab 1 % of a core; a tick 2 kB for the overview, 15 kB with 500 rows.
_FURTHER_TAB_PERCENT = 1.0
_OVERVIEW_KILOBYTES = 2.0
_ROWS_KILOBYTES = {50: 15.0, 500: 15.0}


def measure() -> list[Row]:
    """Give the rows of the table."""
    rows: list[Row] = []
    for connections, applications in SIZES:
        rows += _hub(connections, applications)
        rows += _server(connections, applications)
    return rows


def _server(connections: int, applications: int) -> Iterator[Row]:
    """Measure the server as it is installed."""
    with tempfile.TemporaryDirectory(prefix="netmon-bench-") as folder:
        socket = f"{folder}/collector.sock"
        flags = ("--connections", connections, "--applications", applications)
        with busy_collector(socket, *flags), dashboard(socket, Path(folder, "log"), "--port", "0") as program:
            yield from _figures(program, connections)


def _figures(program: DashboardProcess, connections: int) -> Iterator[Row]:
    loads: list[float] = []
    sizes: list[int] = []
    for count in TABS:
        with tabs(program, count, with_rows=True) as received:
            percent = load((program.pid,), SECONDS)
            sizes = [size for each in received for size in each.ticks]
        loads.append(percent)
        yield f"{connections} connections, {count} tabs: server CPU (% of a core)", percent, None, None
    further = (loads[-1] - loads[0]) / (TABS[-1] - TABS[0])
    yield f"{connections} connections: each further tab (% of a core)", further, _FURTHER_TAB_PERCENT, None
    yield (
        f"{connections} connections: a tick with rows (kB)",
        median(sizes) / 1000,
        _ROWS_KILOBYTES.get(connections),
        None,
    )
    with tabs(program, 1, with_rows=False) as received:
        percent = load((program.pid,), SECONDS)
    overview = median(received[0].ticks) / 1000
    yield f"{connections} connections: a tick for the overview (kB)", overview, _OVERVIEW_KILOBYTES, None
    yield f"{connections} connections, 1 overview tab: server CPU (% of a core)", percent, None, None
    yield f"{connections} connections: server memory (MB)", pss_bytes((program.pid,)) / 1e6, None, None


def _hub(connections: int, applications: int) -> Iterator[Row]:
    """Measure the hub's steps alone, in CPU time: bytes to snapshot, snapshot to differences, differences to text."""
    desktop = BusyDesktop(
        connections=connections, applications=applications, churn=2, now=1.7e9, interval_seconds=1.0, hostile=False
    )
    wire, decoder, encoder = SnapshotEncoder(), SnapshotDecoder(), Encoder()
    decoding: list[float] = []
    comparing: list[float] = []
    writing: list[float] = []
    for number in range(_TICKS):
        encoded = wire.encode(desktop.tick(1.7e9 + number, 100.0 + number))
        snapshot = _timed(decoding, lambda data=encoded: decoder.decode(data))
        _timed(comparing, lambda each=snapshot: encoder.add(each, is_counting=True))
        _timed(writing, lambda: encoder.tick_text(with_rows=True))
    for name, times in (("decode", decoding), ("compare", comparing), ("write", writing)):
        yield f"{connections} connections: hub, {name} a tick (ms)", median(times[1:]), None, None
    full: list[float] = []
    text = _timed(full, lambda: encoder.full_text(with_rows=True))
    yield f"{connections} connections: a full state (kB)", len(text.encode()) / 1000, None, None
    yield f"{connections} connections: hub, a full state (ms)", full[0], None, None


def _timed(times: list[float], step: Callable[[], _T]) -> _T:
    begun = time.process_time()
    result = step()
    times.append((time.process_time() - begun) * 1000)
    return result
