"""Which connections are asked for, when, and what becomes of the answers."""

from dataclasses import replace

import pytest

from netmon.model import ConnectionReattributed, EventKind, OwnerConfidence, OwnerMethod, Scope, UnattributedReason
from netmon_collector.core import questions as module
from netmon_collector.core.questions import AGAIN_SECONDS, GIVEN_UP_SECONDS, Answer, Question, Questions
from tests.support.balance import assert_balanced
from tests.support.frames import ACK, FIN, SYN, ipv4
from tests.support.wire import HERE, PEER, Machine, process, tcp_row

CURL, WGET = process(10), process(11, "wget")


def answer(flow_id: str, process_id: str = CURL.id) -> Answer:
    return Answer(flow_id, process_id, OwnerMethod.USER, OwnerConfidence.CERTAIN)


def asked(machine: Machine) -> Question:
    [question] = machine.monitor.take_questions(machine.now)
    return question


def kinds(machine: Machine) -> list[EventKind]:
    return [event.kind for event in machine.monitor.events_after(0).events]


def called(machine: Machine) -> None:
    """A short connection from end to end."""
    machine.tcp((HERE, 5000), (PEER, 443), flags=SYN)
    machine.tcp((PEER, 443), (HERE, 5000), flags=SYN | ACK)
    machine.tcp((HERE, 5000), (PEER, 443), flags=FIN | ACK)
    machine.tcp((PEER, 443), (HERE, 5000), flags=FIN | ACK)


def asking(flow_limit: int = 1_000) -> Machine:
    machine = Machine(flow_limit=flow_limit)
    machine.monitor.ask_for_owners()
    return machine


def is_urgent(machine: Machine) -> bool:
    questions = machine.monitor.questions
    return questions is not None and bool(questions) and questions.is_urgent


def test_a_new_connection_is_asked_for_once_and_owned_in_the_same_tick() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53), size=100)
    assert machine.monitor.questions
    [question] = machine.monitor.take_questions(machine.now)
    assert (question.key.local_port, question.key.remote_port) == (1, 53)
    assert not machine.monitor.questions
    assert machine.monitor.take_questions(machine.now) == ()
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    [row] = machine.tick().connections
    assert (row.process, row.facts.owner_method) == (CURL, OwnerMethod.USER)
    assert row.facts.unattributed_reason is UnattributedReason.UNSPECIFIED


def test_new_connections_may_wait_for_others_unless_there_are_many() -> None:
    machine = asking()
    for port in range(1, module.GATHERED):
        machine.udp((HERE, port), (PEER, 53))
        assert not is_urgent(machine)
    machine.udp((HERE, 5000), (PEER, 53))
    assert is_urgent(machine)
    assert len(machine.monitor.take_questions(machine.now)) == module.GATHERED
    assert not is_urgent(machine)


def test_one_whose_ends_are_used_again_does_not_wait_and_neither_does_what_has_no_ports() -> None:
    machine = asking()
    called(machine)
    assert not is_urgent(machine)
    machine.tcp((HERE, 5000), (PEER, 443), flags=SYN)
    assert is_urgent(machine)
    assert len(machine.monitor.take_questions(machine.now)) == 2
    machine.packet(ipv4(bytes(20), 47, source=HERE, destination=PEER))
    assert is_urgent(machine)


def test_without_somebody_who_answers_nothing_waits() -> None:
    machine = Machine()
    machine.udp((HERE, 1), (PEER, 53))
    assert not machine.monitor.questions
    assert machine.monitor.take_questions(machine.now) == ()


def test_what_had_no_answer_is_asked_again_each_second_for_a_while() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53))
    [first] = machine.monitor.take_questions(machine.now)
    again = 0
    for _ in range(int(GIVEN_UP_SECONDS / AGAIN_SECONDS) + 5):
        machine.tick(AGAIN_SECONDS)
        again += len([one for one in machine.monitor.take_questions(machine.now) if one == first])
    # From the tick on that still saw bytes of it.
    assert again == GIVEN_UP_SECONDS / AGAIN_SECONDS


