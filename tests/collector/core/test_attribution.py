"""Whose a connection is: from listings of sockets, with what may never be guessed."""

from dataclasses import replace

import pytest

from netmon.model import (
    ConnectionReattributed,
    ConnectionState,
    OwnerConfidence,
    OwnerMethod,
    Process,
    UnattributedReason,
)
from netmon_collector.core.sockets import SocketRow
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.sightings import WEB, list_later, only_row, rows_to
from tests.support.wire import HERE, LOCALHOST, PEER, Machine, process, tcp_row, udp_row

ANY = bytes(4)
HOME = (HERE, 40_000)
SERVICE = (HERE, 80)
CURL = process(10)
NGINX = process(20, "nginx")
OTHER = process(30, "other")


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
    machine.udp(HOME, WEB)
    machine.tick()
    list_later(machine, *rows, processes=(CURL, NGINX, OTHER))
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.holders) == (owner, holders)
    assert (facts.owner_method, facts.owner_confidence) == (method, confidence)
    assert facts.unattributed_reason is UnattributedReason.UNSPECIFIED


def test_a_socket_that_was_first_listed_after_the_last_packet_is_a_guess() -> None:
    """Another one may have had the port before: it was let go, and taken by a process that is older."""
    machine = Machine()
    machine.udp(HOME, WEB)
    for _ in range(3):
        list_later(machine, udp_row((ANY, 40_000), None, CURL), processes=(CURL,))
        facts = only_row(machine.tick()).facts
        assert (facts.process, facts.owner_confidence) == (CURL, OwnerConfidence.INFERRED)
    machine.udp(HOME, WEB)
    machine.tick()
    list_later(machine, udp_row((ANY, 40_000), None, CURL), processes=(CURL,))
    assert only_row(machine.tick()).facts.owner_confidence is OwnerConfidence.CERTAIN


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
    newest = machine.tick()
    for _ in range(2):
        list_later(machine, udp_row((ANY, 40_000), None, dig), processes=(dig,))
        machine.udp(HOME, WEB)
        newest = machine.tick()
    facts = only_row(newest).facts
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


def test_who_holds_what_was_accepted_just_now_is_a_guess_until_it_is_older() -> None:
    """A server that forks for each caller holds the socket for a moment too."""
    machine = Machine()
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.SYN | frames.ACK)
    machine.now += 0.05
    machine.list_sockets(tcp_row(SERVICE, WEB, NGINX), processes=(NGINX,))
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.owner_confidence) == (NGINX, OwnerConfidence.INFERRED)
    list_later(machine, tcp_row(SERVICE, WEB, OTHER), processes=(OTHER,))
    facts = only_row(machine.tick()).facts
    assert (facts.process, facts.owner_confidence) == (OTHER, OwnerConfidence.CERTAIN)


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


# Bounds.


@pytest.mark.parametrize("is_complete", [True, False])
def test_processes_that_hold_no_socket_any_more_are_not_kept(is_complete: bool) -> None:
    machine = Machine()
    for pid in range(100, 200):
        someone = process(pid)
        machine.list_sockets(tcp_row((ANY, pid), None, someone), processes=(someone,), is_complete=is_complete)
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


def test_more_sockets_than_the_table_holds_displace_nobody_and_the_same_rows_stay() -> None:
    machine = Machine(flow_limit=40)
    machine.tcp(HOME, WEB, frames.SYN)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    rows = [udp_row((HERE, 2_000 + number), None, CURL) for number in range(200)]
    machine.list_sockets(tcp_row(HOME, WEB, CURL), *rows, processes=(CURL,))
    first = {row.id for row in machine.tick().connections}
    machine.list_sockets(tcp_row(HOME, WEB, CURL), *rows, processes=(CURL,))
    snapshot = machine.tick()
    assert {row.id for row in snapshot.connections} == first
    assert len(first) == 30
    assert any(row.traffic.sent_bytes for row in snapshot.connections)
