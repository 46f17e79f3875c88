"""Whose a flow is that no port tells: pings, raw protocols, frames below IP; and what stays the kernel's."""

import pytest

from netmon.model import Connection, OwnerConfidence, OwnerMethod, Process, Protocol, UnattributedReason
from netmon_collector.core.sockets import PacketSocketRow, SocketRow, SocketScan
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, PEER, Machine, ping_row, process, raw_row, udp_row

PING = process(10, "ping")
MTR = process(20, "mtr")
ROUTER = process(30, "router")
SNIFFER = process(40, "sniffer")
OURS = process(50, "netmon-collector")
ALL = frozenset({Protocol.TCP, Protocol.UDP, Protocol.ICMP, Protocol.OTHER})
ROUTING = 89

CERTAIN, INFERRED = OwnerConfidence.CERTAIN, OwnerConfidence.INFERRED


def look(machine: Machine, *rows: SocketRow, packets: tuple[PacketSocketRow, ...] = (), sees_all: bool = True) -> None:
    """Hand over a listing of all protocols that began after all that was captured."""
    machine.now += 0.5
    machine.monitor.add_processes((PING, MTR, ROUTER, SNIFFER, OURS), machine.now)
    scan = SocketScan(
        rows=rows, start_time=machine.wall_time, protocols=ALL, packet_sockets=packets, sees_all_users=sees_all
    )
    machine.monitor.add_sockets(scan, machine.now)


def flows(machine: Machine) -> list[Connection]:
    snapshot = machine.tick()
    assert_balanced(snapshot)
    rows = [row for row in snapshot.connections if row.remote is not None]
    return sorted(rows, key=lambda row: int(row.id[1:], 16))


def told(row: Connection) -> tuple[Process | None, OwnerConfidence]:
    return row.process, row.facts.owner_confidence


@pytest.mark.parametrize(
    ("rows", "owner", "holders", "confidence"),
    [
        pytest.param([raw_row(1, PING)], PING, (), INFERRED, id="one raw socket"),
        pytest.param([raw_row(1, MTR), ping_row(5, PING)], PING, (), CERTAIN, id="a ping socket by its identifier"),
        pytest.param([ping_row(6, PING), raw_row(1, MTR)], MTR, (), INFERRED, id="of another identifier"),
        pytest.param([raw_row(1, PING), raw_row(1, MTR)], PING, (MTR,), INFERRED, id="two raw sockets"),
        pytest.param([raw_row(1, PING), raw_row(255, MTR)], PING, (MTR,), INFERRED, id="one that may send anything"),
        pytest.param([raw_row(1, PING), raw_row(1)], PING, (), INFERRED, id="one that nobody was seen holding"),
        pytest.param([raw_row(1, PING), raw_row(1, MTR, PEER)], PING, (), INFERRED, id="one bound elsewhere"),
        pytest.param([raw_row(1, PING), raw_row(58, MTR, bytes(16))], PING, (), INFERRED, id="one of IPv6"),
    ],
)
def test_a_ping_belongs_to_who_can_have_sent_it(
    rows: list[SocketRow], owner: Process, holders: tuple[Process, ...], confidence: OwnerConfidence
) -> None:
    machine = Machine()
    machine.echo(HERE, PEER, 5)
    machine.echo(PEER, HERE, 5, is_reply=True)
    look(machine, *rows)
    machine.echo(HERE, PEER, 5)
    machine.echo(PEER, HERE, 5, is_reply=True)
    machine.tick()
    look(machine, *rows)
    (row,) = flows(machine)
    assert told(row) == (owner, confidence)
    assert row.facts.holders == holders
    assert row.facts.owner_method is OwnerMethod.WILDCARD
    assert row.traffic.sent_bytes == row.traffic.received_bytes == 56


def test_what_the_kernel_answers_is_not_the_pingers() -> None:
    machine = Machine()
    machine.echo(HERE, PEER, 5)
    machine.echo(PEER, HERE, 5)
    machine.echo(HERE, PEER, 5, is_reply=True)
    look(machine, raw_row(1, PING))
    asked, answered = flows(machine)
    assert told(asked) == (PING, INFERRED)
    assert answered.process is None
    assert answered.facts.unattributed_reason is UnattributedReason.KERNEL
    assert (answered.traffic.sent_bytes, answered.traffic.received_bytes) == (28, 28)


def test_two_pingers_of_one_target_have_a_row_each() -> None:
    machine = Machine()
    machine.echo(HERE, PEER, 5)
    machine.echo(HERE, PEER, 6)
    look(machine, ping_row(5, PING), ping_row(6, MTR))
    assert [told(row) for row in flows(machine)] == [(PING, INFERRED), (MTR, INFERRED)]
    machine.echo(HERE, PEER, 5)
    machine.echo(HERE, PEER, 6)
    machine.tick()
    look(machine, ping_row(5, PING), ping_row(6, MTR))
    assert [told(row) for row in flows(machine)] == [(PING, CERTAIN), (MTR, CERTAIN)]


def test_a_pinger_that_is_gone_is_said_to_be() -> None:
    machine = Machine()
    look(machine)
    machine.echo(HERE, PEER, 5)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [UnattributedReason.PENDING]
    look(machine)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [UnattributedReason.GONE]


