"""Intervals of several ticks: what moved is where its row stands when the period ends."""

from collections.abc import Callable

import pytest

from netmon.model import Connection, Remainder, Snapshot, Traffic, UnattributedReason, View
from netmon_collector.core.batch import CaptureCounts
from netmon_collector.core.interface_ledger import LinkCounters
from netmon_collector.core.ledger import GONE_LIMIT
from netmon_collector.core.periods import with_interval
from netmon_collector.core.tally import Tally
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, LOCALHOST, PEER, STRANGER, Machine, process, tcp_row, udp_row

HOME, WEB = (HERE, 40_000), (PEER, 443)
CURL, NGINX = process(10), process(20, "nginx")


def watched(every: int = 3, *, flow_limit: int = 1_000) -> Machine:
    machine = Machine(flow_limit=flow_limit)
    machine.monitor.hold_period(every)
    return machine


def period(machine: Machine, every: int = 3) -> Snapshot:
    """Give the snapshot of the period that has just ended; it balances."""
    snapshot = machine.monitor.compose(View(), every=every, since_sequence=None)
    assert_balanced(snapshot)
    return snapshot


def remainder(snapshot: Snapshot, kind: Remainder) -> Connection:
    (row,) = [row for row in snapshot.connections if row.facts.remainder is kind]
    return row


def interval(traffic: Traffic) -> tuple[int, int]:
    return (traffic.interval_sent_bytes, traffic.interval_received_bytes)


def applications(snapshot: Snapshot) -> dict[str, int]:
    return {row.name: row.traffic.interval_sent_bytes for row in snapshot.applications}


def reasons(snapshot: Snapshot) -> dict[UnattributedReason, int]:
    return {part.reason: part.traffic.interval_sent_bytes for part in snapshot.unattributed}


def test_a_period_has_the_seconds_bytes_rates_and_drops_of_its_ticks() -> None:
    machine = watched()
    for number, seconds in enumerate((1.0, 1.5, 2.5), 1):
        machine.udp(HOME, WEB, size=72)
        machine.udp((LOCALHOST, 1), (LOCALHOST, 2), interface="lo")
        counts = CaptureCounts(
            interface="eth0", received_packets=9, kernel_dropped_packets=number, interface_dropped_packets=0
        )
        machine.monitor.add_capture_counts([counts])
        machine.tick(seconds)
    snapshot = period(machine)
    assert snapshot.interval_seconds == 5.0
    assert snapshot.drops.interval_dropped_packets == 3
    assert snapshot.headline.interval_sent_bytes == 300
    assert snapshot.headline.sent_bytes_per_second == 60.0
    assert {part.name: part.traffic.interval_sent_bytes for part in snapshot.interfaces} == {"eth0": 300, "lo": 84}
    (row,) = [row for row in snapshot.connections if row.facts.interface == "eth0"]
    assert (row.traffic.sent_bytes, row.traffic.interval_sent_packets) == (300, 3)


def test_the_next_period_begins_at_zero() -> None:
    machine = watched(2)
    machine.udp(HOME, WEB, size=72)
    for _ in range(4):
        machine.tick()
    snapshot = period(machine, 2)
    assert interval(snapshot.totals) == (0, 0)
    assert snapshot.connections[0].traffic.sent_bytes == 100


def test_a_row_that_moved_in_an_earlier_tick_alone_has_that_interval() -> None:
    machine = watched()
    machine.udp(HOME, WEB, size=72)
    for _ in range(3):
        machine.tick()
    assert interval(period(machine).connections[0].traffic) == (100, 0)


def owned_late(machine: Machine) -> None:
    machine.now += 0.1
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))


def explained_late(machine: Machine) -> None:
    machine.now += 0.1
    machine.list_sockets()


@pytest.mark.parametrize(
    ("learn", "expected_applications", "expected_reasons"),
    [
        (owned_late, {"curl": 100}, {}),
        (explained_late, {}, {UnattributedReason.GONE: 100}),
    ],
)
def test_what_moved_before_its_owner_was_known_goes_where_the_row_is_at_the_end(
    learn: Callable[[Machine], None],
    expected_applications: dict[str, int],
    expected_reasons: dict[UnattributedReason, int],
) -> None:
    machine = watched()
    machine.udp(HOME, WEB, size=72)
    machine.tick()
    learn(machine)
    machine.tick()
    machine.tick()
    snapshot = period(machine)
    assert applications(snapshot) == expected_applications
    assert reasons(snapshot) == expected_reasons


def test_what_moved_under_a_wrong_owner_goes_to_the_right_one() -> None:
    machine = watched()
    listener = tcp_row((bytes(4), 80), None, NGINX)
    machine.tcp(WEB, (HERE, 80), frames.SYN)
    machine.tcp((HERE, 80), WEB, frames.SYN | frames.ACK)
    machine.now += 0.1
    machine.list_sockets(listener, processes=(NGINX,))
    assert applications(machine.tick()) == {"nginx": 40}
    machine.list_sockets(listener, tcp_row((HERE, 80), WEB, CURL), processes=(NGINX, CURL))
    machine.tick()
    machine.tick()
    assert applications(period(machine)) == {"nginx": 0, "curl": 40}


