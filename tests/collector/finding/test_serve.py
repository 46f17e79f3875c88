import errno
import os
import socket
import struct
import threading
from collections.abc import Generator, Sequence

import pytest

from netmon_collector import clock
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.questions import Question
from netmon_collector.finding.answers import ListingReader, read_foreign
from netmon_collector.finding.channel import pair, receive_answer
from netmon_collector.finding.requests import encode_find, encode_foreign, encode_listing, encode_ping, encode_see
from netmon_collector.finding.serve import Listings, Lookups
from netmon_collector.host.listers import FinderChoice
from netmon_collector.host.ports import Answers
from tests.support.told_owners_process import KEY, ToldFinder, ToldForeign, ToldLister

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Generator[Ends]:
    here, there = pair()
    with here, there:
        yield here, there


def run(work: Lookups | Listings, raised: list[BaseException]) -> threading.Thread:
    def to_the_end() -> None:
        try:
            work.run()
        except Exception as error:  # noqa: BLE001 - what it is, the test says
            raised.append(error)

    thread = threading.Thread(target=to_the_end)
    thread.start()
    return thread


def test_where_nobody_looks_up_every_question_has_an_empty_answer(ends: Ends) -> None:
    raised: list[BaseException] = []
    thread = run(Lookups(FinderChoice(None), ends[1], ends[1]), raised)
    ends[0].send(encode_find([Question("0", KEY, 1.0)]))
    assert receive_answer(ends[0])[:4] == (False, [], [], None)
    ends[0].close()
    thread.join(30)
    assert [type(error).__name__ for error in raised] == ["_MainEnded"]


def test_a_sign_of_life_is_given_also_where_nobody_looks_up(ends: Ends) -> None:
    raised: list[BaseException] = []
    thread = run(Lookups(FinderChoice(None), ends[1], ends[1]), raised)
    ends[0].send(encode_ping())
    assert receive_answer(ends[0]) == ()
    ends[0].close()
    thread.join(30)


@pytest.mark.parametrize("message", [b"x", struct.pack("=B", 99) * 20, encode_listing(is_fresh=False)])
def test_what_nobody_asks_for_ends_the_work(ends: Ends, message: bytes) -> None:
    raised: list[BaseException] = []
    thread = run(Lookups(FinderChoice(ToldFinder()), ends[1], ends[1]), raised)
    ends[0].send(message)
    thread.join(30)
    assert [type(error) for error in raised] == [ValueError]


def test_a_lookup_is_no_listing(ends: Ends) -> None:
    raised: list[BaseException] = []
    thread = run(Listings(ToldLister(), ToldForeign(), ends[1], lambda: None), raised)
    ends[0].send(encode_listing(is_fresh=False))
    assert receive_answer(ends[0])[0][0] == "listed"
    ends[0].send(encode_find([]))
    thread.join(30)
    assert [type(error) for error in raised] == [ValueError]


