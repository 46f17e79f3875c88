"""CPU of the collector with 1 and with 50 subscribers, while 100 connections exchange 1,000 packets a second."""

import time

from tests.bench.desktop import CONNECTIONS, EXCHANGES_PER_SECOND
from tests.bench.ground import WARM_SECONDS, load, ours, pids_of, subscribers
from tests.bench.table import Row
from tests.support.stage import stage
from tests.support.traffic import programs

SECONDS = 15.0
MANY = 50


def measure() -> list[Row]:
    """Give the rows of the table."""
    with stage("nmbench") as built, programs() as running, ours(built) as process:
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        chat = ("--connections", CONNECTIONS, "--per-second", EXCHANGES_PER_SECOND, "--size", 400)
        running.start(built.near.namespace, "tcp-chat", built.far.ipv4, server.port, *chat).wait()
        loads: list[float] = []
        least: list[int] = []
        for count in (1, MANY):
            with subscribers(process, count) as got:
                time.sleep(WARM_SECONDS)
                loads.append(load(pids_of(process), SECONDS))
                least.append(min(got))
    one, many = loads
    return [
        (f"CPU with {MANY} subscribers, times that with 1", many / one, 2.0, None),
        ("CPU with 1 subscriber (% of a core)", one, None, None),
        (f"CPU with {MANY} subscribers (% of a core)", many, None, None),
        (f"snapshots that the least served of {MANY} got in {SECONDS + WARM_SECONDS:.0f} s", least[1], None, None),
    ]
