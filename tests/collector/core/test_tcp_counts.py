"""The kernel's counts of TCP sockets on the rows of their connections."""

import pytest

from netmon.model import Connection, ConnectionClosed, ConnectionState
from netmon_collector.core.flow import Told
from netmon_collector.core.tcp_counts import LATE_TICKS, SocketCounts
from tests.support import frames
from tests.support.wire import HERE, PEER, Machine, process, tcp_row

CURL = process(10)
LOCAL, REMOTE = (HERE, 4000), (PEER, 443)
TOLD = Told(100, 3000, 0.020, 0)


def counts(told: Told = TOLD, *, cookie: int = 1, raw: int | None = None, local: int = 4000) -> SocketCounts:
    return SocketCounts(HERE, local, PEER, 443, cookie, told, raw)


def told_of(row: Connection) -> Told:
    return Told(row.sent_payload_bytes, row.received_payload_bytes, row.round_trip_seconds, row.retransmitted_packets)


def listed() -> Machine:
    machine = Machine()
    machine.list_sockets(tcp_row(LOCAL, REMOTE, CURL), processes=(CURL,))
    machine.tick()
    return machine


def add(machine: Machine, *rows: SocketCounts) -> list[int]:
    machine.now += 0.1
    return machine.monitor.tcp.add(rows, machine.wall_time)


def close(machine: Machine, *rows: SocketCounts, is_complete: bool = True) -> None:
    machine.monitor.tcp.close(rows, machine.now, machine.wall_time, is_complete=is_complete)


def opened(machine: Machine, sequence: int = 1000, *, local: int = 4000) -> None:
    """Open a connection from here, as packets show it; the other side's first number is 5000."""
    machine.tcp((HERE, local), REMOTE, frames.SYN, sequence=sequence)
    machine.tcp(REMOTE, (HERE, local), frames.SYN | frames.ACK, sequence=5000)


def received_and_closed(machine: Machine, size: int, *, with_fin: int = 0, local: int = 4000) -> None:
    """Receive ``size`` bytes, the last ``with_fin`` of them with the FIN, and close both ways."""
    machine.tcp(REMOTE, (HERE, local), size=size - with_fin, sequence=5001)
    machine.tcp(REMOTE, (HERE, local), frames.FIN | frames.ACK, size=with_fin, sequence=5001 + size - with_fin)
    machine.tcp((HERE, local), REMOTE, frames.FIN | frames.ACK)


def closed_events(machine: Machine) -> list[Connection]:
    return [
        event.kind.connection
        for event in machine.monitor.events_after(0).events
        if isinstance(event.kind, ConnectionClosed)
    ]


def test_a_listed_connection_shows_what_its_socket_counts_and_never_as_traffic() -> None:
    machine = listed()
    assert add(machine, counts()) == []
    (row,) = machine.tick().connections
    assert told_of(row) == TOLD
    assert (row.traffic.sent_bytes, row.traffic.received_bytes) == (0, 0)


@pytest.mark.parametrize(
    ("told", "is_new_row"),
    [
        (TOLD, False),
        (TOLD._replace(round_trip_seconds=0.0209), False),
        (TOLD._replace(round_trip_seconds=0.0211), True),
        (TOLD._replace(sent_payload_bytes=101), True),
        (TOLD._replace(retransmitted_packets=1), True),
        (TOLD._replace(sent_payload_bytes=101, round_trip_seconds=0.0201), True),
    ],
)
def test_a_row_is_made_anew_for_what_moved_and_not_for_noise(told: Told, *, is_new_row: bool) -> None:
    machine = listed()
    add(machine, counts())
    (before,) = machine.tick().connections
    add(machine, counts(told))
    (after,) = machine.tick().connections
    assert (after is not before) == is_new_row
    assert told_of(after) == (told if is_new_row else TOLD)


def test_noise_is_held_against_what_was_told_so_that_a_slow_drift_shows() -> None:
    machine = listed()
    add(machine, counts())
    for step in range(1, 9):
        add(machine, counts(TOLD._replace(round_trip_seconds=0.020 + step * 0.0005)))
    (row,) = machine.tick().connections
    assert row.round_trip_seconds is not None
    assert row.round_trip_seconds >= 0.023


