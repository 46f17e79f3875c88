"""A tunnel counts once: its inside for its application, its outside as a carrier."""

import pytest

from netmon.model import ConnectionReattributed, OwnerConfidence, Process, Scope, Snapshot, UnattributedReason
from netmon_collector.core.questions import Answer
from netmon_collector.core.sockets import LocalAddress, LocalNetwork, SocketRow, SocketScan, Tunnel
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.sightings import rows_to
from tests.support.wire import HERE, NETWORK, PEER, Machine, process, udp_row

INNER = bytes((10, 8, 0, 1))
SERVER = bytes((10, 8, 0, 9))
CURL = process(10)
VPN = process(20, "openvpn")
CARRIER = UnattributedReason.CARRIER

TUN = LocalNetwork(
    addresses=(*NETWORK.addresses, LocalAddress(interface="tun0", address=INNER, prefix_length=24)),
    macs=NETWORK.macs,
    inside=frozenset({"tun0"}),
)


def with_tunnels(*tunnels: Tunnel) -> LocalNetwork:
    return LocalNetwork(addresses=TUN.addresses, macs=TUN.macs, inside=TUN.inside, tunnels=tunnels)


def machine_with(network: LocalNetwork) -> Machine:
    machine = Machine()
    machine.monitor.add_network(network)
    return machine


def list_all(machine: Machine, *rows: SocketRow, tun_holders: tuple[Process, ...] = (), sees_all: bool = True) -> None:
    machine.now += 0.5
    machine.monitor.add_processes((CURL, VPN), machine.now)
    holders = frozenset(holder.id for holder in tun_holders)
    scan = SocketScan(rows=rows, start_time=machine.wall_time, tun_holder_ids=holders, sees_all_users=sees_all)
    machine.monitor.add_sockets(scan, machine.now)


def inside(machine: Machine, size: int = 100) -> None:
    machine.udp((INNER, 5), (SERVER, 6), size=size, interface="tun0")


def outside(machine: Machine, size: int = 160) -> None:
    machine.udp((HERE, 1194), (PEER, 1194), size=size)


INSIDE_ROW = udp_row((INNER, 5), (SERVER, 6), CURL)
OUTSIDE_ROW = udp_row((HERE, 1194), (PEER, 1194), VPN)


def ticked(machine: Machine) -> Snapshot:
    snapshot = machine.tick()
    assert_balanced(snapshot)
    return snapshot


def sent_of(snapshot: Snapshot, reason: UnattributedReason) -> int:
    return sum(part.traffic.sent_bytes for part in snapshot.unattributed if part.reason is reason)


def test_the_inside_is_the_applications_and_the_outside_a_carrier() -> None:
    machine = machine_with(TUN)
    inside(machine)
    outside(machine)
    list_all(machine, INSIDE_ROW, OUTSIDE_ROW, tun_holders=(VPN,))
    snapshot = ticked(machine)
    (inner,) = rows_to(snapshot, (SERVER, 6))
    (outer,) = rows_to(snapshot, (PEER, 1194))
    assert inner.process == CURL
    assert (outer.process, outer.facts.application_id, outer.facts.unattributed_reason) == (None, "", CARRIER)
    assert outer.facts.holders == (VPN,)
    assert [application.name for application in snapshot.applications if application.traffic.sent_bytes] == ["curl"]
    assert sent_of(snapshot, CARRIER) == 188
    assert snapshot.totals.sent_bytes == 128 + 188
    assert snapshot.headline.sent_bytes == snapshot.headline.interval_sent_bytes == 188
    assert snapshot.attributed_share == 1.0


def known_machine() -> Machine:
    """Give one that knows both connections before they move anything."""
    machine = machine_with(TUN)
    list_all(machine, INSIDE_ROW, OUTSIDE_ROW, tun_holders=(VPN,))
    ticked(machine)
    return machine


def test_a_bandwidth_sample_holds_the_headline_and_names_who_is_inside() -> None:
    machine = known_machine()
    inside(machine)
    outside(machine)
    list_all(machine, INSIDE_ROW, OUTSIDE_ROW, tun_holders=(VPN,))
    ticked(machine)
    ((*_, sample), _) = machine.monitor.bandwidth(60)
    assert sample.sent_bytes == 188
    assert {part.application_name: part.sent_bytes for part in sample.applications} == {"curl": 128, "": 60}


