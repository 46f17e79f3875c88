"""Who is there: rows of a tick, and what is told of those that came and went."""

from netmon.model import (
    ConnectionClosed,
    ConnectionOpened,
    ConnectionReattributed,
    ConnectionState,
    Direction,
    UnattributedReason,
    View,
)
from netmon_collector.core.events import LONE_LIMIT
from netmon_collector.core.flow_table import STRANGERS_LIMIT
from tests.support import frames
from tests.support.wire import HERE, LOCALHOST, PEER, START, STRANGER, Machine, process, tcp_row, udp_row

ANY = bytes(4)
HOME, WEB = (HERE, 40_000), (PEER, 443)
CURL, NGINX = process(10), process(20, "nginx")


def told(machine: Machine) -> list[tuple[str, str]]:
    """Give what was told so far: the kind and the id of the connection."""
    kinds = (ConnectionOpened, ConnectionClosed, ConnectionReattributed)
    events = [event.kind for event in machine.monitor.events_after(0).events]
    return [(type(kind).__name__, kind.connection.id) for kind in events if isinstance(kind, kinds)]


def test_each_connection_is_told_of_once_when_it_comes_and_once_when_it_goes() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tick()
    assert told(machine) == [("ConnectionOpened", "c1")]
    machine.tcp(HOME, WEB, size=10)
    machine.tick()
    machine.tcp(WEB, HOME, frames.RST)
    for _ in range(5):
        machine.tick(10)
    assert told(machine) == [("ConnectionOpened", "c1"), ("ConnectionClosed", "c1")]


def test_an_owner_that_comes_after_the_end_brings_the_row_once_more() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    machine.list_sockets(tcp_row(HOME, WEB, CURL, ConnectionState.TIME_WAIT), processes=(CURL,))
    snapshot = machine.tick()
    (row,) = [row for row in snapshot.connections if row.remote is not None]
    assert (row.process, row.end_time is None) == (CURL, False)
    assert [kind for kind, _ in told(machine)] == [
        "ConnectionOpened",
        "ConnectionClosed",
        "ConnectionClosed",
        "ConnectionReattributed",
    ]
    assert [row for row in machine.tick().connections if row.remote is not None] == []


def test_an_event_carries_the_row_as_the_snapshot_shows_it() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    snapshot = machine.tick()
    assert machine.monitor.events_after(0).events[0].kind == ConnectionOpened(connection=snapshot.connections[0])


def test_a_closed_row_has_the_state_that_its_packets_left() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    machine.tcp(HOME, WEB, frames.FIN | frames.ACK)
    machine.tcp(WEB, HOME, frames.FIN | frames.ACK)
    assert machine.tick().connections[0].state is ConnectionState.TIME_WAIT
    machine.udp(HOME, WEB)
    machine.tick()
    assert machine.tick(61).connections[0].state is ConnectionState.CLOSED


def test_a_flood_of_lone_packets_takes_no_events_of_other_connections() -> None:
    machine = Machine(flow_limit=100_000)
    machine.udp(HOME, WEB)
    machine.udp(WEB, HOME)
    machine.tick()
    for number in range(LONE_LIMIT + 10):
        machine.udp((STRANGER, 1_024 + number), (HERE, 53))
        if number % STRANGERS_LIMIT == 0:
            machine.tick()
    machine.tick()
    first = machine.monitor.events_after(0)
    assert [event.sequence for event in first.events] == [1]
    rest = machine.monitor.events_after(1)
    assert (rest.lost_count, len(rest.events)) == (10, LONE_LIMIT)


def test_listening_sockets_and_those_with_a_peer_are_counted_apart() -> None:
    machine = Machine()
    machine.list_sockets(
        tcp_row((ANY, 22), None, NGINX),
        tcp_row((ANY, 80), None, NGINX),
        udp_row((ANY, 53), None, NGINX),
        tcp_row(HOME, WEB, CURL),
        processes=(CURL, NGINX),
    )
    machine.udp((LOCALHOST, 1), (LOCALHOST, 2), interface="lo")
    snapshot = machine.tick()
    assert (snapshot.active_connection_count, snapshot.listening_count) == (3, 2)
    by_name = {row.name: row for row in snapshot.applications}
    assert (by_name["nginx"].connection_count, by_name["nginx"].listening_count) == (1, 2)
    assert (by_name["curl"].connection_count, by_name["curl"].remote_count) == (1, 1)


def test_an_ended_connection_no_longer_counts_for_its_application() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick()
    machine.tcp(WEB, HOME, frames.RST)
    (application,) = machine.tick().applications
    assert (application.connection_count, application.process_count, application.remote_count) == (0, 0, 0)
    assert application.users == ()
    assert application.last_time == START + 2


def test_reasons_count_the_rows_without_an_owner() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.udp((HERE, 1), WEB)
    machine.udp((STRANGER, 1), WEB)
    machine.udp((HERE, 2), WEB)
    machine.list_sockets(udp_row((HERE, 2), WEB, CURL), processes=(CURL,))
    counts = {part.reason: part.connection_count for part in machine.tick().unattributed}
    assert counts == {UnattributedReason.PENDING: 2, UnattributedReason.FORWARDED: 1}


def test_a_forwarded_connection_is_told_of_like_any_other() -> None:
    machine = Machine()
    machine.udp((STRANGER, 1), WEB)
    machine.tick()
    (event,) = machine.monitor.events_after(0).events
    assert isinstance(event.kind, ConnectionOpened)
    assert event.kind.connection.facts.direction is Direction.FORWARDED


def test_who_was_away_gets_every_row_that_ended_meanwhile_once() -> None:
    machine = Machine()
    machine.tick()
    for port in range(5):
        machine.tcp((HERE, port), WEB, frames.SYN)
        machine.tcp(WEB, (HERE, port), frames.RST)
        machine.tick()
    missed = machine.monitor.compose(View(), every=1, since_sequence=1)
    assert [row.local.port for row in missed.connections if row.local is not None] == [4, 0, 1, 2, 3]
