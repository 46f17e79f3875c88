"""CPU of the collector while nothing happens: 20 open connections, 5 listeners, one subscriber."""

import time

from tests.bench.ground import (
    PSUTIL,
    WARM_SECONDS,
    beside_naive,
    desktop_sockets,
    load,
    ours,
    pids_of,
    with_a_subscriber,
)
from tests.bench.table import Row
from tests.support.stage import stage
from tests.support.traffic import programs

SECONDS = 20.0


def measure() -> list[Row]:
    """Give the rows of the table."""
    with stage("nmbench") as built, programs() as running:
        desktop_sockets(built, running)
        our_load, naive_load = beside_naive(built, lambda pids: load(pids, SECONDS))
        with ours(built) as process:
            time.sleep(WARM_SECONDS)
            alone = load(pids_of(process), SECONDS)
        portable = with_a_subscriber(built, lambda pids: load(pids, SECONDS), *PSUTIL)
    return [
        ("CPU, best owners, one subscriber (% of a core)", our_load, 0.5, naive_load / our_load),
        ("CPU, best owners, no subscriber (% of a core)", alone, 0.5, None),
        ("CPU, psutil owners, one subscriber (% of a core)", portable, 1.0, naive_load / portable),
        ("naive: CPU (% of a core)", naive_load, None, None),
    ]
