"""1,000 DNS answers and 200 ClientHellos a second: what names cost, beside a collector that learns none."""

import json
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

from tests.bench.ground import WARM_SECONDS, ours, pids_of
from tests.bench.table import Row
from tests.support.collector_process import cpu_seconds
from tests.support.line_reader import LineQueue
from tests.support.source_tree import ROOT
from tests.support.stage import Stage, stage

SECONDS = 10.0
ANSWERS_PER_SECOND = 1_000
HELLOS_PER_SECOND = 200
BUDGET_PERCENT = 10.0


def measure() -> list[Row]:
    """Give the rows of the table."""
    with stage("nmbench") as built, _sink(built):
        with_names = _costs(built)
        without = _costs(built, "--no-names")
    rows: list[Row] = []
    for kind, per_second in (("dns", ANSWERS_PER_SECOND), ("hello", HELLOS_PER_SECOND)):
        names = with_names[kind] - without[kind]
        rows.append((f"names of {per_second:,} {kind}/s (% of a core)", names, BUDGET_PERCENT, None))
        rows.append((f"all of the collector, {per_second:,} {kind}/s (% of a core)", with_names[kind], None, None))
    return rows


def _costs(built: Stage, *flags: str) -> dict[str, float]:
    """Give the CPU that a collector takes beside what it takes while nothing happens, in percent of a core."""
    with ours(built, *flags) as process:
        time.sleep(WARM_SECONDS)
        pids = pids_of(process)
        before = cpu_seconds(pids)
        time.sleep(SECONDS)
        idle = cpu_seconds(pids) - before
        costs: dict[str, float] = {}
        for kind, per_second in (("dns", ANSWERS_PER_SECOND), ("hello", HELLOS_PER_SECOND)):
            before = cpu_seconds(pids)
            seconds = _flood(built, kind, per_second)
            costs[kind] = (cpu_seconds(pids) - before - idle * seconds / SECONDS) / seconds * 100
    return costs


def _flood(built: Stage, kind: str, per_second: int) -> float:
    command = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.support.name_flood")
    arguments = (kind, built.far.ipv4, str(per_second), str(SECONDS))
    told = built.near.namespace.run(*command, *arguments, timeout_seconds=SECONDS * 4)
    return json.loads(told)["seconds"]


@contextmanager
def _sink(built: Stage) -> Generator[None]:
    command = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.support.name_flood", "sink", built.far.ipv4)
    process = built.far.namespace.popen(*command, stderr=None)
    assert process.stdout is not None
    try:
        LineQueue(process.stdout).next(20)
        yield
    finally:
        process.communicate(timeout=20)
