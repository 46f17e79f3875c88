"""Half an hour in seconds: connections, processes and hosts that come once and never again leave nothing behind."""

import subprocess
import sys

from netmon_collector.garbage import GarbageRounds
from tests.support import frames
from tests.support.wire import HERE, Machine, process, tcp_row

TICK_SECONDS = 5.0
TICKS = 180
CONNECTIONS_A_TICK = 10


def live(machine: Machine, tick: int) -> None:
    """Open, own and close connections, each of a process, to a host and from a port of its own."""
    first = tick * CONNECTIONS_A_TICK
    owners = [
        process(100_000 + each, start_time=machine.wall_time) for each in range(first, first + CONNECTIONS_A_TICK)
    ]
    ends = [((HERE, owner.pid % 60_000), (owner.pid.to_bytes(4, "little"), 443)) for owner in owners]
    for home, peer in ends:
        machine.tcp(home, peer, frames.SYN)
        machine.tcp(peer, home, frames.SYN | frames.ACK)
        machine.tcp(home, peer, size=100 + tick)
    rows = [tcp_row(home, peer, owner) for (home, peer), owner in zip(ends, owners, strict=True)]
    machine.list_sockets(*rows, processes=tuple(owners))
    for home, peer in ends:
        machine.tcp(home, peer, frames.FIN | frames.ACK)
        machine.tcp(peer, home, frames.FIN | frames.ACK)
    machine.tick(TICK_SECONDS)


def blocks_in_use() -> list[int]:
    """Give the blocks of memory in use at the begin, after a quarter of an hour, and after another one.

    Blocks cost nothing to count, and freed tuples that are kept are some of them.
    """
    machine = Machine(flow_limit=26_624)
    garbage = GarbageRounds(machine.now, lambda: 0.0)
    blocks: list[int] = []
    for tick in range(2 * TICKS + 2):
        live(machine, tick)
        garbage.look(machine.now)
        if tick in {1, TICKS + 1, 2 * TICKS + 1}:
            blocks.append(sys.getallocatedblocks())
    return blocks


def test_a_monitor_is_full_after_a_quarter_of_an_hour_and_grows_no_more() -> None:
    # In an interpreter of its own: what other tests left is let go of at any time.
    script = f"from {__name__} import blocks_in_use; print(*blocks_in_use())"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True, timeout=120)
    empty, full, later = map(int, done.stdout.split())
    assert full - empty > 8_000, "it holds the last minutes"
    assert later - full < 400, "of 1,800 connections and 180 ticks more"
