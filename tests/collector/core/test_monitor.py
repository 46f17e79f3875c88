"""The heart as a whole: packets and sockets in, snapshots out."""

from netmon.model import (
    ConnectionClosed,
    ConnectionOpened,
    ConnectionReattributed,
    ConnectionState,
    Direction,
    Filter,
    FilterField,
    Gap,
    MonitoringState,
    OwnerConfidence,
    OwnerMethod,
    Remainder,
    RowOrder,
    Scope,
    Section,
    Term,
    UnattributedReason,
    View,
)
from netmon_collector.core.batch import CaptureCounts
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, LOCALHOST, PEER, STRANGER, Machine, process, tcp_row, udp_row

HOME, WEB = (HERE, 40_000), (PEER, 443)
CURL = process(10)
NGINX = process(20, "nginx")


def test_a_download_is_one_row_with_its_ip_bytes_both_ways() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    machine.tcp(HOME, WEB, size=100)
    machine.tcp(WEB, HOME, size=1_000)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))

    snapshot = machine.tick()

    (row,) = snapshot.connections
    assert str(row.local) == "192.0.2.1:40000"
    assert str(row.remote) == "198.51.100.2:443"
    assert row.traffic.sent_bytes == 40 + 140
    assert row.traffic.received_bytes == 40 + 1_040
    assert row.traffic.sent_packets == row.traffic.received_packets == 2
    assert row.traffic.received_bytes_per_second == 1_080.0
    assert row.state is ConnectionState.ESTABLISHED
    assert row.facts.direction is Direction.OUTBOUND
    assert row.facts.scope is Scope.INTERNET
    assert row.process == CURL
    assert row.facts.owner_method is OwnerMethod.EXACT
    assert snapshot.applications[0].name == "curl"
    assert snapshot.attributed_share == 1.0
    assert_balanced(snapshot)


def test_an_idle_row_is_the_same_object_tick_after_tick() -> None:
    machine = Machine()
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    first = machine.tick().connections[0]
    assert machine.tick().connections[0] is first


def test_rates_fall_to_zero_in_the_next_interval() -> None:
    machine = Machine()
    machine.udp(HOME, WEB, size=72)
    assert machine.tick().connections[0].traffic.sent_bytes_per_second == 100.0
    assert machine.tick().connections[0].traffic.sent_bytes_per_second == 0.0


def test_a_connection_that_lived_between_two_ticks_appears_once_closed_with_its_final_bytes() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    machine.tcp(WEB, HOME, size=500)
    machine.tcp(HOME, WEB, frames.FIN | frames.ACK)
    machine.tcp(WEB, HOME, frames.FIN | frames.ACK)
    machine.tcp(HOME, WEB)

    (row,) = machine.tick().connections
    assert row.end_time is not None
    assert row.traffic.received_bytes == 40 + 540 + 40
    assert row.state is ConnectionState.TIME_WAIT
    after = machine.tick()
    assert [other for other in after.connections if other.id == row.id] == []
    assert_balanced(after)
    kinds = [type(event.kind) for event in machine.monitor.events_after(0).events]
    assert kinds == [ConnectionOpened, ConnectionClosed]


def test_a_closed_connection_stays_listed_for_a_minute() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.RST | frames.ACK)
    machine.tick()
    machine.tick(30)
    assert len(machine.monitor.connections(Filter(), RowOrder.UNSPECIFIED, 60.0)) == 1
    assert machine.monitor.connections(Filter(), RowOrder.UNSPECIFIED, 0.0) == ()
    machine.tick(31)
    assert machine.monitor.connections(Filter(), RowOrder.UNSPECIFIED, 60.0) == ()


def test_late_packets_bring_a_closed_row_once_more_with_newer_counts() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    machine.tcp(WEB, HOME, size=10)
    snapshot = machine.tick()
    (row,) = [row for row in snapshot.connections if row.facts.remainder is Remainder.UNSPECIFIED]
    assert row.traffic.received_bytes == 90
    assert_balanced(snapshot)
    assert machine.monitor.events_after(0).events[-1].kind == ConnectionClosed(connection=row)


def test_the_same_ports_used_again_are_another_connection() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN, sequence=1)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tcp(WEB, HOME, frames.RST)
    machine.tcp(HOME, WEB, frames.SYN, sequence=2)
    snapshot = machine.tick()
    first, second = sorted(snapshot.connections, key=lambda row: row.end_time is None)
    assert first.process == CURL
    assert second.process is None
    assert second.facts.unattributed_reason is UnattributedReason.PENDING
    assert_balanced(snapshot)


def test_a_repeated_syn_is_the_same_connection() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(HOME, WEB, frames.SYN)
    assert len(machine.tick().connections) == 1


