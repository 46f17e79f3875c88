"""A machine that sleeps, and one whose clock is set: rates and ticks go on as before, and a sleep is marked.

The programs are whole; their clocks are a shim's, since no test can have a machine sleep.
"""

import itertools
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from netmon.model import BucketSize, Gap, GapCause, HistoryGapKind, Snapshot, UsageAnswer, UsageQuery
from netmon_client import Client
from tests.support.balance import assert_balanced
from tests.support.clock_shim import ClockShim
from tests.support.collector_process import COLLECTOR, CollectorProcess
from tests.support.recorder_process import RecorderProcess, recorder
from tests.support.stage import Stage, stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HOUR = 3_600


@dataclass(slots=True)
class Heard:
    """What a subscriber was sent, in order."""

    items: Iterator[object]
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])
    gaps: list[Gap] = field(default_factory=list[Gap])

    def listen(self, count: int) -> None:
        """Hear so many snapshots more."""
        wanted = len(self.snapshots) + count
        for item in self.items:
            if isinstance(item, Gap):
                self.gaps.append(item)
            elif isinstance(item, Snapshot):
                self.snapshots.append(item)
            if len(self.snapshots) == wanted:
                return
        raise AssertionError("the stream ended")

    def listen_until_moved(self) -> None:
        """Hear two ticks, and more until they tell of bytes."""
        before = self.snapshots[-1].totals.sent_bytes
        self.listen(2)
        while self.snapshots[-1].totals.sent_bytes == before:
            self.listen(1)

    def sleeps(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.cause is GapCause.SUSPENDED]


@contextmanager
def collector(built: Stage, shim: ClockShim) -> Generator[CollectorProcess]:
    words = [f"{name}={value}" for name, value in shim.environment.items()]
    command = built.near.namespace.command("env", *words, COLLECTOR, "--socket", built.socket, "--interval", "0.5")
    made = CollectorProcess(command, built.socket, built.directory / "collector.log")
    try:
        made.wait_until_ready(built.near.interface, "lo")
        yield made
    finally:
        made.kill()


def is_owned(client: Client, port: int) -> bool:
    rows = [row for row in client.snapshot().connections if row.remote is not None and row.remote.port == port]
    return bool(rows) and all(row.process is not None for row in rows)


def usage(kept: RecorderProcess) -> UsageAnswer:
    now = time.time()
    question = UsageQuery(
        bucket=BucketSize.HOUR, include_loopback=True, since_time=now - 24 * HOUR, until_time=now + 24 * HOUR
    )
    with kept.client() as client:
        return client.usage(question)


def assert_ticks_go_on(snapshots: list[Snapshot]) -> None:
    """Hold each tick against the one before: a later number, and rates that are bytes over monotonic seconds."""
    for before, after in itertools.pairwise(snapshots):
        assert after.instance_id == before.instance_id
        passed = after.monotonic_seconds - before.monotonic_seconds
        assert 0 < passed < HOUR / 10
        totals = after.totals
        assert about(totals.sent_bytes_per_second * after.interval_seconds, totals.interval_sent_bytes)
        if after.sequence == before.sequence + 1:  # a busy machine may have let one out, and said so
            assert about(after.interval_seconds, passed)
            assert totals.sent_bytes == before.totals.sent_bytes + totals.interval_sent_bytes
        assert after.sequence > before.sequence
        assert_balanced(after)


def about(one: float, other: float) -> bool:
    return abs(one - other) <= 0.01 * max(1.0, abs(other))


def test_a_sleep_and_a_clock_that_is_set_change_no_rate_and_no_tick_and_a_sleep_is_a_gap(tmp_path: Path) -> None:
    shim = ClockShim(tmp_path)
    with (
        stage("nmsleep") as built,
        collector(built, shim) as running,
        programs() as talking,
        running.client() as client,
        recorder(tmp_path, built.socket, environment=shim.environment) as kept,
    ):
        server = talking.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        pace = ("--connections", 2, "--per-second", 50, "--size", 500)
        talking.start(built.near.namespace, "tcp-chat", built.far.ipv4, server.port, *pace)
        wait_for(lambda: is_owned(client, server.port), seconds=30, what="owners")
        kept.wait_until_recording()
        heard = Heard(client.snapshots())
        heard.listen(4)
        assert heard.sleeps() == []

        shim.sleep(HOUR)
        before = heard.snapshots[-1].time
        while not heard.sleeps():
            heard.listen(1)
        heard.listen_until_moved()
        (slept,) = heard.sleeps()
        assert slept.until_time is not None
        assert about(slept.until_time - slept.since_time, HOUR)
        assert heard.snapshots[-1].time - before > HOUR
        assert is_owned(client, server.port)

        for seconds in (HOUR, -HOUR, -HOUR, HOUR):
            shim.step(seconds)
            heard.listen_until_moved()
        assert len(heard.sleeps()) == 1
        assert is_owned(client, server.port)

        assert_ticks_go_on(heard.snapshots)

        def marked() -> UsageAnswer | None:
            answer = usage(kept)
            return answer if any(gap.kind is HistoryGapKind.SUSPENDED for gap in answer.gaps) else None

        # Written with the minute that is open, once that is over.
        answer = wait_for(marked, seconds=75, every_seconds=0.5, what="the gap in the history")
        (gap,) = [gap for gap in answer.gaps if gap.kind is HistoryGapKind.SUSPENDED]
        assert gap.until_time is not None
        assert about(gap.until_time - gap.since_time, HOUR)
        assert 0 < answer.total.sent_bytes <= client.snapshot().totals.sent_bytes