def test_a_late_answer_corrects_the_row_and_the_sums_and_is_told() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53), size=100)
    [question] = machine.monitor.take_questions(machine.now)
    before = machine.tick()
    assert before.connections[0].process is None
    assert_balanced(before)
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    after = machine.tick()
    assert after.connections[0].process == CURL
    assert {one.name for one in after.applications} == {"curl"}
    assert_balanced(after)


def test_an_answer_for_a_connection_that_nobody_asked_for_is_left_out() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53))
    [question] = machine.monitor.take_questions(machine.now)
    machine.monitor.add_answers([CURL, WGET], [answer("c999"), answer(question.id, "nobody")], machine.now)
    snapshot = machine.tick()
    assert snapshot.connections[0].process is None
    assert_balanced(snapshot)


def test_a_connection_that_was_evicted_keeps_the_sums_balanced() -> None:
    machine = asking(flow_limit=2)
    for port in range(1, 5):
        machine.udp((HERE, port), (PEER, 53), size=100)
    questions = machine.monitor.take_questions(machine.now)
    machine.monitor.add_answers([CURL], [answer(one.id) for one in questions], machine.now)
    assert_balanced(machine.tick())
    assert_balanced(machine.tick())


def test_a_connection_that_was_evicted_is_asked_for_no_more_and_keeps_no_place() -> None:
    machine = asking(flow_limit=8)
    for port in range(1, 5):
        machine.udp((HERE, port), (PEER, 53))
    assert [one.key.local_port for one in machine.monitor.take_questions(machine.now)] == [3, 4]
    for port in range(5, 8):
        machine.udp((HERE, port), (PEER, 53))
    machine.now += AGAIN_SECONDS
    assert [one.key.local_port for one in machine.monitor.take_questions(machine.now)] == [6, 7]
    questions = machine.monitor._book.questions
    assert isinstance(questions, Questions)
    assert len(questions._waiting) == 2


def test_what_was_listed_before_its_first_packet_is_asked_for_by_that_packets_time() -> None:
    machine = asking()
    machine.list_sockets(tcp_row((HERE, 5000), (PEER, 443), CURL), processes=(CURL,))
    machine.tick()
    machine.now += 0.25
    listed, first = machine.wall_time - 1.25, machine.wall_time
    machine.tcp((HERE, 5000), (PEER, 443), flags=ACK)
    machine.tick()
    for sender, receiver in ((HERE, 5000), (PEER, 443)), ((PEER, 443), (HERE, 5000)):
        machine.tcp(sender, receiver, flags=FIN | ACK)
    [row] = machine.tick().connections
    assert (row.process, row.facts.start_time) == (CURL, listed)
    assert asked(machine).start_time == first


def test_what_only_passes_through_is_asked_for_as_such() -> None:
    machine = asking()
    machine.udp((PEER, 1), (bytes((203, 0, 113, 9)), 53))
    assert [one.is_passing for one in machine.monitor.take_questions(machine.now)] == [True]
    assert machine.tick().connections[0].facts.scope is Scope.INTERNET


def test_what_only_passes_through_leaves_room_for_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_LIMIT", 4)
    machine = asking()
    for port in range(1, 6):
        machine.udp((PEER, port), (bytes((203, 0, 113, 9)), 53))
    for port in range(1, 3):
        machine.udp((HERE, port), (PEER, 53))
    asked = machine.monitor.take_questions(machine.now)
    assert [one.is_passing for one in asked] == [False, False, True, True]
    questions = machine.monitor._book.questions
    assert isinstance(questions, Questions)
    assert questions.left_out_count == 0


@pytest.mark.parametrize(
    ("looked_into", "counts"),
    [((True,) * 4, [1, 1, 0, 0]), ((False, True, False, False, True, True), [1, 1, 1, 1, 1, 0])],
)
def test_what_passes_through_and_nobody_knows_is_looked_into_twice(
    looked_into: tuple[bool, ...], counts: list[int]
) -> None:
    machine = asking()
    machine.udp((PEER, 1), (bytes((203, 0, 113, 9)), 53))
    for is_looked_into, count in zip(looked_into, counts, strict=True):
        asked = machine.monitor.take_questions(machine.now)
        assert len(asked) == count
        machine.monitor.add_answers([], [], machine.now, asked=asked if is_looked_into else ())
        machine.tick(AGAIN_SECONDS)