def test_loopback_is_sent_by_one_row_and_received_by_the_other_and_left_out_of_the_headline() -> None:
    machine = Machine()
    server, client = (LOCALHOST, 8_080), (LOCALHOST, 50_000)
    machine.tcp(client, server, frames.SYN, interface="lo")
    machine.tcp(server, client, frames.SYN | frames.ACK, interface="lo")
    machine.tcp(client, server, size=60, interface="lo")
    snapshot = machine.tick()
    rows = {row.local.port: row for row in snapshot.connections if row.local is not None}
    assert rows[50_000].traffic.sent_bytes == rows[8_080].traffic.received_bytes == 140
    assert rows[50_000].facts.direction is Direction.OUTBOUND
    assert rows[8_080].facts.direction is Direction.INBOUND
    assert {row.facts.scope for row in rows.values()} == {Scope.LOOPBACK}
    assert snapshot.headline.sent_bytes == 0
    assert snapshot.totals.sent_bytes == snapshot.totals.received_bytes == 180
    assert_balanced(snapshot)


def test_listening_and_idle_sockets_are_rows() -> None:
    machine = Machine()
    machine.list_sockets(
        tcp_row((bytes(4), 22), None, NGINX),
        udp_row((bytes(4), 53), None, NGINX),
        tcp_row(HOME, WEB, CURL),
        processes=(NGINX, CURL),
    )
    snapshot = machine.tick()
    assert {row.state for row in snapshot.connections} == {
        ConnectionState.LISTEN,
        ConnectionState.IDLE,
        ConnectionState.ESTABLISHED,
    }
    assert snapshot.listening_count == 1
    assert snapshot.active_connection_count == 1
    assert all(row.facts.started_before for row in snapshot.connections)


def test_a_socket_that_is_no_longer_listed_ends() -> None:
    machine = Machine()
    machine.list_sockets(tcp_row((bytes(4), 22), None, NGINX), processes=(NGINX,))
    machine.tick()
    machine.list_sockets()
    (row,) = machine.tick().connections
    assert row.end_time is not None


def test_udp_ends_a_minute_after_its_last_packet_once_its_socket_is_gone() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick(59)
    assert machine.tick(30).connections[0].end_time is None
    machine.list_sockets()
    assert machine.tick().connections[0].end_time is not None


def test_an_owner_that_comes_late_takes_what_was_counted_and_is_told() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN, size=60)
    assert machine.tick().attributed_share == 0.0
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    snapshot = machine.tick()
    assert snapshot.attributed_share == 1.0
    assert snapshot.applications[0].traffic.sent_bytes == 100
    event = machine.monitor.events_after(0).events[-1].kind
    assert isinstance(event, ConnectionReattributed)
    assert event.previous_process_id == ""
    assert_balanced(snapshot)


def test_a_filter_and_a_limit_say_what_they_left_out() -> None:
    machine = Machine()
    for port in range(20):
        machine.udp((HERE, 1_000 + port), WEB, size=port)
    machine.list_sockets(*(udp_row((HERE, 1_000 + port), WEB, CURL) for port in range(10)), processes=(CURL,))
    machine.tick()
    limited = machine.monitor.compose(View(row_limit=3), every=1, since_sequence=None)
    assert [row.local.port for row in limited.connections if row.local is not None] == [1_019, 1_018, 1_017]
    assert limited.omitted.connection_count == 17
    assert_balanced(limited)
    by_port = View(filter=Filter(terms=(Term(field=FilterField.APPLICATION, values=("curl",)),)))
    filtered = machine.monitor.compose(by_port, every=1, since_sequence=None)
    assert len(filtered.connections) == 10
    assert_balanced(filtered)
    without_rows = machine.monitor.compose(View(sections=frozenset({Section.INTERFACES})), every=1, since_sequence=None)
    assert without_rows.connections == without_rows.applications == ()
    assert_balanced(without_rows)


def test_who_missed_a_tick_still_gets_what_ended_in_it() -> None:
    machine = Machine()
    machine.tick()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    machine.tick()
    missed = machine.monitor.compose(View(), every=1, since_sequence=1)
    (row,) = missed.connections
    assert row.end_time is not None
    assert row.traffic.sent_bytes == 40
    assert row.traffic.interval_sent_bytes == 0
    assert_balanced(missed)
    current = machine.monitor.compose(View(), every=1, since_sequence=2)
    assert [row.facts.remainder for row in current.connections] == [Remainder.CLOSED]


def test_a_longer_interval_adds_up_ticks_and_credits_the_owner_that_came_late() -> None:
    machine = Machine()
    machine.monitor.hold_period(3)
    machine.tick()
    machine.tick()
    machine.tick()
    machine.udp(HOME, WEB, size=72)
    machine.tick()
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.udp(HOME, WEB, size=72)
    machine.tick()
    machine.tick()
    snapshot = machine.monitor.compose(View(), every=3, since_sequence=3)
    assert snapshot.interval_seconds == 3.0
    (row,) = snapshot.connections
    assert row.traffic.interval_sent_bytes == 200
    assert snapshot.applications[0].traffic.interval_sent_bytes == 200
    assert_balanced(snapshot)


