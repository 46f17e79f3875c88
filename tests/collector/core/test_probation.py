"""When a connection leaves probation, and what a flood of each kind leaves behind."""

from collections.abc import Callable

import pytest

from netmon.model import (
    Connection,
    ConnectionState,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    Remainder,
    UnattributedReason,
)
from netmon_collector.core.probation import PROMOTING_PACKETS
from netmon_collector.core.questions import Answer
from tests.support import frames
from tests.support.balance import assert_balanced, assert_interfaces_balanced
from tests.support.wire import HERE, LOCAL_MAC, PEER, STRANGER, Machine, process, tcp_row, udp_row

HOME, WEB, SERVER = (HERE, 40_000), (PEER, 443), (HERE, 80)
ANY = bytes(4)
NGINX = process(20, "nginx")
SYN_ACK = frames.SYN | frames.ACK

Ends = tuple[bytes, int]
Flags = tuple[int, ...]
"""Of a conversation; negative: what this machine says."""


def talk(machine: Machine, here: Ends, there: Ends, flags: Flags) -> None:
    for one in flags:
        machine.tcp(*((here, there) if one < 0 else (there, here)), flags=abs(one))


def is_with_web(row: Connection) -> bool:
    return row.remote is not None and str(row.remote) == "198.51.100.2:443"


def is_on_probation(machine: Machine) -> bool:
    machine.tick()
    (flow,) = list(machine.monitor._book.table)
    return machine.monitor._book.table.is_on_probation(flow)


@pytest.mark.parametrize(
    ("flags", "is_proven"),
    [
        ((-frames.SYN,), False),
        ((-frames.SYN, SYN_ACK), True),
        ((-frames.SYN, frames.RST), False),
        ((frames.SYN,), False),
        ((frames.SYN, -SYN_ACK), False),
        ((frames.SYN, -frames.RST), False),
        ((frames.SYN, *(-SYN_ACK,) * 6), False),
        ((frames.SYN, -SYN_ACK, frames.RST), False),
        ((frames.SYN, -SYN_ACK, frames.ACK), True),
        ((frames.SYN, -SYN_ACK, frames.ACK, frames.RST), True),
        ((SYN_ACK,), False),
        ((SYN_ACK, -frames.RST), False),
        ((frames.ACK,), False),
        ((frames.ACK, -frames.RST), False),
        ((frames.ACK, -frames.ACK), True),
        ((frames.ACK,) * (PROMOTING_PACKETS - 1), False),
        ((frames.ACK,) * PROMOTING_PACKETS, True),
        ((-frames.SYN, SYN_ACK, frames.RST), True),
    ],
)
def test_a_tcp_connection_leaves_probation_when_the_other_side_answers_more_than_no(
    flags: Flags, is_proven: bool
) -> None:
    machine = Machine()
    talk(machine, HOME, WEB, flags)
    assert is_on_probation(machine) is not is_proven


@pytest.mark.parametrize(
    ("sent", "is_proven"),
    [((True,), False), ((True, False), True), ((False,), False), ((False, True), True), ((True, True), False)],
)
def test_a_datagram_that_is_answered_by_either_side_ends_probation(sent: tuple[bool, ...], is_proven: bool) -> None:
    machine = Machine()
    for is_sent in sent:
        machine.udp(*((HOME, WEB) if is_sent else (WEB, HOME)))
    assert is_on_probation(machine) is not is_proven


@pytest.mark.parametrize(("rounds", "is_proven"), [(1, False), (2, True)])
def test_the_echo_that_the_kernel_sends_back_proves_nobody(rounds: int, is_proven: bool) -> None:
    machine = Machine()
    for _ in range(rounds):
        ping(machine, 5)
    assert is_on_probation(machine) is not is_proven


@pytest.mark.parametrize(
    ("flags", "is_proven"),
    [((frames.SYN,), False), ((frames.SYN, -frames.RST), False), ((frames.SYN, -SYN_ACK, frames.ACK), True)],
)
def test_what_passes_through_is_proven_by_more_than_a_question_and_its_answer(flags: Flags, is_proven: bool) -> None:
    machine = Machine()
    for one in flags:
        source, destination = (WEB, (STRANGER, 5)) if one < 0 else ((STRANGER, 5), WEB)
        segment = frames.tcp(source[1], destination[1], flags=abs(one))
        packet = frames.ipv4(segment, frames.TCP, source=source[0], destination=destination[0])
        machine.packet(packet)
        machine.packet(packet, interface="eth1", mac=LOCAL_MAC)
    assert is_on_probation(machine) is not is_proven


def test_who_listens_makes_a_half_open_connection_no_real_one_and_whoever_comes_does() -> None:
    machine = Machine()
    talk(machine, SERVER, WEB, (frames.SYN, -SYN_ACK))
    machine.now += 0.1
    machine.list_sockets(tcp_row((ANY, 80), None, NGINX), processes=(NGINX,))
    snapshot = machine.tick()
    flow = machine.monitor._book.table.by_id(next(row.id for row in snapshot.connections if row.remote is not None))
    assert flow is not None
    assert flow.owner is not None
    assert machine.monitor._book.table.is_on_probation(flow)
    talk(machine, SERVER, WEB, (frames.ACK,))
    machine.tick()
    assert not machine.monitor._book.table.is_on_probation(flow)


