"""A recorder beside a real collector with known traffic: what it keeps is what the collector counted."""

import signal
import time

import pytest

from netmon.model import BucketSize, HistoryGapKind, UsageAnswer, UsageDimension, UsageQuery, View
from tests.support.collector_process import CollectorProcess, collector, cpu_seconds, pss_bytes
from tests.support.process_status import stop
from tests.support.recorder_process import RecorderProcess, recorder
from tests.support.stage import Stage, stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for, wait_until_steady

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

Totals = tuple[int, int, int]


def make_traffic(built: Stage, connections: int = 5, upload: int = 20_000) -> int:
    """Open, use and close some connections; give the payload bytes that were sent."""
    with programs() as running:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        amounts = ("--connections", connections, "--upload", upload, "--download", 3_000)
        client = running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts)
        return sum(flow.sent for flow in client.wait().finish())


def totals_of(process: CollectorProcess) -> Totals:
    """Give what a collector has counted since it began."""
    with process.client() as client:
        totals = client.snapshot(View(row_limit=1)).totals
    return totals.sent_bytes, totals.received_bytes, totals.sent_packets + totals.received_packets


def settled(process: CollectorProcess) -> Totals:
    """Give its totals when nothing moves any more, so that every subscriber has them."""
    return wait_until_steady(lambda: totals_of(process), for_seconds=2.5, seconds=30, what="totals are steady")


def end_of_traffic(kept: RecorderProcess, process: CollectorProcess) -> Totals:
    """End the recorder while nothing moves; give the collector's totals then."""
    before = settled(process)
    kept.terminate()
    assert totals_of(process) == before, "a stray packet: nobody can say on which side of the end it was"
    return before


def asked(kept: RecorderProcess, bucket: BucketSize, *by: UsageDimension) -> UsageAnswer:
    with kept.client() as client:
        return client.usage(
            UsageQuery(bucket=bucket, include_loopback=True, group_by=by, since_time=time.time() - 7_200, top=100)
        )


def sums(answer: UsageAnswer) -> Totals:
    known = [bucket.total for bucket in answer.buckets if bucket.total is not None]
    return (
        sum(total.sent_bytes for total in known),
        sum(total.received_bytes for total in known),
        sum(total.packet_count for total in known),
    )


def plus(first: Totals, second: Totals) -> Totals:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def test_hour_and_day_sums_are_the_collectors_through_restarts_a_slow_recorder_and_a_clear() -> None:
    with stage() as built, recorder(built.directory, built.socket) as kept:
        with collector(built) as first:
            kept.wait_until_recording()
            moved = make_traffic(built)
            with first.client() as client:
                client.clear()
            moved += make_traffic(built)
            stop(kept.pid)
            moved += make_traffic(built, connections=40)
            settled(first)
            kept.signal(signal.SIGCONT)
            settled(first)
            kept.terminate()
            moved += make_traffic(built)
            settled(first)
            kept.start()
            kept.wait_until_recording()
            moved += make_traffic(built)
            counted = settled(first)
        with collector(built) as second:
            kept.wait_until_recording()
            moved += make_traffic(built)
            counted = plus(counted, end_of_traffic(kept, second))
            kept.start().wait_until_recording()
            by_hour, by_day = asked(kept, BucketSize.HOUR), asked(kept, BucketSize.DAY)
            assert sums(by_hour) == counted
            assert sums(by_day) == counted
            assert counted[0] > moved
            kinds = [gap.kind for gap in by_hour.gaps if gap.kind is not HistoryGapKind.NOT_KEPT]
            assert HistoryGapKind.COLLECTOR_OFF in kinds
            assert kinds.count(HistoryGapKind.RECORDER_OFF) == 2


def test_each_program_and_host_has_what_it_moved() -> None:
    with stage() as built, recorder(built.directory, built.socket) as kept, collector(built) as process:
        kept.wait_until_recording()
        moved = make_traffic(built)
        end_of_traffic(kept, process)
        kept.start()
        answer = asked(kept, BucketSize.RANGE, UsageDimension.APPLICATION, UsageDimension.REMOTE_HOST)
        [series] = [one for one in answer.series if one.key.remote_host == built.far.ipv4 and one.key.application_id]
        assert moved < series.total.sent_bytes < 1.1 * moved
        assert series.total.connection_count == 5


def test_a_recorder_that_is_killed_loses_nothing_of_a_collector_that_runs_on_and_leaves_a_gap() -> None:
    with stage() as built, recorder(built.directory, built.socket) as kept, collector(built) as process:
        kept.wait_until_recording()
        killed_at: list[float] = []
        for _ in range(3):
            make_traffic(built, connections=2)
            kept.kill()
            killed_at.append(time.time())
            make_traffic(built, connections=2)
            kept.start()
            kept.wait_until_recording()
        counted = end_of_traffic(kept, process)
        kept.start().wait_until_recording()
        answer = asked(kept, BucketSize.DAY)
        assert sums(answer) == counted
        # One gap holds two of them where nothing was written in between.
        off = [gap for gap in answer.gaps if gap.kind is HistoryGapKind.RECORDER_OFF]
        for moment in killed_at:
            assert any(gap.since_time <= moment <= (gap.until_time or moment) for gap in off)
        status = kept.status()
        assert status is not None
        assert not status.storage.degraded


def test_it_ends_within_a_second_with_the_open_minute_kept() -> None:
    with stage() as built, recorder(built.directory, built.socket) as kept, collector(built) as process:
        kept.wait_until_recording()
        make_traffic(built)
        counted = settled(process)
        assert kept.terminate() <= 1.0
        kept.start()
        assert sums(asked(kept, BucketSize.RANGE)) >= counted


def test_it_is_small_and_idle_beside_a_quiet_collector() -> None:
    with stage() as built, recorder(built.directory, built.socket) as kept, collector(built):
        kept.wait_until_recording()
        begun, spent = time.monotonic(), cpu_seconds((kept.pid,))
        make_traffic(built)
        wait_for(lambda: time.monotonic() - begun > 15, seconds=30, what="a while of watching")
        share = (cpu_seconds((kept.pid,)) - spent) / (time.monotonic() - begun)
        memory = pss_bytes((kept.pid,))
        print(f"recorder: {100 * share:.2f} % of a core, {memory / 1e6:.0f} MB")  # noqa: T201 -- the figure
        assert memory < 60e6