def test_clearing_moves_the_baseline_and_resets_nothing() -> None:
    machine = Machine()
    machine.udp(HOME, WEB, size=72)
    machine.tick()
    epoch = machine.monitor.clear(machine.now, machine.wall_time)
    machine.udp(HOME, WEB, size=72)
    snapshot = machine.tick()
    assert snapshot.statistics_epoch == epoch
    assert snapshot.totals.sent_bytes == 200
    assert snapshot.totals.cleared_sent_bytes == 100
    assert snapshot.connections[0].traffic.cleared_sent_bytes == 100
    assert_balanced(snapshot)


def test_stopped_it_counts_nothing_and_leaves_a_gap() -> None:
    machine = Machine()
    machine.tick()
    assert machine.monitor.stop(machine.now, machine.wall_time)
    assert not machine.monitor.stop(machine.now, machine.wall_time)
    machine.udp(HOME, WEB)
    snapshot = machine.tick()
    assert snapshot.monitoring_state is MonitoringState.STOPPED
    assert snapshot.totals.sent_bytes == 0
    assert machine.monitor.start(machine.now, machine.wall_time)
    machine.udp(HOME, WEB)
    assert machine.tick().totals.sent_bytes == 28
    samples, gaps = machine.monitor.bandwidth(900.0)
    assert len(samples) == 2
    assert [gap.until_time for gap in gaps] == [machine.wall_time - 1]
    assert any(isinstance(event.kind, Gap) for event in machine.monitor.events_after(0).events)


def test_kernel_drops_go_out_with_the_snapshot() -> None:
    machine = Machine()
    counts = CaptureCounts(interface="eth0", received_packets=10, kernel_dropped_packets=4, interface_dropped_packets=1)
    machine.monitor.add_capture_counts([counts])
    assert machine.tick().drops.interval_dropped_packets == 5
    later = machine.tick()
    assert later.drops.kernel_dropped_packets == 4
    assert later.drops.interval_dropped_packets == 0


def test_forwarded_packets_are_one_row_without_an_owner() -> None:
    machine = Machine()
    machine.udp((STRANGER, 5), (PEER, 6), size=10)
    machine.udp((PEER, 6), (STRANGER, 5), size=10)
    (row,) = machine.tick().connections
    assert row.facts.direction is Direction.FORWARDED
    assert row.facts.unattributed_reason is UnattributedReason.FORWARDED
    assert row.traffic.received_bytes == 76


def test_a_flood_of_lone_packets_keeps_real_connections_and_exact_totals() -> None:
    machine = Machine(flow_limit=400)
    for port in range(50):
        machine.tcp((HERE, port), WEB, frames.SYN)
        machine.tcp(WEB, (HERE, port), frames.SYN | frames.ACK)
    for number in range(5_000):
        machine.tcp((STRANGER, number), (HERE, 80), frames.SYN, sequence=number)
    for port in range(50):
        machine.tcp((HERE, port), WEB, size=100)
    snapshot = machine.tick()
    kept = {row.local.port for row in snapshot.connections if row.facts.direction is Direction.OUTBOUND and row.local}
    assert kept == set(range(50))
    assert machine.monitor.tracked_count <= 400
    assert snapshot.totals.received_bytes == 5_000 * 40 + 50 * 40
    reasons = {part.reason: part.traffic for part in snapshot.unattributed}
    assert reasons[UnattributedReason.TABLE_FULL].received_packets >= 4_600
    assert_balanced(snapshot)


def test_without_a_lookup_the_reason_says_so() -> None:
    machine = Machine(has_lookup=False)
    machine.udp(HOME, WEB)
    assert machine.tick().connections[0].facts.unattributed_reason is UnattributedReason.NO_LOOKUP


def test_while_nobody_finds_owners_that_is_the_reason_and_later_it_is_not() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.monitor.set_finding(is_possible=False)
    machine.udp((HERE, 999), WEB)
    during = machine.tick()
    assert {row.facts.unattributed_reason for row in during.connections} == {UnattributedReason.NO_HELPER}
    assert_balanced(during)
    machine.monitor.set_finding(is_possible=True)
    after = machine.tick()
    assert {row.facts.unattributed_reason for row in after.connections} == {UnattributedReason.PENDING}
    assert machine.monitor.pending_since is not None
    assert_balanced(after)


def test_an_inferred_owner_is_marked_as_such() -> None:
    machine = Machine()
    machine.tcp(WEB, (HERE, 80), frames.SYN)
    machine.tcp((HERE, 80), WEB, frames.SYN | frames.ACK)
    machine.now += 1
    machine.list_sockets(tcp_row((bytes(4), 80), None, NGINX), processes=(NGINX,))
    row = next(row for row in machine.tick().connections if row.remote is not None)
    assert row.process == NGINX
    assert row.facts.owner_method is OwnerMethod.LISTENER
    assert row.facts.owner_confidence is OwnerConfidence.INFERRED
