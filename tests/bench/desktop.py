"""CPU of the collector with 100 connections that exchange 1,000 packets a second between them, one subscriber."""

from tests.bench.ground import PSUTIL, beside_naive, load, packets_per_second, with_a_subscriber
from tests.bench.table import Row
from tests.support.stage import stage
from tests.support.traffic import programs

SECONDS = 20.0
CONNECTIONS = 100
# A question, its answer and the acknowledgement of that: three packets.
EXCHANGES_PER_SECOND = 1_000 / 3


def measure() -> list[Row]:
    """Give the rows of the table."""
    with stage("nmbench") as built, programs() as running:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        chat = ("--connections", CONNECTIONS, "--per-second", EXCHANGES_PER_SECOND, "--size", 400)
        running.start(built.near.namespace, "tcp-chat", built.far.ipv4, server.port, *chat).wait()
        rate = packets_per_second(built, 3)
        our_load, naive_load = beside_naive(built, lambda pids: load(pids, SECONDS))
        portable = with_a_subscriber(built, lambda pids: load(pids, SECONDS), *PSUTIL)
    return [
        ("CPU, best owners, one subscriber (% of a core)", our_load, 1.5, naive_load / our_load),
        ("CPU, psutil owners, one subscriber (% of a core)", portable, 3.0, naive_load / portable),
        ("naive: CPU (% of a core)", naive_load, None, None),
        ("packets a second on the wire", rate, None, None),
    ]