def test_more_than_can_wait_are_counted_and_left_to_a_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_LIMIT", 3)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    machine = asking()
    for port in range(1, 6):
        machine.udp((HERE, port), (PEER, 53))
    questions = machine.monitor._book.questions
    assert isinstance(questions, Questions)
    assert questions.left_out_count == 2
    assert [len(machine.monitor.take_questions(machine.now)) for _ in range(3)] == [2, 1, 0]


def test_where_too_many_wait_each_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    machine = asking()
    for port in (1, 2, 3, 4, 5):
        machine.udp((HERE, port), (PEER, 53))
    for _ in range(3):
        machine.monitor.take_questions(machine.now)
    turns: list[list[int]] = []
    for _ in range(5):
        machine.now += AGAIN_SECONDS
        turns.append([one.key.local_port for one in machine.monitor.take_questions(machine.now)])
    assert sorted(port for turn in turns for port in turn) == sorted([1, 2, 3, 4, 5] * 2)


def test_a_sure_answer_is_not_asked_for_again_before_the_end() -> None:
    machine = asking()
    machine.tcp((HERE, 5000), (PEER, 443), flags=SYN)
    machine.monitor.add_answers([CURL], [answer(asked(machine).id)], machine.now)
    for _ in range(3):
        machine.tick(AGAIN_SECONDS)
        assert machine.monitor.take_questions(machine.now) == ()


def test_an_inferred_answer_is_asked_for_again_and_improved() -> None:
    machine = asking()
    machine.tcp((HERE, 5000), (PEER, 443), flags=SYN)
    question = asked(machine)
    guess = Answer(question.id, WGET.id, OwnerMethod.LISTENER, OwnerConfidence.INFERRED)
    machine.monitor.add_answers([WGET], [guess], machine.now)
    assert machine.tick(AGAIN_SECONDS).connections[0].process == WGET
    assert asked(machine).owner == WGET
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    assert machine.tick().connections[0].process == CURL


def test_a_connection_is_asked_for_once_more_when_it_ends_until_its_socket_is_closed() -> None:
    machine = asking()
    called(machine)
    question = asked(machine)
    machine.monitor.add_answers([CURL], [answer(question.id)._replace(cookie=7)], machine.now)
    machine.tick(AGAIN_SECONDS)
    again = asked(machine)
    assert (again.id, again.cookie, again.owner) == (question.id, 7, CURL)
    assert again.end_time is not None
    machine.tick(AGAIN_SECONDS)
    assert asked(machine).id == question.id
    machine.monitor.add_answers([CURL], [answer(question.id)._replace(is_final=True)], machine.now)
    machine.tick(AGAIN_SECONDS)
    assert machine.monitor.take_questions(machine.now) == ()


def test_who_closed_a_socket_is_its_owner_and_who_had_it_before_is_named_beside_it() -> None:
    machine = asking()
    called(machine)
    question = asked(machine)
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    assert_balanced(machine.tick(AGAIN_SECONDS))
    last_word = answer(question.id, WGET.id)._replace(is_final=True)
    machine.monitor.add_answers([WGET], [last_word], machine.now)
    snapshot = machine.tick()
    [row] = snapshot.connections
    assert (row.process, row.facts.holders) == (WGET, (CURL,))
    assert_balanced(snapshot)
    told = kinds(machine)
    [corrected] = [one for one in told if isinstance(one, ConnectionReattributed)]
    assert corrected.previous_process_id == CURL.id


def test_a_last_word_that_changes_nothing_is_no_correction() -> None:
    machine = asking()
    called(machine)
    question = asked(machine)
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    machine.tick(AGAIN_SECONDS)
    machine.monitor.add_answers([CURL], [answer(question.id)._replace(is_final=True)], machine.now)
    machine.tick()
    told = kinds(machine)
    assert not any(isinstance(one, ConnectionReattributed) for one in told)


def test_an_unnamed_connection_that_moves_bytes_again_is_asked_for_again() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53))
    for _ in range(int(GIVEN_UP_SECONDS) + 5):
        machine.tick(AGAIN_SECONDS)
        machine.monitor.take_questions(machine.now)
    machine.tick(AGAIN_SECONDS)
    assert machine.monitor.take_questions(machine.now) == ()
    machine.udp((HERE, 1), (PEER, 53))
    machine.tick(AGAIN_SECONDS)
    assert asked(machine).key.remote_port == 53


