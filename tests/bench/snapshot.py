"""A snapshot of 2,000 connections: to build it from what was counted, and to encode it."""

import gc
import struct
import time
from collections.abc import Iterator

from netmon.codec import SnapshotEncoder
from netmon.model import Snapshot
from netmon_collector.core.batch import Batch
from tests.bench.table import Row
from tests.support import frames
from tests.support.wire import HERE, Machine, process, tcp_row

CONNECTIONS = 2_000
TICKS = 15
_BUDGET_MS = 20.0
_PROCESSES = 60
_SERVER = bytes((198, 51, 100, 2))
_FIRST_PORT = 20_000


def measure() -> list[Row]:
    """Give the rows of the table: fastest of 15 ticks, and the slowest, in which every row has changed."""
    build, encode = _measure_ticks(changing=CONNECTIONS)
    quiet_build, quiet_encode = _measure_ticks(changing=CONNECTIONS // 100)
    both = [one + other for one, other in zip(build, encode, strict=True)]
    quiet = [one + other for one, other in zip(quiet_build, quiet_encode, strict=True)]
    return [
        ("build and encode, all rows changing (ms)", min(both), _BUDGET_MS, None),
        ("build, all rows changing (ms)", min(build), None, None),
        ("encode, all rows changing (ms)", min(encode), None, None),
        ("build and encode, all rows changing, slowest (ms)", max(both), _BUDGET_MS, None),
        ("build and encode, 1 % changing (ms)", min(quiet), _BUDGET_MS, None),
    ]


def _measure_ticks(*, changing: int) -> tuple[list[float], list[float]]:
    machine = _busy_machine()
    encoder = SnapshotEncoder()
    encoder.encode(machine.tick())
    batches = _batches(machine, changing)
    build: list[float] = []
    encode: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(TICKS):
            machine.monitor.add_batch(next(batches))
            begun = time.perf_counter()
            snapshot: Snapshot = machine.tick()
            built = time.perf_counter()
            encoder.encode(snapshot)
            build.append((built - begun) * 1000)
            encode.append((time.perf_counter() - built) * 1000)
            assert len(snapshot.connections) >= CONNECTIONS
    finally:
        gc.enable()
    return build, encode


def _busy_machine() -> Machine:
    """Give a machine whose 2,000 connections have moved bytes and are owned by 60 processes."""
    machine = Machine(flow_limit=4 * CONNECTIONS)
    owners = [process(1_000 + number, f"program{number}") for number in range(_PROCESSES)]
    machine.monitor.add_batch(next(_batches(machine, CONNECTIONS)))
    rows = (
        tcp_row((HERE, _FIRST_PORT + number), (_SERVER, 443), owners[number % _PROCESSES])
        for number in range(CONNECTIONS)
    )
    machine.list_sockets(*rows, processes=tuple(owners))
    machine.tick()
    return machine


def _batches(machine: Machine, connections: int) -> Iterator[Batch]:
    """Give batches in which so many connections send a packet each."""
    packets = [
        frames.ethernet(
            frames.ipv4(frames.tcp(_FIRST_PORT + number, 443, bytes(100)), frames.TCP, source=HERE, destination=_SERVER)
        )
        for number in range(connections)
    ]
    data = b"".join(packets)
    starts = [sum(len(packet) for packet in packets[:1]) * number for number in range(connections)]
    while True:
        seconds, fraction = divmod(machine.wall_time, 1.0)
        times = (int(seconds), int(fraction * 1e6))
        records = b"".join(
            struct.pack("=IIII", *times, start, len(packet)) for start, packet in zip(starts, packets, strict=True)
        )
        yield Batch(interface="eth0", link_type=1, data=data, records=records)
