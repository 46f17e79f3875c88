"""Connections without an owner say why; and what a listing says of their end and direction."""

from collections.abc import Callable

import pytest

from netmon.model import (
    ConnectionState,
    Direction,
    Protocol,
    UnattributedReason,
)
from netmon_collector.core.sockets import SocketRow, SocketScan
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.sightings import WEB, list_later, only_row, rows_to
from tests.support.wire import HERE, PEER, START, STRANGER, Machine, process, tcp_row, udp_row

ANY = bytes(4)
HOME = (HERE, 40_000)
SERVICE = (HERE, 80)
CURL = process(10)
NGINX = process(20, "nginx")
OTHER = process(30, "other")


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
    machine.packet(frames.ipv4(frames.icmp(8, 5), 1, source=HERE, destination=PEER))


def being_pinged(machine: Machine) -> None:
    machine.packet(frames.ipv4(frames.icmp(8, 5), 1, source=PEER, destination=HERE))
    machine.packet(frames.ipv4(frames.icmp(0, 5), 1, source=HERE, destination=PEER))


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
        (being_pinged, UnattributedReason.KERNEL, UnattributedReason.KERNEL),
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


def test_a_clock_that_is_set_back_does_not_keep_a_connection_waiting() -> None:
    machine = Machine()
    machine.list_sockets()
    machine.tcp(HOME, WEB, frames.SYN)
    scans = [SocketScan(rows=(), start_time=machine.wall_time - 3_600 + second) for second in range(2)]
    machine.monitor.add_sockets(scans[0], machine.now)
    assert only_row(machine.tick()).facts.unattributed_reason is UnattributedReason.PENDING
    machine.monitor.add_sockets(scans[1], machine.now)
    assert only_row(machine.tick()).facts.unattributed_reason is UnattributedReason.GONE
    assert machine.monitor.pending_since is None
