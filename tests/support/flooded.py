"""A collector with real connections, flooded with SYNs: what it keeps, what it takes, and how soon it answers."""

import json
import sys
import threading
import time
from dataclasses import dataclass

from netmon_client import Client, CollectorUnreachable, connect
from tests.support.balance import assert_balanced
from tests.support.collector_process import CollectorProcess, collector, cpu_seconds, pss_bytes
from tests.support.source_tree import ROOT
from tests.support.stage import Stage, stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for, wait_until_steady

PER_PROGRAM = 500
ANSWER_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flooded:
    """What came of it. ``uncounted_packets``: on the wire, and neither counted nor told as dropped.

    PSS of all processes of the collector: ``filled_bytes`` is what the first SYNs took, which fill the tables,
    ``grown_bytes`` what the flood took after them.
    """

    syns: int
    seconds: float
    kept: int
    filled_bytes: int
    grown_bytes: int
    uncounted_packets: int
    dropped_packets: int
    slowest_answer_seconds: float
    answers: int
    cpu_seconds: float


class Asker:
    """Asks for the status ten times a second, and keeps how long the answers took."""

    def __init__(self, process: CollectorProcess) -> None:
        self.times: list[float] = []
        self._process = process
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> list[float]:
        """Stop, and give the seconds of each answer."""
        self._end.set()
        self._thread.join(60)
        return self.times

    def _run(self) -> None:
        with self._process.client() as client:
            while not self._end.wait(0.1):
                begun = time.monotonic()
                try:
                    client.status()
                except CollectorUnreachable:
                    continue
                finally:
                    self.times.append(time.monotonic() - begun)


def flooded(*, syns: int, filling: int, per_second: int, connections: int) -> Flooded:
    """Open real connections, flood, wait until all is read, and say what is left. `AssertionError`: out of balance."""
    with stage("nmflood") as built, programs() as running, collector(built) as process:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        amounts = ("--connections", PER_PROGRAM, "--upload", 500, "--download", 500)
        for _ in range(connections // PER_PROGRAM):
            running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts).wait(60)
        wait_for(lambda: real_rows(process, built) >= connections, seconds=60, what="every connection is known")
        wait_until_steady(lambda: counted(process), for_seconds=2.5, seconds=60, what="nothing moves any more")
        with patient(process) as client:
            pids = client.status().pids
        empty = pss_bytes(pids)
        send(built, filling, per_second)
        wait_until_steady(lambda: counted(process), for_seconds=3.0, seconds=120, what="all packets are read")
        before = counted(process)
        memory, spent = pss_bytes(pids), cpu_seconds(pids)
        asker = Asker(process)
        try:
            sent, seconds = send(built, syns, per_second)
            wait_until_steady(lambda: counted(process), for_seconds=3.0, seconds=120, what="all packets are read")
        finally:
            times = asker.end()
        with patient(process) as client:
            assert_balanced(client.snapshot())
        after = counted(process)
        return Flooded(
            syns=sent,
            seconds=seconds,
            kept=real_rows(process, built),
            filled_bytes=memory - empty,
            grown_bytes=pss_bytes(pids) - memory,
            uncounted_packets=after[2] - before[2],
            dropped_packets=after[1] - before[1],
            slowest_answer_seconds=max(times),
            answers=len(times),
            cpu_seconds=cpu_seconds(pids) - spent,
        )


def patient(process: CollectorProcess) -> Client:
    """Give a client that waits longer than people would: how long an answer takes is what is measured here."""
    return connect(process.socket, timeout=ANSWER_SECONDS)


def send(built: Stage, count: int, per_second: int) -> tuple[int, float]:
    """Send so many SYNs from the far side, and wait until they are sent."""
    words = (sys.executable, "-m", "tests.support.syn_flood", built.far.interface, built.near.ipv4)
    command = ("env", f"PYTHONPATH={ROOT}", *words, str(count), str(per_second))
    said = json.loads(built.far.namespace.run(*command, timeout_seconds=600))
    return said["packets"], said["seconds"]


def counted(process: CollectorProcess) -> tuple[int, int, int]:
    """Give the packets that were counted on the wire, those that were dropped, and those that nothing explains."""
    with patient(process) as client:
        [ledger] = [each for each in client.ledger() if each.name == "near0"]
    total = ledger.total
    return total.attributed_packets + total.unattributed_packets, total.dropped_packets, total.difference_packets


def real_rows(process: CollectorProcess, built: Stage) -> int:
    """How many open connections to the far side have their process."""
    with patient(process) as client:
        rows = client.snapshot().connections
    return sum(
        row.process is not None and row.remote is not None and row.remote.address == built.far.ipv4 for row in rows
    )