def test_a_round_trip_of_microseconds_may_move_by_a_tenth_of_a_millisecond() -> None:
    machine = listed()
    add(machine, counts(TOLD._replace(round_trip_seconds=0.000_030)))
    (before,) = machine.tick().connections
    add(machine, counts(TOLD._replace(round_trip_seconds=0.000_090)))
    assert machine.tick().connections[0] is before


def test_sockets_without_a_known_connection_are_asked_for_again() -> None:
    machine = listed()
    assert add(machine, counts(cookie=7, local=4001)) == [7]


def test_counts_that_were_read_before_a_connection_began_are_not_its() -> None:
    machine = Machine()
    read_at = machine.wall_time
    machine.now += 1
    opened(machine)
    assert machine.monitor.tcp.add([counts(cookie=7)], read_at) == [7]
    assert told_of(machine.tick().connections[0]) == Told()


def test_another_socket_on_the_same_ends_is_another_connection() -> None:
    machine = listed()
    add(machine, counts(cookie=1))
    machine.tick()
    assert add(machine, counts(Told(1, 1, 0.1, 0), cookie=2)) == [2]
    (ended,) = machine.tick().connections
    assert (ended.state, told_of(ended)) == (ConnectionState.CLOSED, TOLD)
    machine.list_sockets(tcp_row(LOCAL, REMOTE, CURL), processes=(CURL,))
    assert add(machine, counts(Told(1, 1, 0.1, 0), cookie=2)) == []
    (again,) = machine.tick().connections
    assert again.id != ended.id
    assert told_of(again) == Told(1, 1, 0.1, 0)


@pytest.mark.parametrize("with_fin", [0, 500])
@pytest.mark.parametrize("counts_fin", [0, 1])
def test_the_last_counts_are_exact_by_the_sequence_numbers_of_the_other_side(with_fin: int, counts_fin: int) -> None:
    machine = Machine()
    opened(machine)
    received_and_closed(machine, 3000, with_fin=with_fin)
    # A guess that is wrong, and the kernel's own figure.
    close(machine, counts(Told(100, 2999 + 2 * counts_fin, 0.02, 3), raw=3000 + counts_fin))
    (row,) = machine.tick().connections
    assert told_of(row) == Told(100, 3000, 0.02, 3)
    assert [told_of(one) for one in closed_events(machine)] == [told_of(row)]


def test_sequence_numbers_may_begin_again_at_zero() -> None:
    machine = Machine()
    machine.tcp(LOCAL, REMOTE, frames.SYN)
    machine.tcp(REMOTE, LOCAL, frames.SYN | frames.ACK, sequence=2**32 - 10)
    machine.tcp(REMOTE, LOCAL, frames.FIN | frames.ACK, size=100, sequence=2**32 - 9)
    machine.tcp(LOCAL, REMOTE, frames.FIN | frames.ACK)
    close(machine, counts(raw=101))
    assert machine.tick().connections[0].received_payload_bytes == 100


def test_without_a_fin_of_the_other_side_the_kernels_figure_stands() -> None:
    machine = Machine()
    opened(machine)
    machine.tcp(LOCAL, REMOTE, frames.RST)
    close(machine, counts(Told(100, 2999, 0.02, 0), raw=3000))
    assert machine.tick().connections[0].received_payload_bytes == 3000


@pytest.mark.parametrize(("closes_first", "received"), [(REMOTE, 3000), (LOCAL, 3001)])
def test_without_the_beginning_the_order_of_both_fins_tells(closes_first: tuple[bytes, int], received: int) -> None:
    """Who closes first is mostly gone before the other side's FIN comes: it is not among what was counted."""
    machine = Machine()
    machine.tcp(LOCAL, REMOTE, size=10)
    for source in (closes_first, LOCAL if closes_first is REMOTE else REMOTE):
        machine.tcp(source, REMOTE if source is LOCAL else LOCAL, frames.FIN | frames.ACK)
    close(machine, counts(Told(100, 3001, 0.02, 0), raw=3001))
    assert machine.tick().connections[0].received_payload_bytes == received


def test_counts_that_come_after_the_end_was_told_show_the_row_once_more() -> None:
    machine = Machine()
    opened(machine)
    received_and_closed(machine, 3000)
    machine.tick()
    close(machine, counts(raw=3001))
    assert [told_of(row) for row in machine.tick().connections] == [TOLD]
    assert [told_of(row) for row in closed_events(machine)] == [Told(), TOLD]
    assert machine.tick().connections == machine.tick().connections


