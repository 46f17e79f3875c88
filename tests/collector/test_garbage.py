"""What holds itself is taken away soon, and what was there before is left alone."""

import gc
import tracemalloc
from collections.abc import Generator

import pytest

from netmon_collector.garbage import ALL_SECONDS, ALL_SHARE, YOUNG_SECONDS, GarbageRounds, collect_seldom


class Circle:
    """Holds itself, as what gRPC leaves of a call does."""

    def __init__(self) -> None:
        self.itself = self


def circles() -> int:
    return sum(isinstance(each, Circle) for each in gc.get_objects())


@pytest.fixture
def collecting_seldom() -> Generator[None]:
    before = gc.get_threshold()
    gc.collect()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def test_calls_leave_nothing_for_longer_than_ten_seconds(collecting_seldom: None) -> None:
    garbage = GarbageRounds(1_000.0, lambda: 0.0)
    for _ in range(500):
        Circle()
    assert garbage.look(1_000.0 + YOUNG_SECONDS / 2) is None
    assert circles() == 500
    found = garbage.look(1_000.0 + YOUNG_SECONDS)
    assert found is not None
    assert found >= 500
    assert circles() == 0
    assert garbage.look(1_001.0 + YOUNG_SECONDS) is None
    assert garbage.look(1_000.0 + 2 * YOUNG_SECONDS) is not None


def test_what_was_there_in_one_look_is_looked_at_again_each_minute(collecting_seldom: None) -> None:
    garbage = GarbageRounds(1_000.0, lambda: 0.0)
    lasting = [Circle() for _ in range(50)]
    garbage.look(1_000.0 + YOUNG_SECONDS)
    lasting.clear()
    garbage.look(1_000.0 + 2 * YOUNG_SECONDS)
    assert circles() == 50, "it is old, and nobody looked"
    garbage.look(1_000.0 + ALL_SECONDS)
    assert circles() == 0


def test_a_look_at_everything_that_takes_long_comes_less_often(collecting_seldom: None) -> None:
    spent = iter((0.0, 0.2, 1.0, 1.0))
    garbage = GarbageRounds(1_000.0, lambda: next(spent))
    garbage.look(1_000.0 + ALL_SECONDS)
    assert next(spent) == 1.0, "asked before and after it"
    garbage.look(1_000.0 + 2 * ALL_SECONDS)
    garbage.look(1_000.0 + ALL_SECONDS + 0.2 / ALL_SHARE - 1.0)
    assert next(spent) == 1.0, "not asked since"


def test_freed_tuples_are_let_go_of(collecting_seldom: None) -> None:
    """A tuple made of a generator is freed to where no other one is taken from."""
    garbage = GarbageRounds(1_000.0, lambda: 0.0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(1_500):
            for length in (11, 14, 17):
                tuple(each for each in range(length))
        kept, _ = tracemalloc.get_traced_memory()
        garbage.look(1_000.0 + YOUNG_SECONDS)
        after_young, _ = tracemalloc.get_traced_memory()
        garbage.look(1_000.0 + ALL_SECONDS)
        after_all, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept - before > 100_000
    assert after_young - before > 100_000, "else the look at everything is no use"
    assert after_all - before < 30_000


def test_what_was_there_before_is_left_alone(collecting_seldom: None) -> None:
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == 20_000
