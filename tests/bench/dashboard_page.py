"""The dashboard in Chromium beside Streamlit's own way: CPU, memory, bytes, latency, main thread, heap.

One feed a size, in a process of its own, a tick a second; each figure is of the server or of the page alone. Those of
the main thread are CPU time, so that another program's load weighs little; latencies are not. The benchmark
``dashboard`` measures the server alone, with all tabs at all sizes.
"""

import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench.busy_feed import busy_feed
from tests.bench.dashboard_native import native_dashboard
from tests.bench.page_probe import Selectors, Window
from tests.bench.served_pages import MEGABYTE, ServedPages
from tests.bench.table import Row
from tests.support.browser import chromium
from tests.support.dashboard_process import dashboard

SIZES = (50, 500, 3_000)
MAIN_SIZE = 500
"""Where tabs are counted and the native way is measured too."""

TABS = (1, 4, 8)
NATIVE_TABS = (1, 4)

WINDOW_SECONDS = 10.0
MAIN_WINDOW_SECONDS = 20.0
LOAD_SECONDS = 8.0
TIP_SECONDS = 8.0
TRACE_SECONDS = 6.0

HEAP_INTERVAL_SECONDS = 0.125
HEAP_TICKS = 400
# What is kept for a minute (closed rows, small graphs) is full then; the chart's 15 minutes are not, and grow a little.
HEAP_WARM_SECONDS = 62.0

PIXEL_BUDGET = 50.0
MAIN_THREAD_BUDGET = 40.0
BYTES_BUDGETS = {("overview", 500): 2.0, ("connections", 500): 15.0}
FURTHER_TAB_BUDGET = 1.0
HEAP_BUDGET = 1.0
LONG_TASK_MILLISECONDS = 16.0

