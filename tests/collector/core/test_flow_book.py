"""Whose packets are whose: which of them are one connection, and what moves from cells into sums."""

import pytest

from netmon.model import Connection, ConnectionState, Direction, Protocol, Scope, Snapshot, UnattributedReason
from netmon_collector.core.ledger import EARLIER_INTERFACES, INTERFACE_LIMIT
from netmon_collector.core.sockets import LocalNetwork
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import (
    HERE,
    LOCAL_MAC,
    LOCALHOST,
    NETWORK,
    PEER,
    START,
    STRANGER,
    Machine,
    process,
    tcp_row,
    udp_row,
)

HOME, WEB = (HERE, 40_000), (PEER, 443)
CURL = process(10)


def only_row(snapshot: Snapshot) -> Connection:
    (row,) = [row for row in snapshot.connections if row.remote is not None]
    return row


def forward(machine: Machine, source: tuple[bytes, int], destination: tuple[bytes, int], **tcp: int) -> None:
    """Have a segment come in on eth0 and go out on eth1."""
    segment = frames.tcp(source[1], destination[1], bytes(60), **tcp)
    packet = frames.ipv4(segment, frames.TCP, source=source[0], destination=destination[0])
    machine.packet(packet)
    machine.packet(packet, interface="eth1", mac=LOCAL_MAC)


@pytest.mark.parametrize(
    ("ip_protocol", "protocol", "reason", "has_port"),
    [
        (17, Protocol.UDP, UnattributedReason.PENDING, True),
        (136, Protocol.UDP, UnattributedReason.PENDING, False),
        (132, Protocol.SCTP, UnattributedReason.PROTOCOL, True),
        (58, Protocol.ICMP, UnattributedReason.PROTOCOL, False),
        (47, Protocol.OTHER, UnattributedReason.PROTOCOL, False),
    ],
)
def test_each_protocol_has_its_row_and_its_reason(
    ip_protocol: int, protocol: Protocol, reason: UnattributedReason, has_port: bool
) -> None:
    machine = Machine()
    machine.packet(frames.ipv4(frames.udp(5, 6, bytes(4)), ip_protocol, source=HERE, destination=PEER))
    machine.packet(frames.ipv4(frames.udp(6, 5, bytes(4)), ip_protocol, source=PEER, destination=HERE))
    row = only_row(machine.tick())
    assert (row.facts.protocol, row.facts.ip_protocol) == (protocol, ip_protocol)
    assert row.facts.unattributed_reason is reason
    assert row.local is not None
    if has_port:
        assert row.local.port == 5
    assert row.traffic.sent_bytes == row.traffic.received_bytes == 32


@pytest.mark.parametrize("ip_protocol", [1, 47, 50])
def test_protocols_without_ports_do_not_share_a_row(ip_protocol: int) -> None:
    machine = Machine()
    for protocol in (ip_protocol, 103):
        machine.packet(frames.ipv4(bytes(8), protocol, source=HERE, destination=PEER))
    assert len(machine.tick().connections) == 2


@pytest.mark.parametrize(("first_is_ours", "direction"), [(True, Direction.OUTBOUND), (False, Direction.INBOUND)])
def test_the_first_udp_packet_tells_who_opened_it(first_is_ours: bool, direction: Direction) -> None:
    machine = Machine()
    for ends in ((HOME, WEB), (WEB, HOME)) if first_is_ours else ((WEB, HOME), (HOME, WEB)):
        machine.udp(*ends)
    assert only_row(machine.tick()).facts.direction is direction


def test_a_listed_socket_learns_interface_and_direction_with_its_first_packet() -> None:
    machine = Machine()
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))
    first = only_row(machine.tick()).facts
    machine.udp(WEB, HOME)
    later = only_row(machine.tick()).facts
    assert (first.interface, first.direction) == ("", Direction.UNSPECIFIED)
    assert (later.id, later.interface, later.direction) == (first.id, "eth0", Direction.INBOUND)


def test_a_segment_without_its_syn_belongs_to_an_older_connection() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB)
    machine.tcp((HERE, 41_000), WEB, frames.SYN)
    older, newer = machine.tick().connections
    assert (older.facts.started_before, newer.facts.started_before) == (True, False)
    assert newer.facts.start_time == START


@pytest.mark.parametrize(
    ("source", "destination", "interface", "scope"),
    [
        (HERE, PEER, "eth0", Scope.INTERNET),
        (HERE, bytes((10, 0, 0, 1)), "eth0", Scope.LAN),
        (HERE, bytes((224, 0, 0, 251)), "eth0", Scope.LAN),
        (HERE, HERE, "lo", Scope.LOOPBACK),
        (LOCALHOST, LOCALHOST, "lo", Scope.LOOPBACK),
        (STRANGER, bytes((10, 0, 0, 1)), "eth0", Scope.INTERNET),
    ],
)
def test_the_other_end_decides_on_the_scope(source: bytes, destination: bytes, interface: str, scope: Scope) -> None:
    machine = Machine()
    machine.udp((source, 1), (destination, 2), interface=interface)
    snapshot = machine.tick()
    assert {row.facts.scope for row in snapshot.connections} == {scope}
    assert [part.scope for part in snapshot.scopes if part.traffic.sent_packets + part.traffic.received_packets] == [
        scope
    ]
    assert_balanced(snapshot)