def test_counts_that_come_before_the_packets_wait_for_them() -> None:
    machine = Machine()
    opened(machine)
    close(machine, counts(raw=3001))
    machine.tick()
    received_and_closed(machine, 3000)
    close(machine)
    assert told_of(machine.tick().connections[0]) == TOLD


def test_counts_of_a_connection_that_nobody_saw_are_left_out_after_a_while() -> None:
    machine = Machine()
    close(machine, counts(raw=1))
    for _ in range(LATE_TICKS - 1):
        assert machine.monitor.tcp.left_out_count == 0
        close(machine)
    assert machine.monitor.tcp.left_out_count == 1


def test_a_socket_that_is_closed_late_gives_nothing_to_the_next_one_on_its_ends() -> None:
    machine = Machine()
    opened(machine)
    machine.tcp(REMOTE, LOCAL, frames.RST)  # the program holds on to its dead socket
    machine.tick()
    opened(machine, sequence=2000)
    close(machine, counts(Told(1, 1, None, 0), cookie=1, raw=1))
    assert {told_of(row): row.end_time is None for row in machine.tick().connections} == {
        Told(1, 1, None, 0): False,
        Told(): True,
    }


def test_an_open_connection_takes_no_last_counts_but_by_its_cookie() -> None:
    machine = Machine()
    opened(machine)
    close(machine, counts(Told(9, 9, None, 0), cookie=5, raw=9))
    assert told_of(machine.tick().connections[0]) == Told()
    add(machine, counts(cookie=6))
    close(machine, counts(Told(8, 8, None, 0), cookie=6, raw=8))
    assert machine.tick().connections[0].sent_payload_bytes == 8


def test_two_connections_on_the_same_ends_get_their_own_counts_in_order() -> None:
    machine = Machine()
    for sequence in (1000, 2000):
        opened(machine, sequence)
        received_and_closed(machine, 3000)
    close(machine, counts(Told(1, 0, None, 0), cookie=1, raw=3001), counts(Told(2, 0, None, 0), cookie=2, raw=3001))
    rows = sorted(machine.tick().connections, key=lambda row: int(row.id[1:], 16))
    assert [row.sent_payload_bytes for row in rows] == [1, 2]


def test_when_some_were_lost_none_is_chosen_by_its_order() -> None:
    machine = Machine()
    for sequence in (1000, 2000):
        opened(machine, sequence)
        received_and_closed(machine, 3000)
    close(machine, counts(Told(2, 0, None, 0), cookie=2, raw=3001), is_complete=False)
    assert [row.sent_payload_bytes for row in machine.tick().connections] == [None, None]


def test_last_counts_stay_though_an_older_reading_comes_after_them() -> None:
    machine = listed()
    machine.monitor.tcp.has_packets = False
    close(machine, counts(Told(5, 5, 0.02, 0), raw=5))
    assert add(machine, counts(cookie=1)) == [1]
    assert machine.tick().connections[0].sent_payload_bytes == 5


def test_without_packets_a_closed_socket_ends_its_row_at_once() -> None:
    machine = listed()
    machine.monitor.tcp.has_packets = False
    add(machine, counts())
    close(machine, counts(Told(5, 6, 0.02, 0), raw=7))
    (row,) = machine.tick().connections
    assert (row.state, told_of(row)) == (ConnectionState.CLOSED, Told(5, 6, 0.02, 0))
    assert machine.tick().connections == ()


def test_without_packets_a_socket_that_was_never_listed_is_a_row_that_has_ended() -> None:
    machine = Machine()
    machine.monitor.tcp.has_packets = False
    for cookie in (1, 2):  # the same ends twice
        close(machine, counts(Told(cookie, 6, 0.02, 0), cookie=cookie, raw=7))
    rows = machine.tick().connections
    assert [told_of(row) for row in rows] == [Told(1, 6, 0.02, 0), Told(2, 6, 0.02, 0)]
    assert all(row.end_time is not None and row.facts.started_before for row in rows)
    assert len(closed_events(machine)) == 2


def test_nothing_is_wanted_where_no_tcp_connection_is_open() -> None:
    machine = Machine()
    assert not machine.monitor.tcp.is_wanted
    machine.list_sockets(tcp_row((HERE, 22)), processes=())
    assert not machine.monitor.tcp.is_wanted
    opened(machine)
    assert machine.monitor.tcp.is_wanted
