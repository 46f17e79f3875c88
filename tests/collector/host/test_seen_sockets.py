"""Sockets that were seen at the first packet of a connection."""

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Question
from netmon_collector.host import seen_sockets
from netmon_collector.host.seen_sockets import KEPT_SECONDS, SAME_ENDS_LIMIT, Seen, SeenSockets, answer_of
from tests.support.wire import process

KEY = FlowKey(Protocol.TCP, 6, bytes(4), 1, bytes(4), 2)
CURL, OTHER = process(10, "curl"), process(11, "other")


def seen(time: float, owner: Process = CURL, *, cookie: int = 0, kept_at: float = 0.0, key: FlowKey = KEY) -> Seen:
    return Seen(key, time, kept_at, is_inbound=False, cookie=cookie, process=owner, is_sure=True)


def test_ends_that_are_used_again_within_milliseconds_give_each_connection_its_own() -> None:
    sockets = SeenSockets()
    first, second = seen(100.0), seen(100.008, OTHER)
    sockets.keep(first)
    sockets.keep(second)
    assert sockets.of(Question("c1", KEY, 100.0)) == (first, True)
    assert sockets.of(Question("c2", KEY, 100.008)) == (second, True)


def test_of_many_on_the_same_ends_the_latest_are_kept() -> None:
    sockets = SeenSockets()
    times = [100.0 + 0.02 * number for number in range(SAME_ENDS_LIMIT + 1)]
    for time in times:
        sockets.keep(seen(time))
    found = [sockets.of(Question("c1", KEY, time))[0] for time in times]
    assert [one.time if one is not None else None for one in found] == [None, *times[1:]]


def test_a_later_one_on_the_same_ends_is_no_answer_and_is_said_to_be_there() -> None:
    sockets = SeenSockets()
    sockets.keep(seen(105.0, OTHER))
    assert sockets.of(Question("c1", KEY, 100.0)) == (None, False)


def test_another_cookie_is_another_socket() -> None:
    sockets = SeenSockets()
    sockets.keep(seen(100.0, cookie=7))
    assert sockets.of(Question("c1", KEY, 100.0, cookie=8))[0] is None
    assert sockets.of(Question("c1", KEY, 100.0, cookie=7))[0] is not None


def test_a_syn_that_is_sent_again_is_the_same_sockets() -> None:
    sockets = SeenSockets()
    first, again, another = (seen(time, cookie=7 if time < 103.0 else 8) for time in (100.0, 101.0, 103.0))
    first.process = None  # its holder was not found
    sockets.keep(first)
    sockets.keep(again)
    assert sockets.of(Question("c1", KEY, 100.0)) == (again, True)
    assert sockets.of(Question("c1", KEY, 100.0, end_time=102.0)) == (again, True)
    again.process, first.process = None, CURL
    assert sockets.of(Question("c1", KEY, 100.0)) == (first, True)
    sockets.keep(another)
    assert sockets.of(Question("c1", KEY, 100.0)) == (first, False)
    assert sockets.of(Question("c2", KEY, 103.0)) == (another, True)


def test_what_has_no_cookie_or_a_listeners_is_not_known_to_be_the_same() -> None:
    for cookie in (0, 7):
        sockets = SeenSockets()
        first, again = seen(100.0, cookie=cookie), seen(101.0, cookie=cookie)
        first.is_listener = again.is_listener = bool(cookie)
        sockets.keep(first)
        sockets.keep(again)
        assert sockets.of(Question("c1", KEY, 100.0)) == (first, False)


def test_a_listeners_cookie_is_not_that_of_what_it_accepts() -> None:
    sockets = SeenSockets()
    called = seen(100.0, cookie=7)
    called.is_listener = True
    sockets.keep(called)
    assert sockets.of(Question("c1", KEY, 100.0, cookie=8))[0] is called
    assert sockets.of(Question("c1", KEY, 101.0, cookie=8))[0] is None


def test_what_is_old_or_too_much_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    sockets = SeenSockets()
    monkeypatch.setattr(seen_sockets, "KEPT_LIMIT", 2)
    for port in range(3):
        sockets.keep(seen(100.0, key=FlowKey(Protocol.TCP, 6, bytes(4), port)))
    assert sockets.newest(FlowKey(Protocol.TCP, 6, bytes(4), 0)) is None
    assert sockets.process_ids() == {CURL.id}
    sockets.sweep(KEPT_SECONDS)
    assert sockets.process_ids() == set()


def test_a_sibling_is_never_certain_and_never_the_last_word() -> None:
    one = seen(100.0)
    question = Question("c1", KEY, 100.0, end_time=100.1)
    answer = answer_of(question, one)
    assert (answer.method, answer.confidence, answer.is_final) == (OwnerMethod.EXACT, OwnerConfidence.CERTAIN, True)
    one.is_sibling = True
    answer = answer_of(question, one)
    assert (answer.method, answer.confidence, answer.is_final) == (OwnerMethod.SIBLING, OwnerConfidence.INFERRED, False)
