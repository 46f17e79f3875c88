"""One page in the browser, measured: what it receives, when a figure is painted, what its main thread does."""

# pyright: reportUnknownMemberType=false
# (What the browser's own protocol answers has no types.)

import json
import statistics
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, CDPSession, Page, WebSocket

from netmon_client.units import format_rate
from tests.bench.busy_feed import Feed, Tick, seconds_now
from tests.support.browser import open_tab

_SCRIPT = Path(__file__).with_suffix(".js")
_LONGEST_WAIT_SECONDS = 2.0
_READY_MILLISECONDS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Where the download now stands, what stays ``around`` it, what is hovered, and the tooltip that comes."""

    figure: str
    around: str
    hovered: str
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was measured over a span of time. Milliseconds are those of the main thread's CPU, and of latency."""

    bytes_a_tick: float
    main_milliseconds_a_tick: float
    latencies: list[float]

    @property
    def median(self) -> float:
        """Median of snapshot to pixel, milliseconds."""
        return statistics.median(self.latencies)

    @property
    def p95(self) -> float:
        """Its 95th percentile: all but the slowest of twenty."""
        return sorted(self.latencies)[max(0, round(0.95 * len(self.latencies)) - 1)]


@dataclass(kw_only=True)  # playwright writes on it
class Probe:
    """A tab with the probe in it."""

    page: Page
    cdp: CDPSession
    selectors: Selectors
    received_bytes: int = field(default=0)

    def wait(self, seconds: float) -> None:
        """Let the page run; events of the browser are taken meanwhile."""
        self.page.wait_for_timeout(seconds * 1000)

    def measure(self, feed: Feed, seconds: float) -> Window:
        """Measure for so long."""
        self.page.evaluate("netmonProbe.seen.length = 0")
        begun, received, busy = seconds_now(), self.received_bytes, self._task_seconds()
        self.wait(seconds)
        ended, received, busy = seconds_now(), self.received_bytes - received, self._task_seconds() - busy
        self.wait(_LONGEST_WAIT_SECONDS)
        ticks = feed.within(begun, ended)
        latencies = latencies_of(ticks, self.page.evaluate("netmonProbe.seen"))
        assert len(latencies) >= len(ticks) / 4, f"of {len(ticks)} ticks {len(latencies)} were seen on the page"
        return Window(
            bytes_a_tick=received / len(ticks),
            main_milliseconds_a_tick=busy * 1000 / len(ticks),
            latencies=latencies,
        )

    def tip_share(self, seconds: float) -> float:
        """Hover without moving for so long; give the share of that time that the tooltip stood, in percent."""
        box = self.page.locator(self.selectors.hovered).first.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4
        self.page.mouse.move(x - 20, y)
        self.page.mouse.move(x, y, steps=4)
        self.wait(0.5)
        self.page.evaluate("selector => netmonProbe.watchTip(selector)", self.selectors.tip)
        self.wait(seconds)
        away, there = self.page.evaluate("netmonProbe.tip")
        self.page.mouse.move(2, 2)
        return 100 * there / (away + there)

    def mark(self, selectors: tuple[str, ...]) -> None:
        """Remember which elements these are."""
        keep = "(netmonProbe.marked = selectors.map((one) => netmonProbe.find(one)))"
        assert self.page.evaluate(f"selectors => {keep}.every(Boolean)", selectors)

    def remounted(self, selectors: tuple[str, ...]) -> int:
        """Give how many of the marked elements are others by now."""
        differ = "selectors => selectors.filter((one, at) => netmonProbe.find(one) !== netmonProbe.marked[at]).length"
        return self.page.evaluate(differ, selectors)

    def heap_bytes(self) -> float:
        """Give what is in use after a collection."""
        self.cdp.send("HeapProfiler.collectGarbage")
        return self._metric("JSHeapUsedSize")

    def tasks(self, browser: Browser, seconds: float) -> list[float]:
        """Give the main thread's tasks, in milliseconds of CPU without that of collecting garbage."""
        categories = ["toplevel", "devtools.timeline", "blink.user_timing", "v8", "__metadata"]
        browser.start_tracing(page=self.page, categories=categories)
        self.page.evaluate("performance.mark('netmon-probe')")
        self.wait(seconds)
        return tasks_of(json.loads(browser.stop_tracing())["traceEvents"])

    def _task_seconds(self) -> float:
        return self._metric("TaskDuration")

    def _metric(self, name: str) -> float:
        told = cast("dict[str, list[dict[str, Any]]]", self.cdp.send("Performance.getMetrics"))
        return next(float(one["value"]) for one in told["metrics"] if one["name"] == name)

    def _note_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._note_frame)

    def _note_frame(self, payload: str | bytes) -> None:
        self.received_bytes += len(payload.encode() if isinstance(payload, str) else payload)


@contextmanager
def probe(browser: Browser, link: str, selectors: Selectors) -> Generator[Probe]:
    """Open a page, and wait until its figure is there."""
    with open_tab(browser) as tab:
        page = tab.page
        page.add_init_script(path=_SCRIPT)
        made = Probe(page=page, cdp=page.context.new_cdp_session(page), selectors=selectors)
        page.on("websocket", made._note_socket)
        made.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(link)
        page.locator(selectors.figure).first.wait_for(timeout=_READY_MILLISECONDS)
        page.evaluate("([figure, around]) => netmonProbe.watch(figure, around)", [selectors.figure, selectors.around])
        yield made


def latencies_of(ticks: list[Tick], seen: list[tuple[float, str]]) -> list[float]:
    """Match what was sent with what was painted after it; give milliseconds. Where a figure did not change, none."""
    latencies: list[float] = []
    before = ""
    for tick in ticks:
        text = format_rate(tick.received_rate)
        if text != before:
            late = (at / 1000 - tick.time for at, shown in seen if shown == text)
            found = next((seconds for seconds in late if 0 <= seconds <= _LONGEST_WAIT_SECONDS), None)
            if found is not None:
                latencies.append(found * 1000)
        before = text
    return latencies


def tasks_of(events: list[dict[str, Any]]) -> list[float]:
    """Give the tasks of the thread that set the mark, from a trace's events."""
    mark = next(one for one in events if one["name"] == "netmon-probe")
    ours = [one for one in events if (one["pid"], one["tid"]) == (mark["pid"], mark["tid"]) and one.get("ph") == "X"]
    garbage = [one for one in ours if one["name"] in {"MajorGC", "MinorGC"}]
    return [
        _cpu(task) - sum(_cpu(one) for one in garbage if task["ts"] <= one["ts"] < task["ts"] + task["dur"])
        for task in ours
        if task["name"].endswith("RunTask")
    ]


def _cpu(event: dict[str, Any]) -> float:
    return event.get("tdur", event.get("dur", 0)) / 1000
