"""The sums of a tick."""

import pytest

from netmon.model import Scope, UnattributedReason
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.statement import drops_of
from tests.support import frames
from tests.support.wire import HERE, LOCALHOST, PEER, STRANGER, Machine, process, tcp_row, udp_row

HOME, WEB = (HERE, 40_000), (PEER, 443)
CURL, NGINX = process(10), process(20, "nginx")


def test_all_scopes_are_given_and_their_sums_are_apart() -> None:
    machine = Machine()
    machine.udp(HOME, WEB, size=72)
    machine.udp((LOCALHOST, 1), (LOCALHOST, 2), interface="lo")
    parts = {part.scope: part.traffic for part in machine.tick().scopes}
    assert set(parts) == {Scope.LOOPBACK, Scope.LAN, Scope.INTERNET}
    assert (parts[Scope.INTERNET].sent_bytes, parts[Scope.LAN].sent_bytes) == (100, 0)
    assert parts[Scope.LOOPBACK].sent_bytes == parts[Scope.LOOPBACK].received_bytes == 28


def test_interfaces_come_by_name_with_what_is_not_ip_and_their_link_header() -> None:
    machine = Machine()
    machine.udp(HOME, WEB, interface="wlan0")
    machine.udp((LOCALHOST, 1), (LOCALHOST, 2), interface="lo")
    machine.udp(HOME, WEB, interface="eth0", size=72)
    rows = machine.tick().interfaces
    assert [row.name for row in rows] == ["eth0", "lo", "wlan0"]
    assert (rows[0].traffic.sent_bytes, rows[0].link_header_bytes) == (100, 14)
    assert rows[1].traffic.sent_bytes == rows[1].traffic.received_bytes == 28


def test_frames_without_ip_are_counted_apart_from_all_sums() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    arp = frames.ethernet(bytes(28), 0x0806)
    machine.monitor.add_batch(frames.batch([arp, arp]))
    snapshot = machine.tick()
    (row,) = snapshot.interfaces
    assert (row.non_ip_packets, row.non_ip_bytes) == (2, 84)
    assert snapshot.totals.sent_packets == 1


def test_an_application_in_which_nothing_changed_stays_the_same_object() -> None:
    machine = Machine()
    machine.list_sockets(tcp_row(HOME, WEB, CURL), udp_row((HERE, 9), WEB, NGINX), processes=(CURL, NGINX))
    machine.tick()
    before = {row.name: row for row in machine.tick().applications}
    machine.udp((HERE, 9), WEB)
    after = {row.name: row for row in machine.tick().applications}
    assert after["curl"] is before["curl"]
    assert after["nginx"] is not before["nginx"]


def test_an_application_stays_when_all_its_connections_are_gone_if_it_moved_something() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.list_sockets(udp_row(HOME, WEB, CURL), tcp_row((HERE, 80), None, NGINX), processes=(CURL, NGINX))
    machine.tick()
    machine.list_sockets()
    machine.tick(70)
    machine.tick(70)
    machine.tick(70)
    assert [row.name for row in machine.tick().applications] == ["curl"]


def test_reasons_that_never_had_anything_are_left_out() -> None:
    machine = Machine()
    assert machine.tick().unattributed == ()
    machine.udp(HOME, WEB)
    assert [part.reason for part in machine.tick().unattributed] == [UnattributedReason.PENDING]


@pytest.mark.parametrize(("owned", "ownerless", "share"), [(0, 0, None), (1, 0, 1.0), (0, 1, 0.0), (3, 1, 0.75)])
def test_the_attributed_share_is_that_of_the_bytes(owned: int, ownerless: int, share: float | None) -> None:
    machine = Machine()
    for _ in range(owned):
        machine.udp(HOME, WEB)
    for _ in range(ownerless):
        machine.udp((STRANGER, 1), WEB)
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))
    assert machine.tick().attributed_share == share


def counts(interface: str, received: int, kernel: int, dropped: int) -> CaptureCounts:
    return CaptureCounts(
        interface=interface,
        received_packets=received,
        kernel_dropped_packets=kernel,
        interface_dropped_packets=dropped,
    )


@pytest.mark.parametrize(("before", "interval"), [(0, 10), (4, 6), (10, 0), (12, 0)])
def test_drops_are_summed_over_interfaces_and_never_negative(before: int, interval: int) -> None:
    drops = drops_of({"a": counts("a", 100, 5, 1), "b": counts("b", 50, 2, 2)}, {"z": 1, "a": 2}, before)
    assert (drops.received_packets, drops.kernel_dropped_packets, drops.interface_dropped_packets) == (150, 7, 3)
    assert drops.interval_dropped_packets == interval
    assert drops.malformed == (("a", 2), ("z", 1))


def test_the_bandwidth_of_a_second_is_each_applications_and_the_rest_and_leaves_loopback_out() -> None:
    machine = Machine()
    machine.udp(HOME, WEB, size=72)
    machine.udp((STRANGER, 1), HOME, size=22)
    machine.udp((LOCALHOST, 1), (LOCALHOST, 2), interface="lo")
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.udp(HOME, WEB, size=72)
    machine.tick()
    (sample,), _ = machine.monitor.bandwidth(900.0)
    assert (sample.sent_bytes, sample.received_bytes, sample.loopback_bytes) == (200, 50, 28)
    shares = {part.application_name: (part.sent_bytes, part.received_bytes) for part in sample.applications}
    assert sum(sent for sent, _ in shares.values()) == 200
    assert sum(received for _, received in shares.values()) == 50
