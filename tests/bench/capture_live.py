"""100,000 small packets a second for 10 s: what each costs, all CPU of the process, and what is lost."""

import time
from dataclasses import dataclass

from tests.bench.ground import WARM_SECONDS, naive, ours, pids_of
from tests.bench.table import Row
from tests.support.collector_process import CollectorProcess, cpu_seconds
from tests.support.stage import Stage, stage
from tests.support.traffic import flood, programs
from tests.support.waiting import wait_until_steady

PER_SECOND = 100_000
SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the flood cost one collector."""

    microseconds: float
    dropped_percent: float


def measure() -> list[Row]:
    """Give the rows of the table."""
    with stage("nmbench") as built, programs() as running:
        sink = running.serve(built.far.namespace, "idle", built.far.ipv4)
        target = (built.far.ipv4, int(sink.said["bound"].rpartition(":")[2]))
        with ours(built) as process:
            our_cost = _our_cost(built, process, target)
        naive_cost = _naive_cost(built, target)
    ratio = naive_cost.microseconds / our_cost.microseconds
    return [
        ("CPU a packet at 100,000/s (µs)", our_cost.microseconds, 1.6, ratio),
        ("dropped at 100,000/s (%)", our_cost.dropped_percent, 0.1, None),
        ("naive: CPU a counted packet (µs)", naive_cost.microseconds, None, None),
        ("naive: dropped (%)", naive_cost.dropped_percent, None, None),
    ]


def _our_cost(built: Stage, process: CollectorProcess, target: tuple[str, int]) -> Cost:
    def counted() -> tuple[int, int]:
        with process.client() as client:
            snapshot = client.snapshot()
        return snapshot.totals.sent_packets, snapshot.drops.kernel_dropped_packets

    time.sleep(WARM_SECONDS)
    pids = pids_of(process)
    before, cpu_before = counted(), cpu_seconds(pids)
    flood(built.near.namespace, *target, per_second=PER_SECOND, seconds=SECONDS)
    after = wait_until_steady(counted, for_seconds=1.5, seconds=30, what="all packets are read")
    packets, dropped = after[0] - before[0], after[1] - before[1]
    cpu = cpu_seconds(pids) - cpu_before
    return Cost(microseconds=cpu / packets * 1e6, dropped_percent=dropped / (packets + dropped) * 100)


def _naive_cost(built: Stage, target: tuple[str, int]) -> Cost:
    with naive(built) as other:
        time.sleep(WARM_SECONDS)
        before = cpu_seconds(other.pids)
        sent = flood(built.near.namespace, *target, per_second=PER_SECOND, seconds=SECONDS)
        wait_until_steady(lambda: round(cpu_seconds(other.pids)), for_seconds=1.5, seconds=30, what="it has caught up")
        cpu = cpu_seconds(other.pids) - before
        told = other.end()
    lost = 1 - told.counted / sent.packets
    return Cost(microseconds=cpu / told.counted * 1e6, dropped_percent=max(0.0, lost) * 100)