def test_a_socket_that_speaks_to_itself_sends_and_receives() -> None:
    machine = Machine()
    machine.udp((LOCALHOST, 9), (LOCALHOST, 9), interface="lo", size=72)
    snapshot = machine.tick()
    assert only_row(snapshot).traffic.sent_bytes == only_row(snapshot).traffic.received_bytes == 100
    assert_balanced(snapshot)


def test_packets_before_the_addresses_are_known_are_forwarded_and_later_ones_are_not() -> None:
    machine = Machine()
    machine.monitor.add_network(LocalNetwork())
    machine.udp(HOME, (STRANGER, 1))
    machine.monitor.add_network(NETWORK)
    machine.udp(HOME, WEB)
    snapshot = machine.tick()
    assert [row.facts.direction for row in snapshot.connections] == [Direction.FORWARDED, Direction.OUTBOUND]
    assert_balanced(snapshot)


def test_new_addresses_lose_no_packet_that_was_counted() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.udp(HOME, WEB)
    machine.monitor.add_network(NETWORK)
    machine.udp(HOME, WEB)
    assert only_row(machine.tick()).traffic.sent_packets == 3


def test_later_fragments_without_their_first_have_a_reason_of_their_own() -> None:
    machine = Machine()
    machine.packet(frames.ipv4(bytes(30), fragment=64, identification=5, source=PEER, destination=HERE))
    machine.packet(frames.ipv4(bytes(30), fragment=64, identification=6, source=LOCALHOST, destination=LOCALHOST))
    snapshot = machine.tick()
    assert snapshot.connections == ()
    (part,) = snapshot.unattributed
    assert part.reason is UnattributedReason.FRAGMENT
    assert (part.traffic.sent_bytes, part.traffic.received_bytes) == (50, 100)
    assert snapshot.headline.received_bytes == 50
    assert_balanced(snapshot)


# What passes through.


def test_what_passes_through_is_one_row_received_and_sent() -> None:
    machine = Machine()
    forward(machine, (STRANGER, 5), WEB, flags=frames.SYN, sequence=1)
    forward(machine, WEB, (STRANGER, 5), flags=frames.SYN | frames.ACK)
    snapshot = machine.tick()
    row = only_row(snapshot)
    assert row.traffic.sent_bytes == row.traffic.received_bytes == 200
    assert row.facts.direction is Direction.FORWARDED
    assert row.state is ConnectionState.ESTABLISHED
    assert row.facts.scope is Scope.INTERNET
    assert_balanced(snapshot)


def test_what_passes_through_asks_for_no_listing() -> None:
    machine = Machine()
    forward(machine, (STRANGER, 5), WEB, flags=frames.SYN)
    assert machine.monitor.pending_since is None


def test_one_fin_that_passes_through_does_not_end_the_other_direction() -> None:
    machine = Machine()
    forward(machine, (STRANGER, 5), WEB, flags=frames.SYN)
    forward(machine, WEB, (STRANGER, 5), flags=frames.SYN | frames.ACK)
    forward(machine, (STRANGER, 5), WEB, flags=frames.FIN | frames.ACK)
    assert only_row(machine.tick()).end_time is None
    forward(machine, WEB, (STRANGER, 5), flags=frames.FIN | frames.ACK)
    assert only_row(machine.tick()).end_time is not None


def test_ports_that_are_used_again_by_what_passes_through_are_another_row_and_leave_no_cells_behind() -> None:
    machine = Machine(flow_limit=1_000)
    for sequence in range(50):
        forward(machine, (STRANGER, 5), WEB, flags=frames.SYN, sequence=sequence)
        forward(machine, WEB, (STRANGER, 5), flags=frames.SYN | frames.ACK)
        forward(machine, (STRANGER, 5), WEB, flags=frames.ACK)
    snapshot = machine.tick()
    assert len(snapshot.connections) == 50
    assert snapshot.totals.sent_packets == snapshot.totals.received_packets == 150
    assert_balanced(snapshot)
    assert len(list(machine.monitor._book.accountant.cells())) == 4


# Bounds.


def test_ports_that_are_used_again_leave_no_cells_behind() -> None:
    machine = Machine()
    for sequence in range(200):
        machine.tcp(HOME, WEB, frames.SYN, sequence=sequence)
        machine.tcp(WEB, HOME, frames.RST)
    assert len(list(machine.monitor._book.accountant.cells())) <= 2
    snapshot = machine.tick()
    assert (snapshot.totals.sent_packets, snapshot.totals.received_packets) == (200, 200)
    assert_balanced(snapshot)


