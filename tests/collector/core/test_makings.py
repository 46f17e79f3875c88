"""What was made of objects stays as long as it is asked for."""

import gc
import weakref

from netmon_collector.core.makings import KEPT_TICKS, Makings


class Source:
    pass


def test_the_same_object_gives_the_same_and_an_equal_one_another() -> None:
    makings = Makings[list[int], list[int]](lambda source: [*source, 1])
    one, other = [0], [0]
    assert makings.of(one) == [0, 1]
    assert makings.of(one) is makings.of(one)
    assert makings.of(other) is not makings.of(one)
    assert len(makings) == 2


def test_what_is_asked_for_stays_and_what_is_not_goes() -> None:
    makings = Makings[Source, object](lambda _: object())
    asked, forgotten = Source(), Source()
    is_there = weakref.ref(forgotten)
    first = makings.of(asked)
    makings.of(forgotten)
    del forgotten
    for tick in range(1, 2 * KEPT_TICKS + 1):
        makings.begin_tick(tick)
        assert makings.of(asked) is first
    gc.collect()
    assert is_there() is None
    assert len(makings) == 1


def test_nothing_is_kept_that_nobody_asks_for_any_more() -> None:
    makings = Makings[int, str](str)
    for number in range(1_000):
        makings.of(number)
    for tick in range(1, 2 * KEPT_TICKS + 1):
        makings.begin_tick(tick)
    assert len(makings) == 0
