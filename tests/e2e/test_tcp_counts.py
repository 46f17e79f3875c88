"""What the kernel counts of TCP sockets, as users see it: payload to the byte, round-trip times, packets sent again."""

import os
import pwd
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Container, Generator
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

import pytest

from netmon.model import CaptureState, Connection, Filter
from netmon_client import Client
from tests.support.collector_process import CollectorProcess, collector, collector_command
from tests.support.namespaces import Namespace, VethEnd, needs_root
from tests.support.slow_wire import FAR, NEAR, slow_wire
from tests.support.stage import as_nobody, stage
from tests.support.stream_reader import cli_command
from tests.support.tcp_queue import unacknowledged_bytes
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.root, needs_root, pytest.mark.timeout(180)]

MANY = 1_000
ASKED = struct.Struct("!I")
WAYS_TO_END = ("reads the end", "closes first", "shuts down and reads the end", "shuts down")

End = tuple[str, int]
Amounts = Counter[tuple[End, tuple[int | None, int | None]]]
"""How often which payload was sent and received at which local end: ports are used again."""


@contextmanager
def answering(held: socket.socket, count: int) -> Generator[None]:
    """Answer ``count`` connections, one after the other, with as many bytes as each asks for."""
    serving = threading.Thread(target=_answer, args=(held, count))
    serving.start()
    try:
        yield
    finally:
        held.settimeout(1)
        serving.join()


def _answer(held: socket.socket, count: int) -> None:
    with suppress(TimeoutError):
        for _ in range(count):
            accepted, _ = held.accept()
            with accepted:
                asked = b""
                while len(asked) < ASKED.size:
                    asked += accepted.recv(ASKED.size)
                accepted.sendall(bytes(ASKED.unpack(asked)[0]))


def ask(server: End, size: int, how: str) -> End:
    """Get ``size`` bytes and end the connection in one of the ways; give its local end."""
    with socket.create_connection(server, timeout=60) as client:
        local = client.getsockname()
        client.sendall(ASKED.pack(size))
        if how.startswith("shuts down"):
            client.shutdown(socket.SHUT_WR)
        received = 0
        while received < size:
            received += len(client.recv(65_536))
        if how.endswith("reads the end"):
            assert client.recv(1) == b""
    return str(local[0]), int(local[1])


def ask_often(near: VethEnd, far: VethEnd, ways: tuple[str, ...]) -> Amounts:
    """Make many short connections from near to far, each with an amount of its own."""
    with far.namespace.entered():
        held = socket.create_server((far.ipv4, 0), backlog=128)
    with held, near.namespace.entered(), answering(held, MANY):
        server = held.getsockname()
        sizes = (1 + number * 7 % 5_000 for number in range(MANY))
        made = zip(sizes, cycle(ways), strict=False)
        return Counter((ask(server, size, how), (ASKED.size, size)) for size, how in islice(made, MANY))


def rows_at(client: Client, ends: Container[End]) -> list[Connection]:
    """Give the rows with these local ends, open or ended."""
    rows = client.connections(Filter(), closed_within_seconds=60)
    return [row for row in rows if row.remote and end_of(row) in ends]


def end_of(row: Connection) -> End:
    return (row.local.address, row.local.port or 0) if row.local is not None else ("", 0)


def payload(client: Client, amounts: Amounts) -> Amounts:
    """Give what the rows of these local ends show."""
    rows = rows_at(client, {end for end, _ in amounts})
    return Counter((end_of(row), (row.sent_payload_bytes, row.received_payload_bytes)) for row in rows)


def test_a_thousand_short_connections_end_with_payload_to_the_byte_however_they_end() -> None:
    with stage() as built, collector(built) as running, running.client() as client:
        amounts = ask_often(built.near, built.far, WAYS_TO_END)
        assert amounts.total() == MANY
        wait_for(lambda: payload(client, amounts) == amounts, seconds=30, what="exact payload of all")
        rows = rows_at(client, {end for end, _ in amounts})
        assert all(row.end_time is not None and row.retransmitted_packets == 0 for row in rows)
        assert all(row.round_trip_seconds for row in rows)
        # IP bytes are counted beside it, never the one as the other.
        assert all(row.traffic.received_bytes > (row.received_payload_bytes or 0) for row in rows)
        assert not [one.code for one in client.status().degraded if one.code.startswith(("tcp.", "capture."))]