def test_a_listing_is_wanted_only_for_what_had_no_answer() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53))
    assert machine.monitor.pending_since is None
    question = asked(machine)
    assert machine.monitor.pending_since == question.start_time
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    assert machine.monitor.pending_since is None


def test_a_listing_shows_who_holds_what_an_inferred_owner_accepted() -> None:
    machine = asking()
    machine.tcp((PEER, 40_000), (HERE, 80), flags=SYN)
    guess = Answer(asked(machine).id, CURL.id, OwnerMethod.USER, OwnerConfidence.INFERRED)
    machine.monitor.add_answers([CURL], [guess], machine.now)
    machine.tick()
    machine.list_sockets(tcp_row((HERE, 80), (PEER, 40_000), WGET), processes=(WGET,))
    [row] = machine.tick().connections
    assert (row.process, row.facts.owner_method) == (WGET, OwnerMethod.EXACT)


def test_a_listing_without_who_connected_shows_that_the_socket_was_handed_on() -> None:
    machine = asking()
    machine.tcp((HERE, 5000), (PEER, 443), flags=SYN)
    machine.monitor.add_answers([CURL], [answer(asked(machine).id)], machine.now)
    machine.tick()
    machine.list_sockets(tcp_row((HERE, 5000), (PEER, 443), WGET), processes=(WGET,))
    snapshot = machine.tick()
    assert snapshot.connections[0].process == WGET
    assert_balanced(snapshot)


def test_who_connected_stays_the_owner_while_a_listing_shows_it_among_the_holders() -> None:
    machine = asking()
    machine.tcp((HERE, 5000), (PEER, 443), flags=SYN)
    machine.monitor.add_answers([CURL], [answer(asked(machine).id)], machine.now)
    machine.tick()
    row = replace(tcp_row((HERE, 5000), (PEER, 443), WGET), holder_ids=(CURL.id,))
    machine.list_sockets(row, processes=(WGET, CURL))
    [row] = machine.tick().connections
    assert (row.process, row.facts.holders) == (CURL, (WGET,))


def test_a_socket_that_was_listed_without_a_process_is_asked_for_when_its_packets_come() -> None:
    machine = asking()
    machine.list_sockets(tcp_row((HERE, 5000), (PEER, 443)))
    listed_at = machine.wall_time
    assert machine.tick().connections[0].facts.unattributed_reason is UnattributedReason.KERNEL
    machine.now -= 1.5  # the packets had waited while the sockets were listed
    called(machine)
    question = asked(machine)
    assert question.start_time < listed_at
    assert question.end_time is None or question.end_time >= question.start_time
    machine.now += 1.5
    snapshot = machine.tick()
    assert snapshot.connections[0].facts.unattributed_reason is UnattributedReason.PENDING
    assert not snapshot.connections[0].facts.started_before
    assert_balanced(snapshot)


def test_of_what_others_began_only_so_many_are_asked_for_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRANGE_A_SECOND", 3)
    machine = asking()
    machine.monitor.take_questions(machine.now)
    machine.now += AGAIN_SECONDS
    for port in range(1, 6):
        machine.udp((PEER, port), (HERE, 53))
    first = machine.monitor.take_questions(machine.now)
    assert [one.key.remote_port for one in first] == [1, 2, 3]
    assert not machine.monitor.questions
    machine.udp((HERE, 5), (PEER, 53))
    assert machine.monitor.questions
    assert [one.key.remote_port for one in machine.monitor.take_questions(machine.now)] == [53]
    machine.now += AGAIN_SECONDS
    assert {one.key.remote_port for one in machine.monitor.take_questions(machine.now)} == {1, 2, 3, 4, 5, 53}


def test_what_others_began_is_asked_for_at_once_when_it_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRANGE_A_SECOND", 0)
    machine = asking()
    for port in (1, 2):
        machine.udp((PEER, port), (HERE, 53))
    assert machine.monitor.take_questions(machine.now) == ()
    machine.udp((HERE, 53), (PEER, 2))
    machine.udp((PEER, 2), (HERE, 53))
    machine.tick()
    assert [one.key.remote_port for one in machine.monitor.take_questions(machine.now)] == [2]