@pytest.mark.parametrize("is_owned", [True, False])
def test_what_moved_and_was_forgotten_within_the_period_is_still_in_it(is_owned: bool) -> None:
    machine = watched(4)
    machine.tcp(HOME, WEB, frames.SYN, size=60)
    if is_owned:
        machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick()
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    machine.now += 0.1
    machine.list_sockets()
    machine.tick(70)
    machine.tick(70)
    assert machine.monitor.tracked_count == 0
    snapshot = period(machine, 4)
    if is_owned:
        assert interval(remainder(snapshot, Remainder.CLOSED).traffic) == (100, 40)
    else:
        assert reasons(snapshot) == {UnattributedReason.GONE: 100}


def flood(machine: Machine) -> None:
    """Displace all that is not protected, and all that is."""
    for port in range(60):
        machine.udp((STRANGER, port), (HERE, 8))
        machine.udp((HERE, 9), (STRANGER, port))
        machine.udp((STRANGER, port), (HERE, 9))


@pytest.mark.parametrize("has_ended", [True, False])
@pytest.mark.parametrize("is_owned", [True, False])
def test_what_moved_and_was_evicted_within_the_period_is_still_in_it(is_owned: bool, has_ended: bool) -> None:
    machine = watched(flow_limit=16)
    server = (HERE, 80)
    machine.tcp(WEB, server, frames.SYN)
    machine.tcp(server, WEB, frames.SYN | frames.ACK, size=60)
    if is_owned:
        machine.now += 0.1
        machine.list_sockets(tcp_row((bytes(4), 80), None, CURL), processes=(CURL,))
    if has_ended:
        machine.tcp(WEB, server, frames.RST)
    row_id = next(row.id for row in machine.tick().connections if row.remote is not None)
    flood(machine)
    machine.tick()
    machine.tick()
    snapshot = period(machine)
    assert row_id not in {row.id for row in snapshot.connections}
    if is_owned:
        kind = Remainder.CLOSED if has_ended else Remainder.EVICTED
        assert interval(remainder(snapshot, kind).traffic) == (100, 80 if has_ended else 40)
        assert applications(snapshot) == {"curl": 100}


def test_an_owner_that_was_found_and_a_row_that_was_evicted_in_the_same_tick_are_both_true() -> None:
    machine = watched(flow_limit=16)
    machine.tcp(HOME, WEB, frames.SYN, size=60)
    machine.tick()
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    rows = [tcp_row(HOME, WEB, CURL), *(tcp_row((HERE, port), WEB, CURL) for port in range(11))]
    machine.now += 0.1
    machine.list_sockets(*rows, processes=(CURL,))
    machine.tcp((HERE, 50), WEB, frames.SYN)
    machine.now += 0.1
    machine.list_sockets(*rows, tcp_row((HERE, 50), WEB, CURL), processes=(CURL,))
    machine.tick()
    machine.tick()
    snapshot = period(machine)
    assert applications(snapshot) == {"curl": 140}
    assert interval(remainder(snapshot, Remainder.EVICTED).traffic) == (100, 0)


def test_sums_of_a_long_period_stay_as_small_as_the_table() -> None:
    machine = watched(60, flow_limit=40)
    for number in range(50):
        for port in range(30):
            machine.udp((STRANGER, 100 * number + port), (HERE, 9))
        machine.tick()
    (sums,) = machine.monitor._periods.running.values()
    assert len(sums.rows) <= 42
    assert len(sums.owners._homes) <= 42


def test_a_period_is_no_longer_summed_up_when_the_last_of_its_users_left() -> None:
    machine = watched()
    machine.monitor.hold_period(3)
    machine.monitor.release_period(3)
    assert list(machine.monitor._periods.running) == [(3, None)]
    for _ in range(3):
        machine.tick()
    machine.monitor.release_period(3)
    assert not machine.monitor._periods.running
    assert not machine.monitor._periods.finished


def test_what_interfaces_moved_that_are_summed_up_within_the_period_stays_in_it() -> None:
    machine = watched()
    opened = LinkCounters(interface="eth0", opening=1, byte_count=0, packet_count=0)
    machine.monitor.add_link_counters([opened], machine.wall_time)
    everything = [f"veth{number}" for number in range(3 * GONE_LIMIT)]
    for first in range(0, len(everything), GONE_LIMIT):
        for name in everything[first : first + GONE_LIMIT]:
            machine.udp(HOME, WEB, size=72, interface=name)
        if first == 2 * GONE_LIMIT:  # it was summed up before, and begins anew
            machine.udp(HOME, WEB, size=72, interface="veth0")
        machine.tick()
    snapshot = period(machine)
    sent = {part.name: part.traffic.interval_sent_bytes for part in snapshot.interfaces}
    assert sum(sent.values()) == snapshot.totals.interval_sent_bytes == 100 * (len(everything) + 1)
    assert sent["veth0"] == 100
    assert sent == {part.name: part.traffic.sent_bytes for part in snapshot.interfaces}


def test_another_interval_leaves_totals_and_baseline_alone() -> None:
    traffic = Traffic(
        sent_bytes=100, received_bytes=50, interval_sent_bytes=9, sent_bytes_per_second=9.0, cleared_sent_bytes=4
    )
    tally = Tally()
    tally.add_sent(30, 2)
    changed = with_interval(traffic, tally, 2.0)
    assert (changed.sent_bytes, changed.received_bytes, changed.cleared_sent_bytes) == (100, 50, 4)
    assert (changed.interval_sent_bytes, changed.interval_sent_packets, changed.sent_bytes_per_second) == (30, 2, 15.0)
    silent = with_interval(traffic, None, 0.0)
    assert (silent.interval_sent_bytes, silent.sent_bytes_per_second) == (0, 0.0)