SELECTORS = Selectors(figure=".nm-now-figure", around=".nm-now", hovered=".nm-ov-clip", tip=".nm-ov-tip")
# A view shows one picture a second, however fast the collector ticks.
DRAW_EACH_TICK = """async () => {
  const { store } = await import(new URL("/netmon/assets/data/store.js", document.baseURI).href);
  store.setView({ refreshSeconds: 0.1 });
}"""
LANDMARKS = {
    "overview": (".nm-root", ".nm-ov-chart", ".nm-ov-cards", ".nm-ov-table"),
    "connections": (".nm-root", ".nm-grid", ".nm-grid-body", "input[type=search]"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one dashboard was measured at, at one size."""

    windows: dict[str, Window]
    loads: dict[int, float]
    megabytes: dict[int, float]
    tip_share: float | None


def measure() -> list[Row]:
    """Give the rows of the table. The comparison is Streamlit's own way at 500 connections."""
    with tempfile.TemporaryDirectory(prefix="netmon-bench-") as folder, chromium() as browser:
        place = Path(folder)
        native = _native_figures(browser, place)
        rows = list(_heap_rows(browser, place))
        for size in SIZES:
            rows += _rows_of(size, *_our_figures(browser, place, size), native if size == MAIN_SIZE else None)
        return [*rows, *_native_rows(native)]


@contextmanager
def our_dashboard(socket: str, log: Path) -> Generator[ServedPages]:
    """Serve the dashboard itself on a free port."""
    with dashboard(socket, log, "--port", "0") as process:
        pages = ("overview", "connections")
        links = {page: process.page(page) for page in pages}
        yield ServedPages(pid=process.pid, links=links, selectors=SELECTORS)


def _our_figures(browser: Browser, place: Path, size: int) -> tuple[Figures, list[Row]]:
    socket = str(place / f"{size}.sock")
    with busy_feed(socket, connections=size) as feed, our_dashboard(socket, place / f"{size}.log") as served:
        windows: dict[str, Window] = {}
        share: float | None = None
        extra: list[Row] = []
        for page in served.links:
            with served.tabs(browser, page, 1) as (tab,):
                tab.mark(LANDMARKS[page])
                seconds = MAIN_WINDOW_SECONDS if size == MAIN_SIZE else WINDOW_SECONDS
                windows[page] = tab.measure(feed, seconds)
                remounted = tab.remounted(LANDMARKS[page])
                extra.append((f"{page}: remounted in {seconds:.0f} ticks", remounted, 0, None))
                if size == MAIN_SIZE:
                    extra += _task_rows(page, tab.tasks(browser, TRACE_SECONDS))
                    share = tab.tip_share(TIP_SECONDS) if page == "overview" else share
        loads, megabytes = _server_figures(browser, served, TABS if size == MAIN_SIZE else ())
    return Figures(windows=windows, loads=loads, megabytes=megabytes, tip_share=share), extra


def _native_figures(browser: Browser, place: Path) -> Figures:
    socket = str(place / "native.sock")
    with busy_feed(socket, connections=MAIN_SIZE) as feed, native_dashboard(socket) as served:
        windows: dict[str, Window] = {}
        share = 0.0
        for page in served.links:
            with served.tabs(browser, page, 1) as (tab,):
                windows[page] = tab.measure(feed, WINDOW_SECONDS)
                share = tab.tip_share(TIP_SECONDS) if page == "overview" else share
        loads, megabytes = _server_figures(browser, served, NATIVE_TABS)
    return Figures(windows=windows, loads=loads, megabytes=megabytes, tip_share=share)


def _server_figures(
    browser: Browser, served: ServedPages, counts: tuple[int, ...]
) -> tuple[dict[int, float], dict[int, float]]:
    loads: dict[int, float] = {}
    megabytes: dict[int, float] = {}
    for count in counts:
        with served.tabs(browser, "connections", count) as tabs:
            loads[count] = served.load(tabs[-1], LOAD_SECONDS)
            megabytes[count] = served.memory_megabytes()
    return loads, megabytes


def _heap_rows(browser: Browser, place: Path) -> Iterator[Row]:
    """Measure what 400 ticks leave behind, on both pages at once; connections come and go half as often a tick."""
    socket = str(place / "heap.sock")
    feeding = busy_feed(socket, connections=MAIN_SIZE, interval_seconds=HEAP_INTERVAL_SECONDS, churn=0.5)
    with (
        feeding as feed,
        our_dashboard(socket, place / "heap.log") as served,
        served.tabs(browser, "overview", 1) as (first,),
        served.tabs(browser, "connections", 1) as (second,),
    ):
        tabs = {"overview": first, "connections": second}
        for tab in tabs.values():
            tab.page.evaluate(DRAW_EACH_TICK)
        second.wait(HEAP_WARM_SECONDS)
        before = {page: tab.heap_bytes() for page, tab in tabs.items()}
        sent = len(feed.ticks)
        while len(feed.ticks) < sent + HEAP_TICKS:
            second.wait(1)
        for page, tab in tabs.items():
            grown = (tab.heap_bytes() - before[page]) / MEGABYTE
            yield f"{page}: heap growth in {HEAP_TICKS} ticks (MB)", grown, HEAP_BUDGET, None


def _task_rows(page: str, durations: list[float]) -> list[Row]:
    long = [each for each in durations if each > LONG_TASK_MILLISECONDS]
    return [
        (f"{page}: tasks over 16 ms in {TRACE_SECONDS:.0f} ticks", len(long), 0, None),
        (f"{page}: longest task (ms)", max(durations), LONG_TASK_MILLISECONDS, None),
    ]


def _rows_of(size: int, ours: Figures, extra: list[Row], native: Figures | None) -> Iterator[Row]:
    for page, window in ours.windows.items():
        other = native and native.windows[page]
        name = f"{size:,} connections, {page}"
        kilobytes = window.bytes_a_tick / 1000
        compared = other and other.bytes_a_tick / window.bytes_a_tick
        yield f"{name}: a tick (kB)", kilobytes, BYTES_BUDGETS.get((page, size)), compared
        yield f"{name}: snapshot to pixel, median (ms)", window.median, None, other and other.median / window.median
        budget = PIXEL_BUDGET if size <= MAIN_SIZE else None
        yield f"{name}: snapshot to pixel, p95 (ms)", window.p95, budget, other and other.p95 / window.p95
        busy = window.main_milliseconds_a_tick
        budget = MAIN_THREAD_BUDGET if size <= MAIN_SIZE else None
        yield f"{name}: main thread a tick (ms)", busy, budget, other and other.main_milliseconds_a_tick / busy
    for count, load in ours.loads.items():
        compared = native and native.loads.get(count)
        yield f"{size:,} connections: CPU, {count} tabs (% of a core)", load, None, compared and compared / load
    if ours.loads:
        further = (ours.loads[TABS[-1]] - ours.loads[1]) / (TABS[-1] - 1)
        yield f"{size:,} connections: CPU of each further tab (% of a core)", further, FURTHER_TAB_BUDGET, None
    for count, used in ours.megabytes.items():
        compared = native and native.megabytes.get(count)
        yield f"{size:,} connections: memory, {count} tabs (MB)", used, None, compared and compared / used
    if ours.tip_share is not None:
        yield f"{size:,} connections: tooltip stays (% of the time)", ours.tip_share, None, None
    yield from ((f"{size:,} connections, {name}", figure, budget, ratio) for name, figure, budget, ratio in extra)


def _native_rows(native: Figures) -> Iterator[Row]:
    name = f"native, {MAIN_SIZE} connections"
    for page, window in native.windows.items():
        yield f"{name}, {page}: a tick (kB)", window.bytes_a_tick / 1000, None, None
        yield f"{name}, {page}: snapshot to pixel, median (ms)", window.median, None, None
        yield f"{name}, {page}: snapshot to pixel, p95 (ms)", window.p95, None, None
        yield f"{name}, {page}: main thread a tick (ms)", window.main_milliseconds_a_tick, None, None
    for count, load in native.loads.items():
        yield f"{name}: CPU, {count} tabs (% of a core)", load, None, None
        yield f"{name}: memory, {count} tabs (MB)", native.megabytes[count], None, None
    if native.tip_share is not None:
        yield f"{name}: tooltip stays (% of the time)", native.tip_share, None, None
