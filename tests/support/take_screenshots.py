"""Makes the dashboard's pictures in clients/pictures: what a browser really shows over the demo recording.

By hand: ``.venv/bin/python -m tests.support.take_screenshots``. Each picture is taken at its own moment of the
recording, without motion, so that two runs show the same but for what came within the last second.
"""

import argparse
import io
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from netmon_client import connect
from tests.support.browser import Tab, chromium, open_tab
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.dashboard_process import dashboard
from tests.support.demo_history import write_demo_month
from tests.support.recorder_process import recorder
from tests.support.source_tree import ROOT

PICTURES = ROOT / "clients/pictures"
DEMO = ROOT / "clients/demo"

SIZE = (1280, 800)
MOST_BYTES = 150_000
_COLOURS = 256
_HISTORY_AFTER_SECONDS = 15.0  # most programs of the recording have spoken by then
_DRAWN_MILLISECONDS = 60_000.0
_OPEN_SECONDS = 4.0  # how long what is opened may take to be whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """A page ``at_seconds`` after the recording began. ``opened``: the application whose row is clicked.

    ``query``: of the page's address.
    """

    name: str
    page: str
    at_seconds: float
    theme: Literal["light", "dark"] = "light"
    opened: str = ""
    query: str = ""

    @property
    def file(self) -> str:
        """The picture's name in clients/pictures."""
        return f"{self.name}.png"


# The recording lasts 44 s and begins anew. Sums are small before its end, and the chart is full after a minute.
TAKEN = (
    Screenshot(name="dashboard-connections", page="connections", at_seconds=30),
    Screenshot(name="dashboard-connections-dark", page="connections", at_seconds=38, theme="dark", opened="updater"),
    Screenshot(name="dashboard-overview", page="overview", at_seconds=70),
    Screenshot(name="dashboard-applications", page="applications", at_seconds=78, opened="firefox"),
    Screenshot(name="dashboard-domains", page="domains", at_seconds=84),
    Screenshot(name="dashboard-history", page="history", at_seconds=84, query="range=30d&by=day&group=app"),
)


def taken(tab: Tab) -> bytes:
    """Give what stands in the window as a PNG of 256 colours: text and areas look the same, at a third of the size."""
    picture = Image.open(io.BytesIO(tab.page.screenshot(animations="disabled")))
    file = io.BytesIO()
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def wait_until_drawn(tab: Tab, page: str) -> None:
    """Wait until the page shows data: a busy machine may need longer than the recording takes to its moment."""
    drawn = ".nm-hi-svg" if page == "history" else ".nm-main"
    tab.page.locator(drawn).wait_for(state="visible", timeout=_DRAWN_MILLISECONDS)


def open_row(tab: Tab, application: str) -> None:
    """Click the first row of an application, and go away with the pointer."""
    tab.page.get_by_role("row").filter(has_text=application).first.click()
    tab.page.mouse.move(1, 1)


def main() -> None:
    """Take all of them."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="netmon-pictures-") as folder, ExitStack() as stack:
        socket = f"{folder}/run/collector.sock"
        command = [COLLECTOR, "--socket", socket, "--read", str(DEMO), "--loop"]
        process = CollectorProcess(command, socket, Path(folder) / "collector.log")
        stack.callback(process.kill)
        process.wait_until_ready()
        began = time.monotonic()
        wait_for_seconds(began + _HISTORY_AFTER_SECONDS)
        with connect(socket) as client:
            write_demo_month(Path(folder) / "history.db", client.snapshot(), time.time())
        recording = stack.enter_context(recorder(Path(folder), "/nonexistent", "--time-zone", "UTC"))
        flags = ("--port", "0", "--recorder-socket", recording.socket)
        shown = stack.enter_context(dashboard(socket, Path(folder) / "dashboard.log", *flags))
        browser = stack.enter_context(chromium())
        tabs = [
            stack.enter_context(
                open_tab(browser, shown.page(each.page, each.query), size=SIZE, theme=each.theme, reduced_motion=True)
            )
            for each in TAKEN
        ]
        for tab, each in zip(tabs, TAKEN, strict=True):
            wait_until_drawn(tab, each.page)
            wait_until(tab, began + each.at_seconds - _OPEN_SECONDS)
            if each.opened:
                open_row(tab, each.opened)
            wait_until(tab, began + each.at_seconds)
            path = PICTURES / each.file
            path.write_bytes(taken(tab))
            sys.stdout.write(f"{path.stat().st_size:9,} {path.relative_to(ROOT)}\n")


def wait_for_seconds(moment: float) -> None:
    """Let the recording run until then (of `time.monotonic`)."""
    time.sleep(max(0.0, moment - time.monotonic()))


def wait_until(tab: Tab, moment: float) -> None:
    """Let the page run until then (of `time.monotonic`)."""
    tab.page.wait_for_timeout(max(0.0, moment - time.monotonic()) * 1000)


if __name__ == "__main__":
    main()
