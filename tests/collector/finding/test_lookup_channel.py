import socket
from collections import deque
from collections.abc import Generator

import pytest

from netmon_collector.finding.channel import pair, send_answer
from netmon_collector.finding.lookup_channel import BACKLOG_BYTES, HANGING_SECONDS, AnswerOwed, LookupChannel
from netmon_collector.finding.requests import Kind, decode, encode_find

FIND = encode_find([])
NOW = 100.0


class Ends:
    def __init__(self) -> None:
        ours, self.theirs = pair()
        self.channel = LookupChannel(ours)

    def heard(self) -> Kind:
        return decode(self.theirs.recv(1000, socket.MSG_DONTWAIT)).kind

    def owe(self) -> None:
        """Have something asked that is not answered."""
        with pytest.raises(AnswerOwed) as raised:
            self.channel.ask(FIND, NOW)
        assert raised.value.is_asked
        assert self.heard() is Kind.FIND


@pytest.fixture
def ends() -> Generator[Ends]:
    made = Ends()
    yield made
    made.channel.close()
    made.theirs.close()


def test_an_answer_that_is_there_is_given_at_once(ends: Ends) -> None:
    send_answer(ends.theirs, ("first",))
    assert ends.channel.ask(FIND, NOW) == ("first",)
    assert ends.channel.late() is None


def test_one_that_is_late_is_given_when_it_has_come_and_nothing_else_is_asked_before(ends: Ends) -> None:
    ends.owe()
    assert ends.channel.late() is None
    with pytest.raises(AnswerOwed) as raised:
        ends.channel.ask(FIND, NOW)
    assert not raised.value.is_asked
    with pytest.raises(BlockingIOError):
        ends.heard()
    send_answer(ends.theirs, ("late",))
    assert ends.channel.late() == ("late",)
    assert ends.channel.late() is None
    send_answer(ends.theirs, ("next",))
    assert ends.channel.ask(FIND, NOW) == ("next",)


def test_a_sign_of_life_is_asked_for_once_and_its_answer_is_nobodys(ends: Ends) -> None:
    ends.channel.ping(NOW)
    ends.channel.ping(NOW + 1)
    assert ends.heard() is Kind.PING
    with pytest.raises(BlockingIOError):
        ends.heard()
    with pytest.raises(AnswerOwed):
        ends.channel.ask(FIND, NOW)
    send_answer(ends.theirs, ())
    send_answer(ends.theirs, ("answer",))
    assert ends.channel.ask(FIND, NOW) == ("answer",)


def test_after_a_sign_of_life_another_may_be_asked_for(ends: Ends) -> None:
    ends.channel.ping(NOW)
    send_answer(ends.theirs, ())
    ends.channel.ping(NOW + HANGING_SECONDS)
    assert [ends.heard(), ends.heard()] == [Kind.PING] * 2
    assert not ends.channel.is_hanging(NOW + HANGING_SECONDS)


def test_nothing_more_is_asked_while_an_answer_is_owed(ends: Ends) -> None:
    ends.owe()
    ends.channel.ping(NOW)
    with pytest.raises(BlockingIOError):
        ends.heard()


def test_who_owes_an_answer_for_too_long_hangs_unless_it_waits_to_be_taken(ends: Ends) -> None:
    assert not ends.channel.is_hanging(NOW + 1000)
    ends.owe()
    assert not ends.channel.is_hanging(NOW + HANGING_SECONDS - 0.1)
    assert ends.channel.is_hanging(NOW + HANGING_SECONDS)
    send_answer(ends.theirs, ("late",))
    assert not ends.channel.is_hanging(NOW + HANGING_SECONDS)


def test_what_is_told_without_an_answer_is_bounded(ends: Ends) -> None:
    message = FIND + bytes(1000)
    with pytest.raises(BlockingIOError):
        deque((ends.channel.tell(message) for _ in range(10_000)), maxlen=0)
    assert BACKLOG_BYTES < ends.channel.unread_bytes < 2 * BACKLOG_BYTES


def test_the_end_of_the_other_side_is_seen_and_is_an_error(ends: Ends) -> None:
    assert not ends.channel.has_ended
    ends.theirs.close()
    assert ends.channel.has_ended
    with pytest.raises(OSError, match=r"."):
        ends.channel.ask(FIND, NOW)