def test_round_trips_and_packets_sent_again_are_the_wires() -> None:
    """A delay of 50 ms each way, and one in twenty full packets lost: the kernel here has no netem."""
    with stage() as built:
        own = built.near.namespace

        def loses(number: int, packet: bytes) -> bool:
            return len(packet) > 1_000 and number % 20 == 7

        about_the_wires = pytest.approx(0.1, rel=0.2)
        with slow_wire(own, 0.05, loses) as wire, collector(built) as running, running.client() as client:
            with own.entered():
                held = socket.create_server((NEAR, 0))
                away = socket.create_connection((FAR, held.getsockname()[1]), timeout=60)
            accepted, _ = held.accept()
            with held, away, accepted:
                draining = threading.Thread(target=_drain, args=(accepted,))
                draining.start()
                away.sendall(bytes(400_000))
                sent = 400_000
                end = away.getsockname()[:2]

                def look() -> Connection | None:
                    rows = rows_at(client, {end})
                    row = next((row for row in rows if row.sent_payload_bytes == sent), None)
                    return row if row and row.round_trip_seconds == smoothed_seconds(away) else None

                told = "all that was sent, with the round trip that the program's own socket tells"
                row = wait_for(look, seconds=30, what=told)
                # Whatever delays a packet on its way is part of its round trip, a busy machine too: then some more go.
                patience = time.monotonic() + 60
                while row.round_trip_seconds != about_the_wires and time.monotonic() < patience:
                    for _ in range(20):
                        away.sendall(bytes(100))
                        sent += 100
                        wait_for(lambda: unacknowledged_bytes(away) == 0, seconds=30, what="it is acknowledged")
                    row = wait_for(look, seconds=30, what=told)
                away.shutdown(socket.SHUT_WR)
                draining.join()
            assert wire.lost_count > 0
            assert row.retransmitted_packets is not None
            assert row.retransmitted_packets > 0
            assert row.round_trip_seconds is not None
            assert row.round_trip_seconds == about_the_wires


def smoothed_seconds(held: socket.socket) -> float:
    """Give ``tcpi_rtt`` of a socket (linux/tcp.h, struct tcp_info)."""
    told = held.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 72)
    return int.from_bytes(told[68:72], sys.byteorder) / 1e6


def _drain(held: socket.socket) -> None:
    while held.recv(65_536):
        pass


# Without packets.


@contextmanager
def collector_of_nobody(own: Namespace, directory: Path) -> Generator[CollectorProcess]:
    """Run a collector that captures nothing, as a user without any right."""
    place = directory / "own"
    place.mkdir()
    user = pwd.getpwnam("nobody")
    os.chown(place, user.pw_uid, user.pw_gid)
    path = str(place / "collector.sock")
    command = collector_command(own, path, "--no-capture")
    at = len(own.command())
    made = CollectorProcess([*command[:at], *as_nobody(command[at:], groups=())], path, directory / "collector.log")
    try:
        made.wait_until_ready()
        yield made
    finally:
        made.kill()


def test_without_any_right_and_without_packets_rows_have_the_kernels_counts() -> None:
    with stage() as built, collector_of_nobody(built.near.namespace, built.directory) as running:
        with running.client() as client:
            amounts = ask_often(built.near, built.far, WAYS_TO_END[:2])
            wait_for(lambda: payload(client, amounts) == amounts, seconds=30, what="exact payload of all")
            rows = rows_at(client, {end for end, _ in amounts})
            assert not [row for row in rows if any(row.traffic)]
            status, snapshot = client.status(), client.snapshot()
        for told in (status.degraded, snapshot.degraded):
            [off] = [one for one in told if one.code == "capture.off"]
            assert "sudo netmon-collector" in off.remedy
        assert {one.state for one in status.interfaces} == {CaptureState.LEFT_OUT}
        assert {one.reason for one in status.interfaces} == {"left out by --no-capture"}
        assert (snapshot.totals.sent_bytes, snapshot.totals.received_bytes) == (0, 0)


def test_without_packets_an_open_connection_shows_payload_in_the_terminal() -> None:
    with stage() as built, collector_of_nobody(built.near.namespace, built.directory) as running:
        with built.near.namespace.entered():
            held = socket.create_server(("127.0.0.1", 0))
            away = socket.create_connection(held.getsockname())
        accepted, _ = held.accept()
        with held, away, accepted:
            away.sendall(bytes(12_000))
            assert accepted.recv(12_000, socket.MSG_WAITALL) == bytes(12_000)
            command = cli_command(running.socket, "connections")

            def look() -> str | None:
                text = built.near.namespace.run(*command)
                return text if text.count("12.0 kB") == 2 else None

            text = wait_for(look, seconds=30, what="payload of both ends")
        assert "Payload ↓" in text
        assert "Σ↓" not in text


def test_nobodys_own_processes_are_named_without_any_right() -> None:
    with stage() as built, collector_of_nobody(built.near.namespace, built.directory) as running:
        program = "import socket,sys; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True); "
        program += "sys.stdin.read()"
        child = built.near.namespace.popen(*as_nobody(["/usr/bin/env", "python3", "-c", program], groups=()))
        assert child.stdout is not None
        try:
            port = int(child.stdout.readline())
            with running.client() as client:

                def look() -> Connection | None:
                    rows = client.snapshot().connections
                    return next((row for row in rows if row.local and row.local.port == port and row.process), None)

                row = wait_for(look, seconds=30, what="the owner of a listener")
                assert row.process is not None
                assert row.process.user == "nobody"
        finally:
            child.communicate("", timeout=30)
