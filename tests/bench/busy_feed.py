"""The feed that dashboards are measured on: a busy collector in a process of its own, which says what it sends when."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.line_reader import LineReader
from tests.support.source_tree import ROOT
from tests.support.waiting import wait_for

APPLICATIONS = 50
_READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One snapshot: when it went out (Unix seconds), and the download that it tells (bytes a second)."""

    time: float
    received_rate: float


@dataclass(slots=True, kw_only=True)
class Feed:
    """A collector's socket, and what was sent through it so far."""

    socket: str
    interval_seconds: float
    ticks: list[Tick] = field(default_factory=list[Tick])
    is_ready: bool = False

    def take(self, line: str) -> None:
        """Note a line of its output."""
        words = line.split()
        if words[0] == "ready":
            self.is_ready = True
        else:
            self.ticks.append(Tick(time=float(words[1]), received_rate=float(words[2])))

    def within(self, start: float, end: float) -> list[Tick]:
        """Give what was sent in a span of time (Unix seconds)."""
        return [tick for tick in self.ticks if start <= tick.time < end]


@contextmanager
def busy_feed(socket: str, *, connections: int, interval_seconds: float = 1.0, churn: float = 2.0) -> Generator[Feed]:
    """Run it; killed at the end. ``churn``: connections that end a tick, and as many new ones."""
    amounts = ("--connections", connections, "--applications", APPLICATIONS, "--churn", churn)
    command = [sys.executable, "-m", "tests.support.busy_collector", "--socket", socket, "--tell", *map(str, amounts)]
    command += ["--tick", str(interval_seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        feed = Feed(socket=socket, interval_seconds=interval_seconds)
        LineReader(process.stdout, feed.take)
        wait_for(lambda: feed.is_ready, seconds=_READY_SECONDS, what="the busy collector serves")
        yield feed
    finally:
        process.kill()
        process.wait()


def seconds_now() -> float:
    """Give the time on the clock of the ticks, which is that of the browser too (Unix seconds)."""
    return time.time()