def test_a_flood_on_one_pair_of_ends_keeps_no_more_than_the_table_does() -> None:
    machine = Machine(flow_limit=40)
    for sequence in range(1_000):
        machine.tcp(WEB, HOME, frames.SYN, sequence=sequence)
    book = machine.monitor._book
    assert sum(map(len, book.displaced.values())) <= machine.monitor.tracked_count <= 40


def test_what_is_evicted_leaves_no_cells_behind() -> None:
    machine = Machine(flow_limit=40)
    for port in range(1_000):
        machine.udp((STRANGER, port), (HERE, 9))
    assert len(list(machine.monitor._book.accountant.cells())) == machine.monitor.tracked_count <= 40


def test_an_id_is_never_given_twice() -> None:
    machine = Machine(flow_limit=40)
    ids: list[str] = []
    for port in range(100):
        machine.udp((STRANGER, port), (HERE, 9))
        ids += [row.id for row in machine.tick().connections if row.facts.start_time == machine.wall_time - 1]
    assert len(ids) == len(set(ids)) == 100


def test_on_loopback_a_full_table_does_not_lose_the_one_end_to_the_other() -> None:
    machine = Machine(flow_limit=16)  # of these 12 are protected
    client, server = (LOCALHOST, 40_000), (LOCALHOST, 80)
    machine.list_sockets(tcp_row(client, server, CURL), processes=(CURL,))
    machine.tick()
    machine.now += 5
    for port in range(11):
        machine.udp((HERE, 5_000 + port), (PEER, 53))
        machine.udp((PEER, 53), (HERE, 5_000 + port))
    machine.tick()
    machine.list_sockets(processes=(CURL,))  # its socket is gone: it ends, and is the first to give up its place
    machine.tick()
    machine.tcp(client, server, frames.SYN | frames.ACK, size=50, interface="lo")
    for _ in range(2):
        machine.tcp(client, server, size=50, interface="lo")
        assert_balanced(machine.tick())
    machine.tcp(client, server, size=50, interface="lo")
    snapshot = machine.tick()
    assert_balanced(snapshot)
    assert snapshot.totals.sent_bytes - 11 * 28 == 4 * 90


def test_interfaces_of_containers_that_went_are_summed_up_and_the_rest_stay() -> None:
    machine = Machine()
    for number in range(INTERFACE_LIMIT):
        machine.udp((HERE, 40_000 + number), (PEER, 53), size=10, interface=f"veth{number}")
        machine.tick()
    before = machine.tick()
    assert len(before.interfaces) == INTERFACE_LIMIT
    machine.udp((HERE, 9), (PEER, 53), size=10, interface="eth0")
    after = machine.tick()
    names = {one.name for one in after.interfaces}
    assert len(names) == INTERFACE_LIMIT * 3 // 4 + 1
    assert {"eth0", EARLIER_INTERFACES, f"veth{INTERFACE_LIMIT - 1}"} <= names
    assert "veth0" not in names
    assert sum(one.traffic.sent_bytes for one in after.interfaces) == after.totals.sent_bytes
    assert_balanced(after)
    # One that is heard again begins anew, and nothing is counted twice.
    machine.udp((HERE, 40_000), (PEER, 53), size=10, interface="veth0")
    again = machine.tick()
    assert next(one for one in again.interfaces if one.name == "veth0").traffic.sent_packets == 1
    assert sum(one.traffic.sent_bytes for one in again.interfaces) == again.totals.sent_bytes


def test_a_connection_that_outlives_many_interfaces_does_not_hold_on_to_them() -> None:
    """As a host's own broadcasts do, which have the same two ends on each interface that comes."""
    machine = Machine()
    anybody, everybody = (bytes(4), 68), (bytes((255, 255, 255, 255)), 67)
    for number in range(2 * INTERFACE_LIMIT):
        machine.udp(anybody, everybody, size=10, interface=f"veth{number}")
        if number % 32 == 31:
            machine.tick()
    (flow,) = machine.monitor._book.table
    assert flow.elsewhere is not None
    assert len(flow.elsewhere) <= INTERFACE_LIMIT + 1
    assert_balanced(machine.tick())
    # Its reason can still be moved from all of them: what has no owner is the same in the sums by interface.
    machine.monitor._book.assign(flow, None, UnattributedReason.KERNEL)
    sums = machine.monitor._book.ledger.interfaces.values()
    reasons = {reason: sum(each.ownerless_of(reason).packet_count for each in sums) for reason in UnattributedReason}
    moved = flow.tally.sent_packets + flow.tally.received_packets
    assert reasons[UnattributedReason.KERNEL] == moved == 2 * INTERFACE_LIMIT
    assert sum(reasons.values()) == moved
