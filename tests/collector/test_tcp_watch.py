"""The kernel's counts of TCP sockets, from real sockets into a monitor."""

import asyncio
import errno
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from netmon.model import Connection, ConnectionState, Protocol
from netmon_collector import clock
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.sockets import SocketRow, SocketScan
from netmon_collector.core.tcp_counts import SocketCounts
from netmon_collector.host.socket_endings import SocketEndings
from netmon_collector.host.tcp_info import TcpInfoReader
from netmon_collector.tcp_watch import (
    FEW_ENDINGS,
    LONG_REST_SECONDS,
    LONGEST_SECONDS,
    REST_SECONDS,
    SHORTEST_SECONDS,
    Reading,
    TcpWatch,
    open_tcp_watch,
    waiting_seconds,
)
from tests.support.descriptors import open_descriptors
from tests.support.eventually import eventually
from tests.support.own_log import own_records

HERE = socket.inet_aton("127.0.0.1")

Ports = tuple[int, int]
"""The local one and the remote one."""


class FailingReader(TcpInfoReader):
    """Raises as long as ``error`` is set; counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.error: OSError | None = None
        self.reading_count = 0

    def read(self) -> list[SocketCounts]:
        self.reading_count += 1
        if self.error is not None:
            raise self.error
        return super().read()


class Pair:
    """Both ends of a connection, which a monitor knows by a listing."""

    def __init__(self, monitor: Monitor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.client = socket.create_connection(server.getsockname())
            self.accepted, _ = server.accept()
        client_port, server_port = self.client.getsockname()[1], self.accepted.getsockname()[1]
        self.ports: tuple[Ports, Ports] = (client_port, server_port), (server_port, client_port)
        rows = tuple(
            SocketRow(
                protocol=Protocol.TCP,
                local_address=HERE,
                local_port=port,
                remote_address=HERE,
                remote_port=other,
                state=ConnectionState.ESTABLISHED,
            )
            for port, other in self.ports
        )
        monitor.add_sockets(SocketScan(rows=rows, start_time=clock.wall_time()), clock.monotonic())

    def close(self) -> None:
        self.client.close()
        self.accepted.close()


async def here(call: Callable[[], Reading]) -> Reading:
    """Read in the loop's thread: nothing else runs in these tests."""
    return call()


def monitor() -> Monitor:
    return Monitor("instance", now=clock.monotonic(), wall_time=clock.wall_time())


@asynccontextmanager
async def running(watch: TcpWatch) -> AsyncGenerator[None]:
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        watch.close()


def ticked(watch: TcpWatch, monitor: Monitor) -> dict[Ports, Connection]:
    """Give the rows of the next tick by both their ports: others may have one of them, towards other ends."""
    watch.before_tick(clock.monotonic(), clock.wall_time())
    rows = monitor.tick(clock.monotonic(), clock.wall_time()).connections
    return {(row.local.port or 0, row.remote.port or 0): row for row in rows if row.local and row.remote}


@pytest.mark.parametrize(
    ("cost_seconds", "wait"),
    [(0.0, SHORTEST_SECONDS), (0.006, SHORTEST_SECONDS), (0.012, 4.0), (0.5, LONGEST_SECONDS)],
)
def test_readings_cost_three_thousandths_of_a_core_at_most(cost_seconds: float, wait: float) -> None:
    assert waiting_seconds(cost_seconds) == pytest.approx(wait)


async def test_open_connections_are_read_and_closed_ones_told() -> None:
    own = monitor()
    pair = Pair(own)
    pair.client.sendall(bytes(700))
    watch = open_tcp_watch(own, here, has_packets=False)
    async with running(watch):
        assert await watch.read() > 0
        rows = ticked(watch, own)
        assert [rows[ports].sent_payload_bytes for ports in pair.ports] == [700, 0]
        assert [rows[ports].received_payload_bytes for ports in pair.ports] == [0, 700]
        pair.accepted.recv(700)
        pair.accepted.sendall(bytes(5))
        pair.client.recv(5)
        pair.close()
        ended: dict[Ports, Connection] = {}

        def look() -> bool:
            ended.update((ports, row) for ports, row in ticked(watch, own).items() if row.end_time is not None)
            return ended.keys() >= set(pair.ports)

        await eventually(look, what="both ends")
    assert [ended[ports].sent_payload_bytes for ports in pair.ports] == [700, 5]
    assert watch.degraded() == ()


async def test_a_reading_that_fails_is_said_once_and_mended_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    own, reader = monitor(), FailingReader()
    watch = TcpWatch(own, reader, None, here)
    reader.error = OSError(errno.EMFILE, "Too many open files", "/proc/4711/secret")
    for _ in range(2):
        assert await watch.read() > 0.01
    [failed] = watch.degraded()
    assert (failed.code, "Too many open files" in failed.text) == ("tcp.failed", True)
    assert len(own_records(caplog)) == 1
    assert "secret" not in caplog.text + failed.text
    reader.error = None
    await watch.read()
    assert watch.degraded() == ()


async def test_nothing_is_read_where_no_connection_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netmon_collector.tcp_watch.SHORTEST_SECONDS", 0.001)
    own, reader = monitor(), FailingReader()
    watch = TcpWatch(own, reader, None, here)
    async with running(watch):
        for _ in range(50):
            await asyncio.sleep(0.001)
        assert reader.reading_count == 0
        pair = Pair(own)
        await eventually(lambda: reader.reading_count > 0, what="a reading")
        pair.close()


async def test_while_it_is_stopped_nothing_is_read_and_what_is_told_is_left_out() -> None:
    own = monitor()
    own.tcp.has_packets = False
    pair = Pair(own)
    watch = TcpWatch(own, None, SocketEndings(), here)
    watch.is_running = False
    witness = SocketEndings()
    async with running(watch):
        pair.close()
        await eventually(lambda: bool(witness.take()[0]), what="what is told to another one")
        witness.close()
        assert all(row.end_time is None for row in ticked(watch, own).values())
        assert await watch.read() == 0.0


class PlannedEndings(SocketEndings):
    """Says how many were told."""

    told_count = 0

    def hear(self) -> int:
        super().hear()
        return self.told_count


@pytest.mark.parametrize(
    ("told_count", "has_packets", "is_long"),
    [(FEW_ENDINGS, True, True), (FEW_ENDINGS + 1, True, False), (1, False, False)],
)
async def test_where_few_sockets_are_closed_it_listens_less_often(
    told_count: int, *, has_packets: bool, is_long: bool
) -> None:
    own, endings = monitor(), PlannedEndings()
    own.tcp.has_packets = has_packets
    endings.told_count = told_count
    watch = TcpWatch(own, None, endings, here)
    loop = watch._loop = asyncio.get_running_loop()
    before = loop.time()
    watch._hear()
    assert watch._rest is not None
    if is_long:
        assert watch._rest.when() >= before + LONG_REST_SECONDS
    else:
        assert watch._rest.when() <= loop.time() + REST_SECONDS
    watch.close()


async def test_lost_endings_are_said() -> None:
    endings = SocketEndings()
    watch = TcpWatch(monitor(), None, endings, here)
    assert watch.degraded() == ()
    endings.lost_count = 2
    [lost] = watch.degraded()
    assert (lost.code, "2 times" in lost.text) == ("tcp.endings_lost", True)
    watch.close()


async def test_it_holds_one_descriptor_and_gives_it_back() -> None:
    before = open_descriptors()
    watch = open_tcp_watch(monitor(), here, has_packets=True)
    async with running(watch):
        assert len(open_descriptors() - before) == 1
    assert open_descriptors() <= before
