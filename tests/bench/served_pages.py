"""A dashboard that is measured: the processes of its server, its pages, and tabs that look at them."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psutil
from playwright.sync_api import Browser

from tests.bench.busy_feed import seconds_now
from tests.bench.page_probe import Probe, Selectors, probe
from tests.support.collector_process import cpu_seconds, pss_bytes

SETTLE_SECONDS = 3.0
"""Between opening and measuring: scripts have run, the first full state is drawn."""

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPages:
    """A running server, and the links of its pages by name."""

    pid: int
    links: dict[str, str]
    selectors: Selectors

    @property
    def pids(self) -> tuple[int, ...]:
        """The server's process, and those that it started."""
        return (self.pid, *(child.pid for child in psutil.Process(self.pid).children(recursive=True)))

    def memory_megabytes(self) -> float:
        """Give the proportional set size of all its processes."""
        return pss_bytes(self.pids) / MEGABYTE

    def load(self, waiting: Probe, seconds: float) -> float:
        """Give its CPU time over the next ``seconds``, in percent of a core; ``waiting``: a tab that runs meanwhile."""
        before, begun = cpu_seconds(self.pids), seconds_now()
        waiting.wait(seconds)
        return (cpu_seconds(self.pids) - before) / (seconds_now() - begun) * 100

    @contextmanager
    def tabs(self, browser: Browser, page: str, count: int) -> Generator[list[Probe]]:
        """Look at a page with so many tabs, each with cookies of its own."""
        with ExitStack() as stack:
            opened = [stack.enter_context(probe(browser, self.links[page], self.selectors)) for _ in range(count)]
            opened[-1].wait(SETTLE_SECONDS)
            yield opened
