"""Traffic that passes this machine, and the processes in other network namespaces that it belongs to."""

import pytest

from netmon.model import (
    Connection,
    ConnectionReattributed,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    Process,
    UnattributedReason,
)
from netmon_collector.core.sockets import ForeignPlace, ForeignScan, SocketRow
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.sightings import list_later, rows_to
from tests.support.wire import HERE, PEER, Machine, process, tcp_row, udp_row

INSIDE = bytes((172, 17, 0, 2))
OTHER_INSIDE = bytes((172, 17, 0, 3))
HOME = (INSIDE, 40_000)
WEB = (PEER, 443)
CURL = process(10)
NGINX = process(20, "nginx")
CERTAIN, INFERRED = OwnerConfidence.CERTAIN, OwnerConfidence.INFERRED


def look(
    machine: Machine,
    *rows: SocketRow,
    addresses: tuple[bytes, ...] = (INSIDE,),
    processes: tuple[Process, ...] = (CURL, NGINX),
) -> None:
    place = ForeignPlace(rows=rows, addresses=frozenset(addresses))
    machine.monitor.foreign.settle(ForeignScan(places=(place,), start_time=machine.wall_time), processes)


def passing(machine: Machine) -> Connection:
    snapshot = machine.tick()
    assert_balanced(snapshot)
    (row,) = [row for row in snapshot.connections if row.facts.direction is Direction.FORWARDED]
    return row


@pytest.mark.parametrize(
    ("rows", "owner", "holders", "method", "confidence"),
    [
        pytest.param((tcp_row(HOME, WEB, CURL),), CURL, (), OwnerMethod.EXACT, CERTAIN, id="who opened it"),
        pytest.param((tcp_row(WEB, HOME, NGINX),), NGINX, (), OwnerMethod.EXACT, CERTAIN, id="who serves it"),
        pytest.param((tcp_row(WEB, None, NGINX),), NGINX, (), OwnerMethod.LISTENER, INFERRED, id="who listens"),
        pytest.param(
            (tcp_row(WEB, HOME, NGINX), tcp_row(HOME, WEB, CURL)), CURL, (NGINX,), OwnerMethod.EXACT, CERTAIN, id="both"
        ),
        pytest.param(
            (tcp_row(HOME, WEB, CURL), tcp_row(HOME, WEB, NGINX)),
            CURL,
            (NGINX,),
            OwnerMethod.EXACT,
            INFERRED,
            id="two namespaces with the same addresses",
        ),
    ],
)
def test_a_passing_connection_belongs_to_the_socket_of_its_ends(
    rows: tuple[SocketRow, ...],
    owner: Process,
    holders: tuple[Process, ...],
    method: OwnerMethod,
    confidence: OwnerConfidence,
) -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tick()
    look(machine, *rows)
    row = passing(machine)
    assert (row.process, row.facts.holders) == (owner, holders)
    assert (row.facts.owner_method, row.facts.owner_confidence) == (method, confidence)
    assert row.facts.direction is Direction.FORWARDED
    assert row.facts.unattributed_reason is UnattributedReason.UNSPECIFIED


@pytest.mark.parametrize("local", [INSIDE, bytes(4), bytes(16)])
def test_a_datagram_belongs_to_the_socket_bound_to_its_port(local: bytes) -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    look(machine, udp_row((local, HOME[1]), None, CURL))
    row = passing(machine)
    assert row.process == CURL
    assert (row.facts.owner_method, row.facts.owner_confidence) == (OwnerMethod.WILDCARD, INFERRED)


def test_a_udp_socket_has_no_part_in_udp_lite() -> None:
    machine = Machine()
    datagram = frames.udp(HOME[1], WEB[1])
    machine.packet(frames.ipv4(datagram, 136, source=HOME[0], destination=WEB[0]))
    look(machine, udp_row(HOME, None, CURL))
    assert passing(machine).process is None


@pytest.mark.parametrize("bound", [True, False])
def test_who_began_after_the_last_datagram_has_only_what_comes_then(bound: bool) -> None:
    machine = Machine()
    machine.udp(HOME, WEB, size=72)
    machine.tick()
    heir = process(11, "heir", start_time=machine.wall_time + 5)
    row = udp_row(HOME, None if bound else WEB, heir)
    machine.tick(10)
    look(machine, row, processes=(heir,))
    before = passing(machine)
    machine.udp(HOME, WEB, size=172)
    look(machine, row, processes=(heir,))
    after = passing(machine)
    assert (before.process, before.traffic.received_bytes, before.end_time is None) == (None, 100, False)
    assert (after.process, after.traffic.received_bytes, after.end_time is None) == (heir, 200, True)