@pytest.mark.parametrize(
    ("rows", "reason"), [([], UnattributedReason.KERNEL), ([raw_row(1, PING)], UnattributedReason.PROTOCOL)]
)
def test_an_icmp_error_is_the_kernels_unless_somebody_could_have_sent_it(
    rows: list[SocketRow], reason: UnattributedReason
) -> None:
    machine = Machine()
    machine.packet(frames.ipv4(frames.icmp(3, 0), 1, source=HERE, destination=PEER))
    look(machine, *rows)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [reason]


def test_a_protocol_of_its_own_belongs_to_its_raw_socket() -> None:
    machine = Machine()
    machine.packet(frames.ipv4(bytes(8), ROUTING, source=PEER, destination=HERE))
    look(machine, raw_row(ROUTING, ROUTER))
    (row,) = flows(machine)
    assert told(row) == (ROUTER, INFERRED)


def test_a_protocol_that_nobody_takes_is_refused_by_the_kernel() -> None:
    machine = Machine()
    machine.packet(frames.ipv4(bytes(8), ROUTING, source=PEER, destination=HERE))
    look(machine)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [UnattributedReason.KERNEL]


@pytest.mark.parametrize("ip_protocol", [2, 4, 41, 47, 50])
def test_tunnels_and_groups_are_the_kernels(ip_protocol: int) -> None:
    machine = Machine()
    machine.packet(frames.ipv4(bytes(8), ip_protocol, source=HERE, destination=PEER))
    look(machine)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [UnattributedReason.KERNEL]


def test_raw_and_ping_sockets_have_rows() -> None:
    machine = Machine()
    look(machine, raw_row(ROUTING, ROUTER), ping_row(5, PING))
    rows = machine.tick().connections
    assert [(row.facts.protocol, row.process, row.remote) for row in rows] == [
        (Protocol.OTHER, ROUTER, None),
        (Protocol.ICMP, PING, None),
    ]
    assert rows[0].facts.ip_protocol == ROUTING
    assert all(row.local is not None and row.local.port is None for row in rows)


# What goes out without a socket that could send it.


def send(machine: Machine) -> None:
    machine.udp((HERE, 7), (PEER, 7))


@pytest.mark.parametrize(
    "sockets",
    [
        pytest.param((PacketSocketRow(interface="eth0", process_id=SNIFFER.id),), id="on the interface"),
        pytest.param((PacketSocketRow(interface="", process_id=SNIFFER.id),), id="on all of them"),
        pytest.param(
            (
                PacketSocketRow(interface="", process_id=SNIFFER.id),
                PacketSocketRow(interface="eth0", process_id=OURS.id),
            ),
            id="beside netmon's own",
        ),
    ],
)
def test_frames_of_the_only_packet_socket_are_inferred(sockets: tuple[PacketSocketRow, ...]) -> None:
    machine = Machine()
    send(machine)
    look(machine, packets=sockets)
    (row,) = flows(machine)
    assert row.facts.unattributed_reason is UnattributedReason.GONE, "a socket may just have been closed"
    send(machine)
    look(machine, packets=sockets)
    (row,) = flows(machine)
    assert told(row) == (SNIFFER, INFERRED)
    assert row.facts.owner_method is OwnerMethod.WILDCARD


@pytest.mark.parametrize(
    ("sockets", "rows"),
    [
        pytest.param((PacketSocketRow(interface="eth1", process_id=SNIFFER.id),), (), id="on another interface"),
        pytest.param((PacketSocketRow(interface="eth0", process_id=OURS.id),), (), id="netmon's own"),
        pytest.param((PacketSocketRow(interface="eth0"),), (), id="of nobody that was seen"),
        pytest.param(
            (PacketSocketRow(interface="eth0", process_id=SNIFFER.id),), (raw_row(255, MTR),), id="or a raw socket"
        ),
        pytest.param((), (), id="none"),
    ],
)
def test_frames_that_more_than_one_can_have_sent_stay_unnamed(
    sockets: tuple[PacketSocketRow, ...], rows: tuple[SocketRow, ...]
) -> None:
    machine = Machine()
    for _ in range(3):
        send(machine)
        look(machine, *rows, packets=sockets)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [UnattributedReason.GONE]


def test_who_only_listens_is_not_taken_for_the_sender() -> None:
    sniffing = (PacketSocketRow(interface="", process_id=SNIFFER.id),)
    machine = Machine()
    machine.udp((PEER, 7), (HERE, 7))
    send(machine)
    look(machine, packets=sniffing)
    look(machine, packets=sniffing)
    machine.udp((HERE, 9), (PEER, 9))
    look(machine, udp_row((HERE, 9), (PEER, 9), MTR), packets=sniffing)
    machine.udp((HERE, 9), (PEER, 9))
    look(machine, udp_row((HERE, 9), (PEER, 9), MTR), packets=sniffing)
    assert [row.process for row in flows(machine)] == [None, MTR]


def test_without_the_right_to_see_all_nothing_is_said_to_be_gone() -> None:
    machine = Machine()
    machine.echo(HERE, PEER, 5)
    look(machine, sees_all=False)
    assert [row.facts.unattributed_reason for row in flows(machine)] == [UnattributedReason.NO_PRIVILEGE]
