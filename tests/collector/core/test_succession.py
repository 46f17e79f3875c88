"""Datagram ports that another socket gets: whose packets are whose, and who asked for a name."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from netmon.model import Connection, OwnerConfidence, OwnerMethod, Process, UnattributedReason
from netmon_collector.core.questions import Answer, Question
from tests.support.balance import assert_balanced
from tests.support.frames import ACK, SYN
from tests.support.named_machine import connect, dns, learn, named_machine, web_row
from tests.support.sightings import list_later, rows_to
from tests.support.wire import HERE, LOCALHOST, PEER, Machine, process, tcp_row, udp_row

HOME, RESOLVER = (HERE, 40_000), (PEER, 53)
ALICE, BOB = process(10), process(11, "wget", uid=1001)


def asking() -> Machine:
    machine = named_machine()
    machine.monitor.ask_for_owners()
    return machine


def query(machine: Machine, size: int = 72) -> None:
    machine.udp(HOME, RESOLVER, size=size)


def answered(machine: Machine, owner: Process | None, *, cookie: int = 7, is_final: bool = False) -> list[Question]:
    """Let the finder tell of one socket whatever it is asked for now, or know nothing."""
    machine.now += 0.01
    asked = machine.monitor.take_questions(machine.now)
    found = [
        Answer(one.id, owner.id, OwnerMethod.USER, OwnerConfidence.CERTAIN, is_final=is_final, cookie=cookie)
        for one in asked
        if owner is not None and one.key.local_port == HOME[1]
    ]
    machine.monitor.add_answers([ALICE, BOB], found, machine.now, asked=asked)
    return list(asked)


def seen(row: Connection) -> tuple[Process | None, int, bool]:
    return row.process, row.traffic.sent_bytes, row.end_time is not None


def rows(machine: Machine) -> list[tuple[Process | None, int, bool]]:
    snapshot = machine.tick()
    assert_balanced(snapshot)
    return [seen(row) for row in rows_to(snapshot, RESOLVER)]


def silent(machine: Machine) -> None:
    """Let a connection be confirmed open, and then rest for a tick."""
    machine.tick()
    answered(machine, ALICE)
    machine.tick()
    assert not machine.monitor.take_questions(machine.now)


def another_begins(machine: Machine) -> None:
    machine.tick()
    query(machine)
    answered(machine, BOB, cookie=8)
    assert rows(machine) == [(BOB, 100, False)]


def test_a_socket_that_is_closed_ends_its_connection_and_the_next_one_with_its_port_has_its_own() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE, is_final=True)
    machine.now += 0.3
    query(machine, 172)
    [question] = answered(machine, BOB, cookie=8)
    assert question.start_time > machine.wall_time - 0.1
    assert rows(machine) == [(ALICE, 100, True), (BOB, 200, False)]


def test_what_was_captured_before_a_socket_was_closed_is_still_its_own() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE, is_final=True)
    machine.now -= 0.005  # it had waited in the ring
    machine.udp(RESOLVER, HOME, size=272)
    machine.now += 0.005
    snapshot = machine.tick()
    [row] = rows_to(snapshot, RESOLVER)
    assert (row.process, row.traffic.sent_bytes, row.traffic.received_bytes) == (ALICE, 100, 300)
    assert_balanced(snapshot)
    another_begins(machine)


def test_what_a_capture_that_lags_reads_of_a_closed_socket_is_still_its_own() -> None:
    machine = asking()
    query(machine)
    sent_at = machine.now
    machine.now += 3
    answered(machine, ALICE, is_final=True)
    answered_at = machine.now
    for tick in range(1, 4):
        machine.now = sent_at + 0.1 * tick  # what is read now was sent before the socket was closed
        query(machine)
        machine.now = answered_at + tick
        assert rows(machine) == [(ALICE, 100 * (tick + 1), True)]
    another_begins(machine)


def test_a_late_packet_to_a_closed_socket_has_no_owner() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE, is_final=True)
    machine.now += 1
    machine.udp(RESOLVER, HOME)
    answered(machine, None)
    assert rows(machine) == [(ALICE, 100, True), (None, 0, False)]


def test_a_socket_that_was_open_is_asked_for_again_within_a_second_and_then_no_more() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE)
    machine.tick()
    [again] = answered(machine, ALICE, is_final=True)
    assert again.cookie == 7
    assert rows(machine) == [(ALICE, 100, True)]
    machine.tick()
    assert answered(machine, ALICE) == []


def test_a_port_that_another_socket_got_in_the_silence_begins_another_connection() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE)
    silent(machine)
    query(machine, 172)
    moved_at = machine.wall_time
    [question] = answered(machine, BOB, cookie=8)
    assert (question.cookie, question.owner) == (0, None)
    assert abs(question.start_time - moved_at) < 1e-5
    assert rows(machine) == [(ALICE, 100, True), (BOB, 200, False)]
    query(machine)
    assert (BOB, 300, False) in rows(machine)


def test_the_same_socket_goes_on_after_a_silence() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE)
    for sent in (200, 300):
        silent(machine)
        query(machine)
        answered(machine, ALICE)
        assert rows(machine) == [(ALICE, sent, False)]


def test_after_a_silence_packets_of_a_socket_that_nobody_knows_are_not_the_former_owners() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE)
    silent(machine)
    query(machine)
    answered(machine, None)
    snapshot = machine.tick()
    before, after = rows_to(snapshot, RESOLVER)
    assert seen(before) == (ALICE, 100, True)
    assert (seen(after), after.facts.unattributed_reason) == ((None, 100, False), UnattributedReason.PENDING)
    assert after.id in {one.id for one in machine.monitor.take_questions(machine.now)}


def test_an_answer_to_an_earlier_question_settles_no_doubt() -> None:
    machine = asking()
    query(machine)
    earlier = machine.monitor.take_questions(machine.now)
    told = Answer(earlier[0].id, ALICE.id, OwnerMethod.USER, OwnerConfidence.CERTAIN, cookie=7)
    machine.monitor.add_answers([ALICE], [told], machine.now, asked=earlier)
    silent(machine)
    query(machine)
    final = told._replace(is_final=True)
    machine.monitor.add_answers([ALICE], [final], machine.now, asked=earlier)
    answered(machine, BOB, cookie=8)
    assert rows(machine) == [(ALICE, 100, True), (BOB, 100, False)]


def test_on_loopback_the_other_end_goes_on() -> None:
    machine = asking()
    client, server = (LOCALHOST, 40_000), (LOCALHOST, 53)
    machine.udp(client, server, size=72, interface="lo")
    machine.now += 0.01
    for cookies in ({40_000: 7, 53: 1}, {40_000: 7, 53: 1}, {40_000: 8, 53: 1}):
        asked = machine.monitor.take_questions(machine.now)
        found = [
            Answer(one.id, ALICE.id, OwnerMethod.USER, OwnerConfidence.CERTAIN, cookie=cookies[one.key.local_port])
            for one in asked
        ]
        machine.monitor.add_answers([ALICE], found, machine.now, asked=asked)
        machine.tick()
        machine.tick()
        machine.udp(client, server, size=172, interface="lo")
        machine.now += 0.01
    snapshot = machine.tick()
    assert_balanced(snapshot)
    ends = [
        (row.local.port, row.traffic.sent_bytes + row.traffic.received_bytes)
        for row in snapshot.connections
        if row.local
    ]
    assert (53, 700) in ends
    assert [port for port, _ in ends].count(53) == 1


def test_what_another_one_asks_from_the_same_port_is_not_told_of_the_former_owner() -> None:
    """The answer may be heard before the query is counted, and before anybody says whose the port is by now."""
    machine = asking()
    query(machine)
    answered(machine, ALICE)
    silent(machine)
    learn(machine, dns(machine, "www.example.org", asked_from=HOME))
    query(machine)
    connect(machine, ALICE, (HERE, 50_000))
    machine.tick()
    assert web_row(machine.tick(), (HERE, 50_000)).facts.is_domain_borrowed
    answered(machine, BOB, cookie=8)
    assert web_row(machine.tick(), (HERE, 50_000)).facts.is_domain_borrowed


def test_who_begins_in_a_silence_while_nobody_finds_owners_says_so() -> None:
    machine = asking()
    query(machine)
    answered(machine, ALICE)
    silent(machine)
    query(machine)
    machine.monitor.set_finding(is_possible=False)
    answered(machine, None)
    after = rows_to(machine.tick(), RESOLVER)[-1]
    assert (seen(after), after.facts.unattributed_reason) == ((None, 100, False), UnattributedReason.NO_HELPER)


# What a listing shows with the ends of a connection whose owner nobody saw.


def missed(machine: Machine, send: Callable[[], None]) -> Process:
    """Let a connection be seen of which no listing knows, and give a process that began when it was over."""
    send()
    machine.tick()
    list_later(machine)
    machine.tick()
    heir = process(12, "heir", start_time=machine.wall_time + 5)
    machine.tick(10)
    return heir


def test_who_began_after_the_last_datagram_has_a_connection_of_its_own() -> None:
    machine = Machine()
    heir = missed(machine, lambda: query(machine))
    list_later(machine, udp_row(HOME, RESOLVER, heir), processes=(heir,))
    assert rows(machine) == [(None, 100, True), (heir, 0, False)]
    query(machine, 172)
    list_later(machine, udp_row(HOME, RESOLVER, heir), processes=(heir,))
    assert rows(machine) == [(heir, 200, False)]


def test_who_began_amid_the_datagrams_is_a_guess() -> None:
    machine = Machine()
    heir = missed(machine, lambda: query(machine))
    query(machine)
    for _ in range(2):
        list_later(machine, udp_row(HOME, RESOLVER, heir), processes=(heir,))
        [row] = rows_to(machine.tick(), RESOLVER)
        assert (row.process, row.traffic.sent_bytes) == (heir, 200)
        assert row.facts.owner_confidence is OwnerConfidence.INFERRED


def test_who_holds_it_with_one_that_was_there_may_have_sent_all() -> None:
    machine = Machine()
    heir = missed(machine, lambda: query(machine))
    shared = replace(udp_row(HOME, RESOLVER, heir), holder_ids=(ALICE.id,))
    list_later(machine, shared, processes=(heir, ALICE))
    [row] = rows_to(machine.tick(), RESOLVER)
    assert (row.process, row.facts.owner_confidence) == (heir, OwnerConfidence.CERTAIN)


def test_who_began_after_the_last_packet_of_tcp_may_have_got_it_from_another_and_is_a_guess() -> None:
    machine = Machine()
    heir = missed(machine, lambda: machine.tcp(HOME, RESOLVER, SYN))
    for _ in range(2):
        list_later(machine, tcp_row(HOME, RESOLVER, heir), processes=(heir,))
        [row] = rows_to(machine.tick(), RESOLVER)
        assert (row.process, row.facts.owner_confidence) == (heir, OwnerConfidence.INFERRED)
    machine.tcp(HOME, RESOLVER)
    machine.tick()
    list_later(machine, tcp_row(HOME, RESOLVER, heir), processes=(heir,))
    [row] = rows_to(machine.tick(), RESOLVER)
    assert row.facts.owner_confidence is OwnerConfidence.CERTAIN


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_worker_that_began_after_the_last_packet_surely_has_what_came_in(is_listed: bool) -> None:
    machine = Machine()
    server, worker = process(20, "server"), process(21, "worker", start_time=machine.wall_time + 5)
    machine.tcp(RESOLVER, HOME, SYN)
    machine.tcp(HOME, RESOLVER, SYN | ACK)
    if is_listed:
        list_later(machine, tcp_row((HERE, HOME[1]), None, server), processes=(server,))
    machine.tick(10)
    list_later(machine, tcp_row(HOME, RESOLVER, worker), processes=(worker,))
    [row] = rows_to(machine.tick(), RESOLVER)
    assert (row.process, row.facts.owner_confidence) == (worker, OwnerConfidence.CERTAIN)
