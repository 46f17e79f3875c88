"""What holds itself is taken away each minute, and what was there before is left alone."""

import gc
from collections.abc import Generator

import pytest

from netmon_collector.garbage import YOUNG_SECONDS, YoungGarbage, collect_seldom


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


def test_calls_leave_nothing_for_longer_than_a_minute(collecting_seldom: None) -> None:
    garbage = YoungGarbage(1_000.0)
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


def test_what_was_there_before_is_left_alone(collecting_seldom: None) -> None:
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == 20_000