def test_an_inside_that_comes_before_its_carrier_is_no_more_than_the_headline() -> None:
    machine = known_machine()
    inside(machine, 1_000)
    outside(machine)
    list_all(machine, INSIDE_ROW, OUTSIDE_ROW, tun_holders=(VPN,))
    ticked(machine)
    ((*_, sample), _) = machine.monitor.bandwidth(60)
    assert {part.application_name: part.sent_bytes for part in sample.applications} == {"curl": 188}


def test_what_was_the_vpns_becomes_a_carriers_when_its_device_is_seen() -> None:
    machine = machine_with(TUN)
    outside(machine)
    list_all(machine, OUTSIDE_ROW)
    before = ticked(machine)
    assert [row.process for row in rows_to(before, (PEER, 1194))] == [VPN]
    newest = machine.monitor.newest_event_sequence
    list_all(machine, OUTSIDE_ROW, tun_holders=(VPN,))
    outside(machine)
    snapshot = ticked(machine)
    assert [row.facts.unattributed_reason for row in rows_to(snapshot, (PEER, 1194))] == [CARRIER]
    assert sent_of(snapshot, CARRIER) == 2 * 188
    events = [event.kind for event in machine.monitor.events_after(newest).events]
    assert [kind.previous_process_id for kind in events if isinstance(kind, ConnectionReattributed)] == [VPN.id]


def test_an_answer_for_a_carrier_changes_nothing() -> None:
    machine = machine_with(TUN)
    machine.monitor.ask_for_owners()
    outside(machine)
    list_all(machine, OUTSIDE_ROW, tun_holders=(VPN,))
    (row,) = rows_to(ticked(machine), (PEER, 1194))
    answer = Answer(row.id, VPN.id, row.facts.owner_method, OwnerConfidence.CERTAIN)
    machine.monitor.add_answers([VPN], [answer], machine.now)
    assert [row.facts.unattributed_reason for row in rows_to(ticked(machine), (PEER, 1194))] == [CARRIER]


def test_what_the_holder_does_inside_and_on_loopback_stays_its_own() -> None:
    machine = machine_with(TUN)
    machine.udp((INNER, 7), (SERVER, 8), interface="tun0")
    here = bytes((127, 0, 0, 1))
    machine.udp((here, 7), (here, 8), interface="lo")
    list_all(machine, udp_row((INNER, 7), (SERVER, 8), VPN), udp_row((here, 7), None, VPN), tun_holders=(VPN,))
    owned = [row for row in ticked(machine).connections if row.process == VPN and row.remote is not None]
    assert {row.facts.scope for row in owned} == {Scope.LAN, Scope.LOOPBACK}


KERNELS = [
    pytest.param(Tunnel(name="tun0", ip_protocol=4, local=HERE, remote=PEER), 4, id="ipip"),
    pytest.param(Tunnel(name="tun0", ip_protocol=47, remote=PEER), 47, id="gre with any local end"),
    pytest.param(Tunnel(name="tun0", ip_protocol=41), 41, id="sit to anybody"),
]


@pytest.mark.parametrize(("tunnel", "ip_protocol"), KERNELS)
def test_the_kernels_tunnels_are_known_by_protocol_and_ends(tunnel: Tunnel, ip_protocol: int) -> None:
    machine = machine_with(with_tunnels(tunnel))
    machine.packet(frames.ipv4(bytes(80), ip_protocol, source=HERE, destination=PEER))
    machine.packet(frames.ipv4(bytes(80), ip_protocol, source=PEER, destination=HERE))
    snapshot = ticked(machine)
    (part,) = snapshot.unattributed
    assert (part.reason, part.traffic.sent_bytes, part.traffic.received_bytes) == (CARRIER, 100, 100)
    assert snapshot.attributed_share is None


