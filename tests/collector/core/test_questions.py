"""Which connections are asked for, when, and what becomes of the answers."""

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Scope, UnattributedReason
from netmon_collector.core import questions as module
from netmon_collector.core.questions import AGAIN_SECONDS, GIVEN_UP_SECONDS, Answer, Questions
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, PEER, Machine, process

CURL, WGET = process(10), process(11, "wget")


def answer(flow_id: str, process_id: str = CURL.id) -> Answer:
    return Answer(flow_id, process_id, OwnerMethod.USER, OwnerConfidence.CERTAIN)


def asking(flow_limit: int = 1_000) -> Machine:
    machine = Machine(flow_limit=flow_limit)
    machine.monitor.ask_for_owners()
    return machine


def test_a_new_connection_is_asked_for_once_and_owned_in_the_same_tick() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53), size=100)
    assert machine.monitor.has_questions
    [question] = machine.monitor.take_questions(machine.now)
    assert (question.key.local_port, question.key.remote_port) == (1, 53)
    assert not machine.monitor.has_questions
    assert machine.monitor.take_questions(machine.now) == ()
    machine.monitor.add_answers([CURL], [answer(question.id)], machine.now)
    [row] = machine.tick().connections
    assert (row.process, row.facts.owner_method) == (CURL, OwnerMethod.USER)
    assert row.facts.unattributed_reason is UnattributedReason.UNSPECIFIED


def test_without_somebody_who_answers_nothing_waits() -> None:
    machine = Machine()
    machine.udp((HERE, 1), (PEER, 53))
    assert not machine.monitor.has_questions
    assert machine.monitor.take_questions(machine.now) == ()


def test_what_had_no_answer_is_asked_again_each_second_for_a_while() -> None:
    machine = asking()
    machine.udp((HERE, 1), (PEER, 53))
    [first] = machine.monitor.take_questions(machine.now)
    again = 0
    for _ in range(int(GIVEN_UP_SECONDS / AGAIN_SECONDS) + 5):
        machine.tick(AGAIN_SECONDS)
        again += len([one for one in machine.monitor.take_questions(machine.now) if one == first])
    assert again == GIVEN_UP_SECONDS / AGAIN_SECONDS - 1


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


def test_what_only_passes_through_is_nobodys_question() -> None:
    machine = asking()
    machine.udp((PEER, 1), (bytes((203, 0, 113, 9)), 53))
    assert not machine.monitor.has_questions
    assert machine.tick().connections[0].facts.scope is Scope.INTERNET


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