def test_a_socket_that_is_listed_half_open_stays_on_probation() -> None:
    machine = Machine()
    machine.list_sockets(tcp_row(SERVER, WEB, None, ConnectionState.SYN_RECV))
    assert is_on_probation(machine)
    machine.list_sockets(tcp_row(SERVER, WEB, NGINX), processes=(NGINX,))
    assert not is_on_probation(machine)


def syn(machine: Machine, number: int) -> None:
    talk(machine, SERVER, (STRANGER, number), (frames.SYN,))


def refused_syn(machine: Machine, number: int) -> None:
    talk(machine, SERVER, (STRANGER, number), (frames.SYN, -(frames.RST | frames.ACK)))


def answered_syn(machine: Machine, number: int) -> None:
    talk(machine, SERVER, (STRANGER, number), (frames.SYN, -SYN_ACK))


def owned_syn(machine: Machine, number: int) -> None:
    answered_syn(machine, number)
    answers = [
        Answer(one.id, NGINX.id, method=OwnerMethod.LISTENER, confidence=OwnerConfidence.INFERRED)
        for one in machine.monitor.take_questions(machine.now)
    ]
    machine.monitor.add_answers([NGINX], answers, machine.now)


def answer_to_nothing(machine: Machine, number: int) -> None:
    talk(machine, SERVER, (STRANGER, number), (SYN_ACK, -frames.RST))


def passing_syn(machine: Machine, number: int) -> None:
    for interface, mac in (("eth0", frames.MAC_A), ("eth1", LOCAL_MAC)):
        segment = frames.tcp(number, 80, flags=frames.SYN)
        packet = frames.ipv4(segment, frames.TCP, source=STRANGER, destination=PEER)
        machine.packet(packet, interface=interface, mac=mac)


def ping(machine: Machine, number: int) -> None:
    machine.echo(STRANGER, HERE, number)
    machine.echo(HERE, STRANGER, number, is_reply=True)


@pytest.mark.parametrize("flood", [syn, refused_syn, answered_syn, owned_syn, answer_to_nothing, passing_syn, ping])
def test_a_flood_of_any_kind_displaces_only_itself_and_the_sums_are_exact(
    flood: Callable[[Machine, int], None],
) -> None:
    machine = Machine(flow_limit=400)
    machine.monitor.ask_for_owners()
    for port in range(50):
        talk(machine, (HERE, port), WEB, (-frames.SYN, SYN_ACK))
    machine.tick()
    talk(machine, HOME, WEB, (-frames.SYN,))
    for number in range(3_000):
        flood(machine, number)
        if number % 1_000 == 999:
            snapshot = machine.tick()
            assert_balanced(snapshot)
            assert_interfaces_balanced(snapshot, machine.monitor.interface_ledgers)
            assert len(snapshot.connections) <= 152
    assert machine.monitor.tracked_count <= 152
    talk(machine, HOME, WEB, (SYN_ACK, -frames.ACK))
    machine.tick()
    snapshot = machine.tick()
    real = [row for row in snapshot.connections if is_with_web(row)]
    assert {row.local.port for row in real if row.local} == {*range(50), HOME[1]}
    assert {row.facts.direction for row in real} == {Direction.OUTBOUND}
    (last,) = [row for row in real if row.local and row.local.port == HOME[1]]
    assert (last.traffic.sent_packets, last.traffic.received_packets) == (2, 1)
    assert_balanced(snapshot)


def test_what_a_flood_moved_stands_with_the_listener_or_has_a_reason() -> None:
    for flood, is_owned in ((answered_syn, False), (owned_syn, True)):
        machine = Machine(flow_limit=40)
        machine.monitor.ask_for_owners()
        for number in range(110):
            flood(machine, number)
        snapshot = machine.tick()
        full = [p.traffic for p in snapshot.unattributed if p.reason is UnattributedReason.TABLE_FULL]
        given_up = [r.traffic for r in snapshot.connections if r.facts.remainder is Remainder.EVICTED]
        assert [one.received_packets for one in (given_up if is_owned else full)] == [100]
        assert not (full if is_owned else given_up)
        assert_balanced(snapshot)


def test_one_that_was_answered_since_the_last_tick_is_not_given_up() -> None:
    machine = Machine(flow_limit=40)
    talk(machine, SERVER, WEB, (frames.SYN, -SYN_ACK, frames.ACK))
    for number in range(1, 100):
        syn(machine, number)
    snapshot = machine.tick()
    assert [row.traffic.received_packets for row in snapshot.connections if is_with_web(row)] == [2]


def test_datagrams_from_forged_sources_to_an_open_port_displace_no_idle_connection() -> None:
    machine = Machine(flow_limit=400)
    idle = [tcp_row((HERE, port), WEB, NGINX) for port in range(50)]
    served = udp_row((ANY, 123), None, NGINX)
    for port in range(50):
        talk(machine, (HERE, port), WEB, (-frames.SYN, SYN_ACK))
    for number in range(600):
        machine.udp((bytes((203, 0, *divmod(number, 256))), 9), (HERE, 123))
        if number % 20 == 19:
            machine.tick()
            machine.now += 0.1
            machine.list_sockets(*idle, served, processes=(NGINX,))
    snapshot = machine.tick()
    assert {row.local.port for row in snapshot.connections if row.local and is_with_web(row)} == {*range(50)}
    assert_balanced(snapshot)
