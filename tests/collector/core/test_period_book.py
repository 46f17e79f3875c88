"""Which periods are added up, and which ended last."""

from netmon_collector.core.audiences import Audience
from netmon_collector.core.period_book import PeriodBook
from tests.support.wire import Machine


def nobody(uid: int) -> Audience:
    raise AssertionError(f"nobody asked for what user {uid} sees")


def test_a_period_is_added_up_as_long_as_somebody_wants_it() -> None:
    book = PeriodBook()
    for _ in range(2):
        book.hold(3)
    book.release(3)
    assert list(book.running) == [(3, None)]
    book.release(3)
    assert not book.running


def test_a_period_of_one_tick_is_the_tick_itself() -> None:
    book = PeriodBook()
    book.hold(1)
    assert not book.running


def test_only_the_period_that_ended_with_a_tick_is_given_with_it() -> None:
    book, machine = PeriodBook(), Machine()
    book.hold(2)
    for _ in range(2):
        book.add(machine.tick(), (), (), nobody)
    ended = book.ended_with(2, 2)
    assert ended is not None
    assert ended.seconds == 2.0
    assert book.ended_with(5, 2) is None
    book.add(machine.tick(), (), (), nobody)
    assert book.ended_with(2, 3) is None
    assert not book.finished, "nobody asks for an older one"


def test_who_sees_their_own_alone_has_sums_of_their_own_and_what_they_see_is_asked_for_once() -> None:
    book, machine = PeriodBook(), Machine()
    for every, uid in ((2, None), (2, 1_000), (3, 1_000)):
        book.hold(every, uid)
    asked: list[int] = []

    def audience(uid: int) -> Audience:
        asked.append(uid)
        return machine.monitor._audiences.audience(uid, row_limit=100)

    for _ in range(2):
        book.add(machine.tick(), (), (), audience)
    assert asked == [1_000, 1_000]
    own = book.ended_with(2, 2, 1_000)
    assert own is not None
    assert own.only_uid == 1_000
    assert own is not book.ended_with(2, 2)
    assert book.ended_with(2, 2, 1_001) is None
    book.release(2, 1_000)
    assert list(book.running) == [(2, None), (3, 1_000)]
