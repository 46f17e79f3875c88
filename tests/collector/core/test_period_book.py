"""Which periods are added up, and which ended last."""

from netmon_collector.core.period_book import PeriodBook
from tests.support.wire import Machine


def test_a_period_is_added_up_as_long_as_somebody_wants_it() -> None:
    book = PeriodBook()
    for _ in range(2):
        book.hold(3)
    book.release(3)
    assert list(book.running) == [3]
    book.release(3)
    assert not book.running


def test_a_period_of_one_tick_is_the_tick_itself() -> None:
    book = PeriodBook()
    book.hold(1)
    assert not book.running


def test_only_the_period_that_ended_with_a_tick_is_given_with_it() -> None:
    book, machine = PeriodBook(), Machine()
    book.hold(2)
    for _ in range(3):
        book.add(machine.tick(), (), ())
    ended = book.ended_with(2, 2)
    assert ended is not None
    assert ended.seconds == 2.0
    assert book.ended_with(2, 3) is None
    assert book.ended_with(5, 2) is None
