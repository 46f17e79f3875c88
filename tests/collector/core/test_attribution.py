"""Whose a connection is: from listings of sockets, with what may never be guessed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from netmon.model import (
    Connection,
    ConnectionReattributed,
    ConnectionState,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    Snapshot,
    UnattributedReason,
)
from netmon_collector.core.sockets import SocketRow, SocketScan
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, LOCALHOST, PEER, START, STRANGER, Machine, process, tcp_row, udp_row

ANY = bytes(4)
HOME, WEB = (HERE, 40_000), (PEER, 443)
SERVICE = (HERE, 80)
CURL = process(10)
NGINX = process(20, "nginx")
OTHER = process(30, "other")


def rows_to(snapshot: Snapshot, remote: tuple[bytes, int] = WEB) -> list[Connection]:
    """Give the rows whose other end is ``remote``, oldest first."""
    wanted = f"{'.'.join(map(str, remote[0]))}:{remote[1]}"
    found = [row for row in snapshot.connections if str(row.remote) == wanted]
    return sorted(found, key=lambda row: int(row.id[1:], 16))


def only_row(snapshot: Snapshot) -> Connection:
    (row,) = rows_to(snapshot)
    return row


def list_later(machine: Machine, *rows: SocketRow, processes: tuple[Process, ...] = (), sees_all: bool = True) -> None:
    """Hand over a listing that began after all that was captured."""
    machine.now += 0.5
    machine.list_sockets(*rows, processes=processes, sees_all=sees_all)


# Which way an owner is found.


@pytest.mark.parametrize(
    ("rows", "owner", "holders", "method", "confidence"),
    [
        pytest.param(
            [udp_row(HOME, WEB, CURL), udp_row((ANY, 40_000), None, OTHER)],
            CURL,
            (),
            OwnerMethod.EXACT,
            OwnerConfidence.CERTAIN,
            id="the socket of these very ends before one that takes all",
        ),
        pytest.param(
            [udp_row((ANY, 40_000), None, CURL)],
            CURL,
            (),
            OwnerMethod.WILDCARD,
            OwnerConfidence.CERTAIN,
            id="one socket that takes all",
        ),
        pytest.param(
            [udp_row((ANY, 40_000), None, OTHER), udp_row(HOME, None, CURL)],
            CURL,
            (),
            OwnerMethod.WILDCARD,
            OwnerConfidence.CERTAIN,
            id="bound to the address before bound to any",
        ),
        pytest.param(
            [udp_row((ANY, 40_000), None, CURL), udp_row((ANY, 40_000), None, NGINX)],
            CURL,
            (NGINX,),
            OwnerMethod.WILDCARD,
            OwnerConfidence.INFERRED,
            id="two on one port (SO_REUSEPORT): a guess that names both",
        ),
        pytest.param(
            [udp_row((ANY, 40_000), None, None), udp_row((ANY, 40_000), None, NGINX)],
            NGINX,
            (),
            OwnerMethod.WILDCARD,
            OwnerConfidence.INFERRED,
            id="two on one port, of which one cannot be seen",
        ),
        pytest.param(
            [udp_row((bytes(16), 40_000), None, CURL)],
            CURL,
            (),
            OwnerMethod.WILDCARD,
            OwnerConfidence.CERTAIN,
            id="IPv6's any takes IPv4 too",
        ),
    ],
)
def test_a_udp_flow_belongs_to_the_socket_that_fits_it_most_closely(
    rows: list[SocketRow],
    owner: Process,
    holders: tuple[Process, ...],
    method: OwnerMethod,
    confidence: OwnerConfidence,
) -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    list_later(machine, *rows, processes=(CURL, NGINX, OTHER))
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.holders) == (owner, holders)
    assert (facts.owner_method, facts.owner_confidence) == (method, confidence)
    assert facts.unattributed_reason is UnattributedReason.UNSPECIFIED


def test_listeners_that_share_a_port_are_both_named_for_an_incoming_connection() -> None:
    machine = Machine()
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.SYN | frames.ACK)
    listening = tcp_row((ANY, 80), None, NGINX), tcp_row((ANY, 80), None, OTHER)
    list_later(machine, *listening, processes=(NGINX, OTHER))
    facts = only_row(machine.tick()).facts
    assert {facts.process, *facts.holders} == {NGINX, OTHER}
    assert facts.owner_method is OwnerMethod.LISTENER
    assert facts.owner_confidence is OwnerConfidence.INFERRED


def test_a_listener_on_the_local_port_does_not_own_what_this_side_opened() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    list_later(machine, tcp_row((ANY, 40_000), None, NGINX), processes=(NGINX,))
    row = only_row(machine.tick())
    assert row.process is None
    assert row.facts.unattributed_reason is UnattributedReason.GONE


def test_further_holders_of_a_socket_are_named() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    shared = replace(tcp_row(HOME, WEB, CURL), holder_ids=(NGINX.id, "gone"))
    list_later(machine, shared, processes=(CURL, NGINX))
    assert only_row(machine.tick()).facts.holders == (NGINX,)


def test_both_ends_of_a_loopback_connection_have_their_own_owner() -> None:
    machine = Machine()
    client, server = (LOCALHOST, 50_000), (LOCALHOST, 8_080)
    machine.tcp(client, server, frames.SYN, interface="lo")
    machine.tcp(server, client, frames.SYN | frames.ACK, interface="lo")
    list_later(machine, tcp_row(client, server, CURL), tcp_row(server, client, NGINX), processes=(CURL, NGINX))
    owners = {row.local.port: row.process for row in machine.tick().connections if row.local is not None}
    assert owners == {50_000: CURL, 8_080: NGINX}


# What is never inherited.


def test_a_process_that_began_after_the_last_packet_does_not_own_it() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.tick()
    heir = process(11, "heir", start_time=machine.wall_time + 5)
    machine.now += 10
    machine.list_sockets(udp_row((ANY, 40_000), None, heir), processes=(heir,))
    row = only_row(machine.tick())
    assert row.process is None
    assert row.facts.unattributed_reason is UnattributedReason.GONE
    machine.tick(61)
    (ended,) = [row for row in machine.monitor.latest.connections if row.remote] if machine.monitor.latest else []
    assert ended.end_time is not None


def test_of_sockets_that_share_a_port_only_those_that_were_there_count() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.tick()
    heir = process(11, "heir", start_time=machine.wall_time + 5)
    machine.now += 10
    shared = udp_row((ANY, 40_000), None, heir), udp_row((ANY, 40_000), None, CURL)
    machine.list_sockets(*shared, processes=(heir, CURL))
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.holders) == (CURL, ())


def test_a_process_that_began_amid_the_packets_is_only_a_guess() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.tick()
    newer = process(11, "newer", start_time=machine.wall_time + 0.5)
    machine.now += 1
    machine.udp(HOME, WEB)
    machine.tick()
    list_later(machine, udp_row((ANY, 40_000), None, newer), processes=(newer,))
    facts = only_row(machine.tick()).facts
    assert facts.process == newer
    assert facts.owner_confidence is OwnerConfidence.INFERRED


def test_a_start_time_that_is_off_by_a_clock_tick_is_no_reason_to_refuse() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    dig = process(11, "dig", start_time=machine.wall_time + 0.01)
    list_later(machine, udp_row((ANY, 40_000), None, dig), processes=(dig,))
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.owner_confidence) == (dig, OwnerConfidence.CERTAIN)


def test_the_same_pid_with_another_start_is_another_process() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN, sequence=1)
    list_later(machine, tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    reborn = process(CURL.pid, "reborn", start_time=machine.wall_time)
    machine.now += 5
    machine.tcp(HOME, WEB, frames.SYN, sequence=2)
    list_later(machine, tcp_row(HOME, WEB, reborn), processes=(reborn,))
    snapshot = machine.tick()
    assert only_row(snapshot).process == reborn
    assert {row.name: row.traffic.sent_bytes for row in snapshot.applications} == {"curl": 40, "reborn": 40}
    assert_balanced(snapshot)


@pytest.mark.parametrize("connected", [True, False])
def test_udp_ports_that_another_process_took_over_begin_another_connection(connected: bool) -> None:
    def row(owner: Process) -> SocketRow:
        return udp_row(HOME, WEB, owner) if connected else udp_row(HOME, None, owner)

    machine = Machine()
    machine.udp(HOME, WEB, size=72)
    list_later(machine, row(CURL), processes=(CURL,))
    machine.tick()
    list_later(machine, row(OTHER), processes=(OTHER,))
    machine.udp(HOME, WEB, size=172)
    list_later(machine, row(OTHER), processes=(OTHER,))
    snapshot = machine.tick()
    before, after = rows_to(snapshot)
    assert (before.process, before.traffic.sent_bytes, before.end_time is None) == (CURL, 100, False)
    assert (after.process, after.traffic.sent_bytes, after.end_time is None) == (OTHER, 200, True)
    assert_balanced(snapshot)


def test_tcp_packets_after_a_restart_on_the_same_ports_are_not_the_former_owners() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN, sequence=1)
    list_later(machine, tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick()
    # The end was missed; the next SYN tells.
    machine.tcp(HOME, WEB, frames.SYN, sequence=2, size=60)
    snapshot = machine.tick()
    before, after = rows_to(snapshot)
    assert (before.process, before.traffic.sent_bytes) == (CURL, 40)
    assert (after.process, after.facts.unattributed_reason) == (None, UnattributedReason.PENDING)


# What stays, and what is corrected.


def test_an_owner_that_was_seen_surely_stays_when_a_later_listing_shows_another_holder() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    list_later(machine, tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick()
    list_later(machine, tcp_row(HOME, WEB, OTHER), processes=(OTHER,))
    row = only_row(machine.tick())
    assert row.process == CURL
    assert row.facts.owner_confidence is OwnerConfidence.CERTAIN


def test_an_owner_stays_when_its_socket_is_listed_without_a_process() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    list_later(machine, tcp_row(HOME, WEB, CURL), processes=(CURL,))
    list_later(machine, tcp_row(HOME, WEB, None, ConnectionState.FIN_WAIT_1))
    row = only_row(machine.tick())
    assert (row.process, row.state) == (CURL, ConnectionState.FIN_WAIT_1)


def test_a_sure_owner_does_not_become_a_guess_again() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    list_later(machine, udp_row(HOME, WEB, CURL), processes=(CURL,))
    list_later(
        machine, udp_row((ANY, 40_000), None, CURL), udp_row((ANY, 40_000), None, OTHER), processes=(CURL, OTHER)
    )
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.owner_method, facts.owner_confidence) == (
        CURL,
        OwnerMethod.EXACT,
        OwnerConfidence.CERTAIN,
    )
    assert facts.holders == (OTHER,)


def test_a_guess_that_turns_out_wrong_is_corrected_and_told_once() -> None:
    machine = Machine()
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.SYN | frames.ACK)
    listener = tcp_row((ANY, 80), None, NGINX)
    list_later(machine, listener, processes=(NGINX,))
    assert only_row(machine.tick()).process == NGINX
    worker = tcp_row(SERVICE, WEB, OTHER)
    list_later(machine, listener, worker, processes=(NGINX, OTHER))
    snapshot = machine.tick()
    facts = only_row(snapshot).facts
    assert (facts.process, facts.owner_method, facts.owner_confidence) == (
        OTHER,
        OwnerMethod.EXACT,
        OwnerConfidence.CERTAIN,
    )
    assert {row.name: row.traffic.received_bytes for row in snapshot.applications} == {"nginx": 0, "other": 40}
    assert_balanced(snapshot)
    list_later(machine, listener, worker, processes=(NGINX, OTHER))
    machine.tick()
    told = [event.kind for event in machine.monitor.events_after(0).events]
    corrections = [kind for kind in told if isinstance(kind, ConnectionReattributed)]
    assert [(kind.connection.process, kind.previous_process_id) for kind in corrections] == [(OTHER, NGINX.id)]


def test_an_owner_that_is_found_before_the_row_was_ever_shown_is_no_correction() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    list_later(machine, tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick()
    assert not [e for e in machine.monitor.events_after(0).events if isinstance(e.kind, ConnectionReattributed)]


# Why there is none.


def refused_syn(machine: Machine) -> None:
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.RST | frames.ACK)


def ignored_syn(machine: Machine) -> None:
    machine.tcp(WEB, SERVICE, frames.SYN)


def short_request(machine: Machine) -> None:
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    machine.tcp(HOME, WEB, frames.FIN | frames.ACK)
    machine.tcp(WEB, HOME, frames.FIN | frames.ACK)


def served_request(machine: Machine) -> None:
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.SYN | frames.ACK)
    machine.tcp(SERVICE, WEB, frames.FIN | frames.ACK)
    machine.tcp(WEB, SERVICE, frames.FIN | frames.ACK)


def question(machine: Machine) -> None:
    machine.udp(HOME, WEB)


def unwanted_datagram(machine: Machine) -> None:
    machine.udp(WEB, SERVICE)


def ping(machine: Machine) -> None:
    machine.packet(frames.ipv4(bytes(8), 1, source=HERE, destination=PEER))


def passing(machine: Machine) -> None:
    machine.udp((STRANGER, 5), WEB)


@pytest.mark.parametrize(
    ("happen", "before", "after"),
    [
        (refused_syn, UnattributedReason.PENDING, UnattributedReason.KERNEL),
        (ignored_syn, UnattributedReason.PENDING, UnattributedReason.KERNEL),
        (unwanted_datagram, UnattributedReason.PENDING, UnattributedReason.KERNEL),
        (short_request, UnattributedReason.PENDING, UnattributedReason.GONE),
        (served_request, UnattributedReason.PENDING, UnattributedReason.GONE),
        (question, UnattributedReason.PENDING, UnattributedReason.GONE),
        (ping, UnattributedReason.PROTOCOL, UnattributedReason.PROTOCOL),
        (passing, UnattributedReason.FORWARDED, UnattributedReason.FORWARDED),
    ],
)
def test_a_connection_without_an_owner_says_why(
    happen: Callable[[Machine], None], before: UnattributedReason, after: UnattributedReason
) -> None:
    machine = Machine()
    happen(machine)
    (row,) = machine.tick().connections
    assert row.facts.unattributed_reason is before
    list_later(machine)
    snapshot = machine.tick()
    assert [part.reason for part in snapshot.unattributed] == [after]
    assert snapshot.unattributed[0].traffic.sent_bytes == snapshot.totals.sent_bytes
    assert_balanced(snapshot)


@pytest.mark.parametrize("row", [None, udp_row(HOME, WEB), udp_row(HOME)])
def test_who_sees_only_its_own_processes_says_so(row: SocketRow | None) -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    list_later(machine, *([row] if row is not None else []), sees_all=False)
    assert only_row(machine.tick()).facts.unattributed_reason is UnattributedReason.NO_PRIVILEGE


def test_an_owner_that_can_be_seen_later_replaces_the_reason() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    list_later(machine, udp_row(HOME, WEB), sees_all=False)
    machine.tick()
    list_later(machine, udp_row(HOME, WEB, CURL), processes=(CURL,))
    snapshot = machine.tick()
    assert only_row(snapshot).process == CURL
    assert snapshot.unattributed == ()


def test_a_listing_says_nothing_of_connections_that_began_during_it() -> None:
    machine = Machine()
    machine.now += 1
    began = machine.wall_time
    machine.now += 0.1
    machine.udp(HOME, WEB)
    machine.monitor.add_sockets(SocketScan(rows=(), start_time=began), machine.now)
    assert only_row(machine.tick()).facts.unattributed_reason is UnattributedReason.PENDING
    assert machine.monitor.pending_since == pytest.approx(began + 0.1)  # pyright: ignore[reportUnknownMemberType]
    list_later(machine)
    assert machine.monitor.pending_since is None


def test_a_single_answer_says_nothing_of_others() -> None:
    machine = Machine()
    machine.udp(HOME, WEB)
    machine.udp((HERE, 41_000), WEB)
    machine.now += 1
    machine.list_sockets(udp_row(HOME, WEB, CURL), processes=(CURL,), is_complete=False)
    first, second = rows_to(machine.tick())
    assert (first.process, second.facts.unattributed_reason) == (CURL, UnattributedReason.PENDING)


def test_a_listing_of_udp_alone_says_nothing_of_tcp() -> None:
    machine = Machine()
    machine.tcp(HOME, WEB)
    machine.now += 1
    scan = SocketScan(rows=(), start_time=machine.wall_time, protocols=frozenset({Protocol.UDP}))
    machine.monitor.add_sockets(scan, machine.now)
    facts = only_row(machine.tick()).facts
    assert (facts.unattributed_reason, facts.direction) == (UnattributedReason.PENDING, Direction.UNSPECIFIED)


# When a connection is over.


@pytest.mark.parametrize(("seconds", "is_revived"), [(0.0, False), (0.9, False), (1.1, True)])
def test_a_reset_that_was_forged_is_undone_by_a_listing_a_second_later(seconds: float, is_revived: bool) -> None:
    machine = Machine()
    machine.tcp(HOME, WEB, frames.SYN)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.now += 1
    machine.tcp(WEB, HOME, frames.RST)
    machine.now += seconds
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tcp(HOME, WEB, size=60)
    snapshot = machine.tick(0.5)
    ended, *revived = rows_to(snapshot)
    assert ended.end_time == START + 1
    assert bool(revived) is is_revived
    for row in revived:
        assert (row.end_time, row.process, row.traffic.sent_bytes) == (None, CURL, 100)
        assert row.facts.started_before
    assert_balanced(snapshot)


def test_a_socket_that_waits_after_the_end_does_not_revive_its_connection() -> None:
    machine = Machine()
    short_request(machine)
    machine.tick()
    for _ in range(4):
        machine.now += 20
        machine.list_sockets(tcp_row(HOME, WEB, None, ConnectionState.TIME_WAIT))
        machine.tick(0)
    # Its last seconds in the kernel's list are those of a connection that was told of before, not of a new one.
    assert [type(event.kind).__name__ for event in machine.monitor.events_after(0).events].count(
        "ConnectionOpened"
    ) == 1
    list_later(machine)
    machine.tick()
    assert machine.monitor.tracked_count == 0


def test_a_socket_that_is_listed_no_more_is_over_when_that_listing_began() -> None:
    machine = Machine()
    machine.list_sockets(tcp_row(HOME, WEB, CURL), tcp_row((ANY, 80), None, NGINX), processes=(CURL, NGINX))
    machine.tick()
    machine.now += 5
    machine.list_sockets()
    snapshot = machine.tick()
    assert {row.end_time for row in snapshot.connections} == {START + 6}
    assert {row.process for row in snapshot.connections} == {CURL, NGINX}
    assert (snapshot.active_connection_count, snapshot.listening_count) == (0, 0)


# What only listeners tell.


@pytest.mark.parametrize(("listening", "direction"), [(True, Direction.INBOUND), (False, Direction.OUTBOUND)])
def test_who_opened_a_connection_whose_syn_was_missed_is_told_by_the_listeners(
    listening: bool, direction: Direction
) -> None:
    machine = Machine()
    machine.tcp(WEB, SERVICE, size=10)
    machine.tcp(SERVICE, WEB, size=10)
    assert only_row(machine.tick()).facts.direction is Direction.UNSPECIFIED
    rows = [tcp_row((ANY, 80), None, NGINX)] if listening else []
    list_later(machine, *rows, processes=(NGINX,))
    row = only_row(machine.tick())
    assert row.facts.direction is direction
    assert row.facts.started_before
    assert (row.process == NGINX) is listening


# Bounds.


def test_processes_that_hold_no_socket_any_more_are_not_kept() -> None:
    machine = Machine()
    for pid in range(100, 200):
        someone = process(pid)
        list_later(machine, tcp_row((ANY, pid), None, someone), processes=(someone,))
        machine.tick()
    assert len(machine.monitor._attribution._processes) == 1


def test_a_connection_that_a_listing_displaces_is_not_counted_twice() -> None:
    # Four places for those that are listed; nine packets one way earn a place of their own.
    machine = Machine(flow_limit=8)
    for port in range(6):
        machine.tcp((HERE, port), WEB, frames.SYN)
        machine.tcp(WEB, (HERE, port), frames.SYN | frames.ACK, size=port)
    for port in (50_001, 50_002):
        machine.udp((HERE, port), (PEER, 53))
    machine.tick()
    wildcards = [udp_row((ANY, port), None, OTHER) for port in (50_001, 50_002)]
    list_later(machine, *wildcards, tcp_row((ANY, 80), None, NGINX), processes=(OTHER, NGINX))
    assert_balanced(machine.tick())
