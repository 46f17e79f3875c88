"""Memory of the collector with 100 and with 10,000 open connections: PSS of all its processes, one subscriber."""

from tests.bench.ground import naive, ours, pids_of, subscribers
from tests.bench.table import Row
from tests.support.collector_process import CollectorProcess, pss_bytes
from tests.support.stage import Stage, stage
from tests.support.traffic import programs
from tests.support.waiting import wait_for, wait_until_steady

MEGABYTE = 1_000_000
PROCESSES = 5
SETTLE_SECONDS = 60.0


def measure() -> list[Row]:
    """Give the rows of the table."""
    few_ours, few_naive = _measure_with(100)
    many_ours, many_naive = _measure_with(10_000)
    return [
        ("PSS with 100 connections (MB)", few_ours, 80, few_naive / few_ours),
        ("PSS with 10,000 connections (MB)", many_ours, 140, many_naive / many_ours),
        ("naive: PSS with 100 connections (MB)", few_naive, None, None),
        ("naive: PSS with 10,000 connections (MB)", many_naive, None, None),
    ]


def _measure_with(connections: int) -> tuple[float, float]:
    with (
        stage("nmbench") as built,
        programs() as running,
        ours(built) as process,
        naive(built) as other,
        subscribers(process, 1),
    ):
        server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
        amounts = ("--connections", connections // PROCESSES, "--upload", 1_000, "--download", 1_000)
        for _ in range(PROCESSES):
            running.start(built.near.namespace, "tcp-client", built.far.ipv4, server.port, *amounts).wait(60)
        wait_for(lambda: _known(process, built) >= connections, seconds=SETTLE_SECONDS, what="an owner for each")
        return _steady_megabytes(pids_of(process)), _steady_megabytes(other.pids)


def _known(process: CollectorProcess, built: Stage) -> int:
    with process.client() as client:
        rows = client.snapshot().connections
    peer = built.far.ipv4
    return sum(row.process is not None and row.remote is not None and row.remote.address == peer for row in rows)


def _steady_megabytes(pids: tuple[int, ...]) -> float:
    # In steps of 2 MB: what a tick makes and throws away is no growth.
    wait_until_steady(
        lambda: round(pss_bytes(pids) / MEGABYTE / 2), for_seconds=4, seconds=SETTLE_SECONDS, what="memory"
    )
    return pss_bytes(pids) / MEGABYTE
