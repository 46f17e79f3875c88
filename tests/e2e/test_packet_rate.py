"""A hundred thousand small packets a second: next to none is lost, and none without being told."""

import signal

import pytest

from netmon.model import Snapshot
from tests.support.collector_process import CollectorProcess, collector
from tests.support.observation import read_counters
from tests.support.process_status import stop
from tests.support.stage import Stage, stage
from tests.support.traffic import Workload, flood, programs, start_flood
from tests.support.waiting import wait_until_steady

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PER_SECOND = 100_000


def counted_packets(process: CollectorProcess, port: str) -> int:
    """Count those of connections that are over too: as soon as their sender has closed its socket."""
    with process.client() as client:
        rows = list(client.connections(closed_within_seconds=60.0))
    return sum(row.traffic.sent_packets for row in rows if row.remote is not None and str(row.remote) == port)


def settled(process: CollectorProcess) -> Snapshot:
    """Give a snapshot once nothing is counted any more."""

    def look() -> tuple[int, int]:
        newest = snapshot()
        return newest.totals.sent_packets, newest.drops.kernel_dropped_packets

    def snapshot() -> Snapshot:
        with process.client() as client:
            return client.snapshot()

    wait_until_steady(look, for_seconds=2.5, seconds=30, what="all packets are read")
    return snapshot()


def sink(built: Stage, workload: Workload) -> tuple[str, int]:
    """Give where to send packets that nobody answers: a bound socket that is never read."""
    port = int(workload.said["bound"].rpartition(":")[2])
    return built.far.ipv4, port


def test_100000_packets_a_second_for_10_s_lose_less_than_a_thousandth() -> None:
    with stage() as built, programs() as running, collector(built) as process:
        target = sink(built, running.serve(built.far.namespace, "idle", built.far.ipv4))
        rounds = [flood(built.near.namespace, *target, per_second=PER_SECOND, seconds=10)]
        # A machine that does something else meanwhile may not get to send so much.
        while rounds[-1].seconds > 11 and len(rounds) < 3:
            rounds.append(flood(built.near.namespace, *target, per_second=PER_SECOND, seconds=10))
        assert rounds[-1].seconds < 11, "this machine cannot send 100,000 packets a second now"
        sent = sum(one.packets for one in rounds)
        snapshot = settled(process)
        dropped = snapshot.drops.kernel_dropped_packets
        assert counted_packets(process, "{}:{}".format(*target)) + dropped == sent
        assert dropped < sent * 0.001


def test_every_packet_that_finds_no_room_is_reported() -> None:
    with stage() as built, programs() as running, collector(built) as process:
        target = sink(built, running.serve(built.far.namespace, "idle", built.far.ipv4))
        before = read_counters(built.near.namespace, "near0")
        sending = start_flood(built.near.namespace, *target, per_second=2 * PER_SECOND, seconds=5)
        stop(process.pid)
        try:
            told, _ = sending.communicate(timeout=40)
        finally:
            process.signal(signal.SIGCONT)
        sent = read_counters(built.near.namespace, "near0") - before
        assert f'"packets": {10 * PER_SECOND}' in told
        snapshot = settled(process)
        drops = snapshot.drops
        assert drops.kernel_dropped_packets > 0
        assert counted_packets(process, "{}:{}".format(*target)) + drops.kernel_dropped_packets == pytest.approx(
            10 * PER_SECOND, abs=sent.received_frames + sent.sent_frames - 10 * PER_SECOND
        )
        assert drops.received_packets >= drops.kernel_dropped_packets