@pytest.mark.parametrize("error", [RuntimeError, ValueError, UnicodeDecodeError("utf-8", b"", 0, 1, "odd")])
def test_a_listing_that_cannot_be_read_is_refused_and_the_next_one_answered(
    ends: Ends, error: type[Exception] | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[BaseException] = []
    ends[0].settimeout(30)
    lister = ToldLister()
    thread = run(Listings(lister, ToldForeign(), ends[1], lambda: None), raised)

    def refuse(now_wall: float) -> None:
        raise error

    with monkeypatch.context() as odd:
        odd.setattr(lister, "list_sockets", refuse)
        ends[0].send(encode_listing(is_fresh=False))
        name = error.__name__ if isinstance(error, type) else type(error).__name__
        assert receive_answer(ends[0])[0] == ("refused", errno.EIO, name)
    ends[0].send(encode_listing(is_fresh=False))
    assert receive_answer(ends[0])[0][0] == "listed"
    ends[0].close()
    thread.join(30)


class _Timed(ToldFinder):
    """Keeps the times at which it was asked and told."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[tuple[float, float]] = []

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        self.times.append((now, now_wall))
        return super().find(questions, now, now_wall)

    def see(self, packets: Sequence[FirstPacket], now: float, now_wall: float) -> None:
        self.times.append((now, now_wall))
        super().see(packets, now, now_wall)


def test_what_lay_unread_is_done_at_the_time_at_which_it_is_read(ends: Ends) -> None:
    """Starts of processes are told by how long they have been there: an earlier time would make them begin earlier."""
    finder, raised = _Timed(), list[BaseException]()
    for request in (encode_see([FirstPacket(KEY, 1.0)]), encode_find([])):
        ends[0].send(request)
    now, now_wall = clock.both()
    thread = run(Lookups(FinderChoice(finder), ends[1], ends[1]), raised)
    receive_answer(ends[0])
    ends[0].close()
    thread.join(30)
    assert len(finder.times) == 2
    assert all(at >= now and at_wall >= now_wall for at, at_wall in finder.times)


def test_a_listing_that_was_asked_for_earlier_begins_when_it_is_read(ends: Ends) -> None:
    raised: list[BaseException] = []
    for request in (encode_listing(is_fresh=False), encode_foreign([bytes(4)])):
        ends[0].send(request)
    now_wall = clock.wall_time()
    thread = run(Listings(ToldLister(), ToldForeign(), ends[1], lambda: None), raised)
    listing, _ = ListingReader().read(receive_answer(ends[0])[0][1:])
    foreign = read_foreign(receive_answer(ends[0])[0][1:])
    ends[0].close()
    thread.join(30)
    assert now_wall <= listing.scan.start_time <= foreign.scan.start_time


class _Later(ToldFinder):
    """Hears of one process; nothing tells of what comes after it."""

    later_seconds = 0.01

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[float] = []
        self.again = threading.Event()

    def hear(self, now: float, now_wall: float) -> int:
        self.heard.append(now)
        if len(self.heard) == 3:
            self.again.set()
        return len(self.heard) < 3


def test_who_may_hear_of_more_that_nothing_tells_of_is_asked_again_until_there_is_nothing(ends: Ends) -> None:
    raised: list[BaseException] = []
    news, told = pair()
    finder = _Later()
    with news, told:
        thread = run(Lookups(FinderChoice(finder), ends[1], told), raised)
        ends[0].send(encode_find([]))
        receive_answer(ends[0])
        assert finder.again.wait(30)
        ends[0].send(encode_ping())
        assert receive_answer(ends[0]) == ()
        ends[0].close()
        thread.join(30)
    assert len(finder.heard) == 3
    assert all(later - before >= 0.01 for before, later in zip(finder.heard, finder.heard[1:], strict=False))


class _Once(_Later):
    """Hears of one process at first."""

    later_seconds = 0.3

    def hear(self, now: float, now_wall: float) -> int:
        super().hear(now, now_wall)
        return len(self.heard) == 1


def test_a_question_meanwhile_does_not_keep_it_from_hearing_again(ends: Ends) -> None:
    raised: list[BaseException] = []
    news, told = pair()
    finder = _Once()
    with news, told:
        thread = run(Lookups(FinderChoice(finder), ends[1], told), raised)
        for _ in range(2):
            ends[0].send(encode_find([]))
            receive_answer(ends[0])
        assert finder.again.wait(30)
        ends[0].close()
        thread.join(30)
    assert finder.heard[2] - finder.heard[0] >= 0.3


class _Resting(ToldFinder):
    """Somebody always has something to tell, which can wait."""

    later_seconds = rest_seconds = 0.02

    def __init__(self, wake: int) -> None:
        super().__init__(wake)
        self.heard: list[float] = []
        self.enough = threading.Event()

    def hear(self, now: float, now_wall: float) -> int:
        self.heard.append(now)
        if len(self.heard) == 5:
            self.enough.set()
        return 1


def test_whoever_can_wait_is_not_woken_again_while_it_rests(ends: Ends) -> None:
    raised: list[BaseException] = []
    news, told = pair()
    wake = os.eventfd(1)
    finder = _Resting(wake)
    with news, told:
        thread = run(Lookups(FinderChoice(finder), ends[1], told), raised)
        assert finder.enough.wait(30)
        ends[0].send(encode_ping())  # what is asked is answered meanwhile
        assert receive_answer(ends[0]) == ()
        ends[0].close()
        thread.join(30)
    os.close(wake)
    assert all(later - before >= 0.02 for before, later in zip(finder.heard, finder.heard[1:], strict=False))