def test_who_began_after_the_last_packet_of_tcp_is_a_guess() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tick()
    heir = process(11, "heir", start_time=machine.wall_time + 5)
    machine.tick(10)
    look(machine, tcp_row(HOME, WEB, heir), processes=(heir,))
    row = passing(machine)
    assert (row.process, row.facts.owner_confidence) == (heir, INFERRED)


def test_who_listens_did_not_open_the_connection() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    look(machine, tcp_row((bytes(4), HOME[1]), None, NGINX))
    assert passing(machine).facts.unattributed_reason is UnattributedReason.OTHER_NAMESPACE


@pytest.mark.parametrize(
    ("addresses", "reason"),
    [
        ((INSIDE,), UnattributedReason.OTHER_NAMESPACE),
        ((PEER,), UnattributedReason.OTHER_NAMESPACE),
        ((OTHER_INSIDE,), UnattributedReason.FORWARDED),
    ],
)
def test_without_a_process_its_address_tells_where_it_belongs(
    addresses: tuple[bytes, ...], reason: UnattributedReason
) -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    look(machine, addresses=addresses)
    assert passing(machine).facts.unattributed_reason is reason


def test_a_late_owner_takes_all_that_it_moved_and_is_told() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    look(machine)
    machine.tick()
    assert machine.monitor.foreign.wanted == {INSIDE, PEER}
    newest = machine.monitor.newest_event_sequence
    look(machine, tcp_row(HOME, WEB, CURL))
    snapshot = machine.tick()
    assert machine.monitor.foreign.wanted == frozenset()
    assert [part.traffic.received_bytes for part in snapshot.unattributed] in ([], [0])
    events = [event.kind for event in machine.monitor.events_after(newest).events]
    assert [kind.connection.process for kind in events if isinstance(kind, ConnectionReattributed)] == [CURL]


def test_nothing_is_wanted_where_nothing_passes() -> None:
    machine = Machine()
    machine.udp((HERE, 5), WEB)
    assert machine.monitor.foreign.wanted == frozenset()


# The outside of a translated connection.


def outside(machine: Machine, *, port: int = HOME[1], sees_inside: bool = True) -> None:
    if sees_inside:
        machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp((HERE, port), WEB, frames.SYN)
    list_later(machine)


def seen_outside(machine: Machine) -> Connection:
    (row,) = [row for row in rows_to(machine.tick()) if row.facts.direction is not Direction.FORWARDED]
    return row


def test_the_outside_of_a_masqueraded_connection_is_inferred_from_its_inside() -> None:
    machine = Machine()
    outside(machine)
    look(machine, tcp_row(HOME, WEB, CURL))
    row = seen_outside(machine)
    assert (row.process, row.facts.owner_confidence) == (CURL, INFERRED)


def test_the_inside_of_nobody_makes_the_outside_a_forwarded_one_for_good() -> None:
    machine = Machine()
    outside(machine)
    for _ in range(2):
        look(machine)
        list_later(machine)
    assert seen_outside(machine).facts.unattributed_reason is UnattributedReason.FORWARDED


@pytest.mark.parametrize("change", [{"port": 40_001}, {"sees_inside": False}])
def test_another_connection_is_not_taken_for_the_outside(change: dict[str, int]) -> None:
    machine = Machine()
    machine.udp((OTHER_INSIDE, 9), (PEER, 9))
    outside(machine, **change)  # pyright: ignore[reportArgumentType]
    look(machine, tcp_row(HOME, WEB, CURL))
    assert seen_outside(machine).facts.unattributed_reason is UnattributedReason.GONE


def test_what_comes_in_to_a_published_port_is_inferred_by_its_far_end() -> None:
    machine = Machine()
    machine.tcp((PEER, 55_555), (HERE, 8_080), frames.SYN)
    machine.tcp((HERE, 8_080), (PEER, 55_555), frames.SYN | frames.ACK)
    machine.tcp((PEER, 55_555), (INSIDE, 80), frames.SYN)
    list_later(machine)
    look(machine, tcp_row((INSIDE, 80), (PEER, 55_555), NGINX))
    rows = rows_to(machine.tick(), (PEER, 55_555))
    assert [row.process for row in rows] == [NGINX]
