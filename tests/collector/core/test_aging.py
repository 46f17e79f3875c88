"""What time alone does: idle, over, forgotten."""

from collections.abc import Callable

import pytest

from netmon.model import (
    Connection,
    ConnectionState,
    Filter,
    Process,
    RowOrder,
    Snapshot,
)
from netmon_collector.core.sockets import SocketRow
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, LOCAL_MAC, PEER, START, STRANGER, Machine, process, tcp_row, udp_row

ANY = bytes(4)
HOME, WEB = (HERE, 40_000), (PEER, 443)
CURL = process(10)
S = ConnectionState


def state(snapshot: Snapshot) -> ConnectionState:
    (row,) = [row for row in snapshot.connections if row.remote is not None]
    return row.state


def wildcard(owner: Process | None) -> SocketRow:
    return udp_row((ANY, 40_000), None, owner)


def test_udp_is_idle_ten_seconds_after_its_last_packet_and_active_again_with_the_next() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    assert state(machine.tick()) is S.ACTIVE
    assert state(machine.tick(9)) is S.ACTIVE
    assert state(machine.tick(1)) is S.IDLE
    machine.udp(WEB, HOME)
    assert state(machine.tick()) is S.ACTIVE


def test_a_socket_that_never_moved_a_byte_is_idle() -> None:
    machine = Machine()
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))
    assert state(machine.tick()) is S.IDLE


@pytest.mark.parametrize(
    ("row", "lives_seconds"),
    [
        pytest.param(None, 60, id="its socket is gone"),
        pytest.param(wildcard(CURL), 300, id="a peer of a socket that has many"),
        pytest.param(wildcard(None), 300, id="the same, of the kernel's own socket"),
        pytest.param(udp_row(HOME, WEB, CURL), 10_000, id="its own socket lives"),
        pytest.param(udp_row(HOME, WEB, None), 10_000, id="its own socket lives, whose holder cannot be seen"),
    ],
)
def test_silent_udp_lives_as_long_as_its_socket_lets_it(row: SocketRow | None, lives_seconds: int) -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.tick()
    age = 1
    for at in (59, 61, 299, 302, 1_000, 5_000):
        machine.now += at - age
        age = at
        machine.list_sockets(*([row] if row is not None else []), processes=(CURL,))
        machine.tick(0)
        open_rows = [one for one in machine.monitor.connections(Filter(), RowOrder.UNSPECIFIED, 0.0) if one.remote]
        assert bool(open_rows) is (at - 1 <= lives_seconds), f"{at} s after its last packet"


def test_silent_icmp_is_over_after_a_minute() -> None:
    machine = Machine()
    machine.packet(frames.ipv4(bytes(8), 1, source=HERE, destination=PEER))
    machine.tick()
    assert machine.tick(60).connections[0].end_time is None
    row = machine.tick(1).connections[0]
    assert (row.end_time, row.state) == (START + 1, S.CLOSED)


def test_tcp_that_no_listing_shows_is_over_after_five_silent_minutes() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB)
    machine.tick()
    assert machine.tick(300).connections[0].end_time is None
    assert machine.tick(1).connections[0].end_time == START + 1


def test_tcp_that_is_listed_may_be_silent_for_hours() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB)
    for _ in range(20):
        machine.now += 600
        machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
        assert state(machine.tick(1)) is S.ESTABLISHED


def say_udp(machine: Machine) -> None:
    machine.udp(HOME, WEB, size=72)


def say_forwarded(machine: Machine) -> None:
    packet = frames.ipv4(frames.tcp(payload=bytes(60)), frames.TCP, source=STRANGER, destination=PEER)
    machine.packet(packet, mac=LOCAL_MAC)


def say_tcp(machine: Machine) -> None:
    machine.tcp(HOME, WEB, size=60)


@pytest.mark.parametrize(("say", "silence"), [(say_udp, 61), (say_tcp, 301), (say_forwarded, 301)])
def test_what_speaks_again_after_silence_ended_it_is_another_connection(
    say: Callable[[Machine], None], silence: int
) -> None:
    machine = Machine()
    say(machine)
    machine.tick()
    (ended,) = machine.tick(silence).connections
    assert ended.end_time is not None
    for _ in range(2):
        say(machine)
        machine.tick()
    say(machine)
    snapshot = machine.tick()
    (row,) = [row for row in snapshot.connections if row.end_time is None]
    assert row.id != ended.id
    assert row.traffic.sent_bytes == 300
    assert_balanced(snapshot)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("in", frames.SYN), ("out", frames.SYN | frames.ACK)], S.SYN_RECV),
        ([("in", frames.SYN), ("out", frames.SYN | frames.ACK), ("in", frames.ACK)], S.ESTABLISHED),
        ([("in", frames.SYN)], S.SYN_RECV),
        ([("out", frames.SYN)], S.SYN_SENT),
        ([("in", frames.ACK)], S.ESTABLISHED),
    ],
)
def test_packets_without_flags_say_that_a_connection_is_open(
    steps: list[tuple[str, int]], expected: ConnectionState
) -> None:
    machine = Machine()
    for way, flags in steps:
        machine.tcp(*((HOME, WEB) if way == "out" else (WEB, HOME)), flags=flags)
    assert state(machine.tick()) is expected


@pytest.mark.parametrize(("packets", "is_kept"), [(7, False), (8, True)])
def test_a_one_way_flow_of_many_packets_leaves_probation(packets: int, is_kept: bool) -> None:
    machine = Machine(flow_limit=40)
    for _ in range(packets):
        machine.udp(WEB, HOME)
    kept_id = machine.tick().connections[0].id
    for port in range(100):
        machine.udp((STRANGER, port), (HERE, 9))
    assert (kept_id in {row.id for row in machine.tick().connections}) is is_kept


def test_a_connection_that_leaves_probation_and_displaces_another_is_counted_once() -> None:
    machine = Machine(flow_limit=4)
    for port in (1, 2, 3):
        machine.tcp((HERE, port), WEB, frames.SYN)
    owned = [tcp_row((HERE, port), WEB, CURL) for port in (1, 2, 3)]
    machine.list_sockets(*owned, processes=(CURL,))
    assert_balanced(machine.tick())
    for _ in range(8):
        machine.udp((HERE, 4), WEB)
    snapshot = machine.tick()
    assert_balanced(snapshot)
    assert snapshot.totals.sent_packets == 11


def ended(machine: Machine) -> tuple[Connection, ...]:
    return machine.monitor.connections(Filter(), RowOrder.UNSPECIFIED, 60.0)


def test_an_ended_connection_is_forgotten_after_a_minute_however_many_there_were() -> None:
    machine = Machine(flow_limit=1_000)
    for port in range(200):
        machine.tcp((HERE, port), WEB, frames.SYN)
        machine.tcp(WEB, (HERE, port), frames.RST)
    machine.tick()
    machine.tick(60)
    assert len(ended(machine)) == machine.monitor.tracked_count == 200
    machine.tick(1)
    assert len(ended(machine)) == machine.monitor.tracked_count == 0
    assert not list(machine.monitor._book.accountant.cells())


def test_late_packets_keep_an_ended_connection_listed() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    machine.now += 70
    machine.tcp(HOME, WEB)
    machine.tick(0)
    assert machine.monitor.tracked_count == 1
    machine.tick(1)
    assert machine.monitor.tracked_count == 0
