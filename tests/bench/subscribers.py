"""What 1, 50 and 1,020 subscribers cost the collector while 100 connections exchange 1,000 packets a second."""

import json
import time

from tests.bench.desktop import CONNECTIONS, EXCHANGES_PER_SECOND
from tests.bench.gate import MEGABYTE, Program
from tests.bench.ground import WARM_SECONDS, load, ours, pids_of, subscribers
from tests.bench.table import Row
from tests.support.collector_process import CollectorProcess, collector, pss_bytes
from tests.support.stage import Stage, stage
from tests.support.traffic import Programs, programs

SECONDS = 15.0
MANY = 50
A_USER = 64
STARTER = 65_534
"""Of user nobody: who called sudo has to exist."""
USERS = {0: A_USER - 4, STARTER: A_USER, **dict.fromkeys(range(3_100_001, 3_100_015), A_USER)}
"""Root, who called sudo, and 14 strangers: each with as many as one may have, but for those that look after it here."""
SNAPSHOTS = "/netmon.v1.MonitorService/StreamSnapshots"


def measure() -> list[Row]:
    """Give the rows of the table."""
    return [*_cost(), *_most()]


def _cost() -> list[Row]:
    with stage("nmbench") as built, programs() as running, ours(built) as process:
        _chat(built, running)
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


def _most() -> list[Row]:
    """As many as may be: what the main process, which serves them, needs beyond one, and what the least served gets."""
    with stage("nmbench") as built, programs() as running, collector(built, starter=STARTER) as process:
        _chat(built, running)
        with subscribers(process, 1):
            time.sleep(WARM_SECONDS)
            alone = pss_bytes((process.pid,))
        readers = [Program("read", built.socket, uid, count, SNAPSHOTS) for uid, count in USERS.items()]
        assert [reader.line() for reader in readers] == ["reading"] * len(USERS)
        time.sleep(WARM_SECONDS)
        percent = load(pids_of(process), SECONDS)
        together, streams = pss_bytes((process.pid,)), _streams(process)
        least = min(json.loads(reader.end())[0] for reader in readers)
    return [
        (
            f"memory that {streams:,} subscribers of {len(USERS)} users add (MB, PSS)",
            _megabytes(together - alone),
            100,
            None,
        ),
        ("the same with the main process itself (MB, PSS)", _megabytes(together), None, None),
        ("CPU with so many (% of a core)", percent, None, None),
        (f"snapshots that the least served of them got in {SECONDS + WARM_SECONDS:.0f} s", least, None, None),
    ]


def _chat(built: Stage, running: Programs) -> None:
    server = running.serve(built.far.namespace, "tcp-server", built.far.ipv4)
    chat = ("--connections", CONNECTIONS, "--per-second", EXCHANGES_PER_SECOND, "--size", 400)
    running.start(built.near.namespace, "tcp-chat", built.far.ipv4, server.port, *chat).wait()


def _streams(process: CollectorProcess) -> int:
    with process.client() as client:
        return client.status().subscriber_count


def _megabytes(count: int) -> float:
    return count / MEGABYTE
