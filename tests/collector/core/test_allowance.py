from netmon_collector.core.allowance import Allowance


def test_one_seconds_worth_passes_at_once_and_the_rest_is_counted() -> None:
    allowance = Allowance(10)
    assert allowance.take(8, now=5.0) == 8
    assert allowance.take(8, now=5.0) == 2
    assert allowance.refused_count == 6


def test_it_comes_back_with_time_and_never_beyond_one_second() -> None:
    allowance = Allowance(10)
    allowance.take(10, now=5.0)
    assert allowance.take(10, now=5.5) == 5
    assert allowance.take(100, now=500.0) == 10


def test_a_clock_that_steps_back_gives_nothing() -> None:
    allowance = Allowance(10)
    allowance.take(10, now=5.0)
    assert allowance.take(1, now=4.0) == 0


def test_without_a_limit_everything_passes() -> None:
    allowance = Allowance(float("inf"))
    assert allowance.take(1_000_000, now=0.0) == 1_000_000
    assert allowance.take(1_000_000, now=1.0) == 1_000_000
    assert allowance.refused_count == 0


def test_less_may_be_done_at_once_than_in_a_second() -> None:
    allowance = Allowance(100, at_once=25)
    assert allowance.take(40, 0.0) == 25
    assert allowance.take(40, 0.1) == 10
    assert allowance.take(40, 60.0) == 25


def test_all_or_nothing_takes_nothing_where_not_all_may_be_done() -> None:
    allowance = Allowance(10)
    assert allowance.take_all(8, now=5.0)
    assert not any(allowance.take_all(8, now=5.0 + 0.1 * turn) for turn in range(1, 6))
    assert allowance.refused_count == 40
    assert allowance.take_all(8, now=5.75)
    assert allowance.take(8, now=5.75) == 1