@pytest.mark.parametrize(("tunnel", "ip_protocol"), KERNELS[:2])
def test_another_end_is_no_carrier(tunnel: Tunnel, ip_protocol: int) -> None:
    machine = machine_with(with_tunnels(tunnel))
    machine.packet(frames.ipv4(bytes(80), ip_protocol, source=HERE, destination=bytes((203, 0, 113, 9))))
    assert [part.reason for part in ticked(machine).unattributed] == [UnattributedReason.PROTOCOL]


def test_a_tunnel_over_udp_is_known_by_its_port_in_both_directions() -> None:
    machine = machine_with(with_tunnels(Tunnel(name="tun0", udp_port=4789)))
    machine.udp((HERE, 51_234), (PEER, 4789))
    machine.udp((PEER, 55_123), (HERE, 4789))
    machine.udp((PEER, 55_123), (HERE, 4790))
    counts = {part.reason: part.connection_count for part in ticked(machine).unattributed}
    assert counts == {CARRIER: 2, UnattributedReason.PENDING: 1}


def test_a_tunnel_that_comes_up_later_tells_what_was_seen_before() -> None:
    machine = machine_with(TUN)
    machine.packet(frames.ipv4(bytes(80), 4, source=HERE, destination=PEER))
    assert [part.reason for part in ticked(machine).unattributed] == [UnattributedReason.PROTOCOL]
    machine.monitor.add_network(with_tunnels(Tunnel(name="tun0", ip_protocol=4)))
    assert sent_of(ticked(machine), CARRIER) == 100


@pytest.mark.parametrize(
    ("tunnel", "sees_all", "reason"),
    [
        (Tunnel(name="wg0", has_kernel_socket=True), True, CARRIER),
        (Tunnel(name="wg0", has_kernel_socket=True), False, UnattributedReason.NO_PRIVILEGE),
        (Tunnel(name="t", ip_protocol=4), True, UnattributedReason.GONE),
    ],
)
def test_a_udp_socket_that_nobody_holds_is_wireguards_where_there_is_one(
    tunnel: Tunnel, sees_all: bool, reason: UnattributedReason
) -> None:
    machine = machine_with(with_tunnels(tunnel))
    machine.udp((HERE, 51_820), (PEER, 51_820))
    list_all(machine, udp_row((bytes(4), 51_820)), sees_all=sees_all)
    assert [row.facts.unattributed_reason for row in rows_to(ticked(machine), (PEER, 51_820))] == [reason]


def test_a_udp_socket_that_was_once_listed_without_its_holder_is_its_holders_again() -> None:
    machine = machine_with(with_tunnels(Tunnel(name="wg0", has_kernel_socket=True)))
    machine.udp((HERE, 40_000), (PEER, 53), size=72)
    list_all(machine, udp_row((bytes(4), 40_000)))
    (row,) = rows_to(ticked(machine), (PEER, 53))
    assert row.facts.unattributed_reason is CARRIER
    list_all(machine, udp_row((bytes(4), 40_000), None, CURL))
    (row,) = rows_to(ticked(machine), (PEER, 53))
    assert (row.process, row.traffic.sent_bytes, row.facts.holders) == (CURL, 100, ())


def test_what_a_process_carries_stays_so_when_a_listing_misses_its_device() -> None:
    machine = known_machine()
    outside(machine)
    list_all(machine, OUTSIDE_ROW, tun_holders=(VPN,))
    list_all(machine, OUTSIDE_ROW)
    assert [row.facts.unattributed_reason for row in rows_to(ticked(machine), (PEER, 1194))] == [CARRIER]


def test_clearing_moves_the_baseline_of_the_inside_too() -> None:
    machine = machine_with(TUN)
    inside(machine)
    outside(machine)
    machine.monitor.clear(machine.now, machine.wall_time)
    headline = ticked(machine).headline
    assert headline.sent_bytes - headline.cleared_sent_bytes == 0


def test_a_fragment_inside_is_left_out_of_the_headline() -> None:
    machine = machine_with(TUN)
    machine.packet(frames.ipv4(bytes(80), 17, source=INNER, destination=SERVER, fragment=5), interface="tun0")
    snapshot = ticked(machine)
    assert (snapshot.totals.sent_bytes, snapshot.headline.sent_bytes) == (100, 0)
