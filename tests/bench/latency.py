"""From a packet on the wire to its number at a client, with ticks of a second."""

import socket
import statistics
import time

from netmon.model import Snapshot
from netmon_client import connect
from tests.bench.ground import ours
from tests.bench.table import Row
from tests.support.stage import Stage, stage

SAMPLES = 25
INTERVAL_MS = 1_000.0
FIRST_PORT = 20_000
# Not a part of the interval, so that packets fall all over it.
STEP_SECONDS = 0.237


def measure() -> list[Row]:
    """Give the rows of the table."""
    with stage("nmbench") as built, ours(built):
        waits = _waits(built)
    return [
        ("wire to client, longest of 25 (ms)", max(waits), INTERVAL_MS + 100, None),
        ("wire to client, median (ms)", statistics.median(waits), None, None),
        ("wire to client, shortest (ms)", min(waits), None, None),
    ]


def _waits(built: Stage) -> list[float]:
    """Send a packet to a port of its own each time, and see when a stream first has a row of it."""
    waits: list[float] = []
    with built.near.namespace.entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender, connect(built.socket) as client:
        items = client.snapshots()
        for number in range(SAMPLES):
            time.sleep(number * STEP_SECONDS % 1.0)
            sent = time.monotonic()
            sender.sendto(b"x", (built.far.ipv4, FIRST_PORT + number))
            for item in items:
                if isinstance(item, Snapshot) and _has(item, FIRST_PORT + number):
                    break
            waits.append((time.monotonic() - sent) * 1000)
    return waits


def _has(snapshot: Snapshot, port: int) -> bool:
    return any(
        row.remote is not None and row.remote.port == port and row.traffic.sent_packets for row in snapshot.connections
    )
