"""Where the pages over history are tested: a folder with a file, a dashboard, a recorder that comes and goes."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator

from tests.support.browser import Tab
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.recorder_process import RecorderProcess, recorder

NO_COLLECTOR = "/nonexistent/collector.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder with ``history.db``, and a dashboard of it. ``collector``: path of its socket."""

    folder: Path
    program: DashboardProcess
    collector: str = NO_COLLECTOR

    def is_clean(self, tab: Tab) -> bool:
        """Whether the tab had no error, and asked nobody but the dashboard."""
        return tab.errors == [] and tab.strays(self.program.origin) == []

    def has_tables(self) -> bool:
        """Whether the dashboard has loaded pandas or Arrow, of which it needs nothing."""
        maps = Path(f"/proc/{self.program.pid}/maps").read_text()
        return "pandas" in maps or "arrow" in maps

    @contextmanager
    def recording(self) -> Generator[RecorderProcess]:
        """Run a recorder over the file."""
        with recorder(self.folder, self.collector, "--time-zone", "UTC") as running:
            yield running


@contextmanager
def place_with_history(folder: Path, collector: str = NO_COLLECTOR) -> Generator[Place]:
    """Run a dashboard whose recorder would serve in the folder."""
    flags = ("--port", "0", "--recorder-socket", f"{folder}/recorder.sock")
    with dashboard(collector, folder / "dashboard.log", *flags) as program:
        yield Place(folder=folder, program=program, collector=collector)


def chart(tab: Tab) -> Locator:
    """Give the bars of the History page."""
    return tab.page.locator(".nm-hi-svg")
