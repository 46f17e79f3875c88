import asyncio

import pytest

from netmon.serving import Exhausted
from netmon_collector.server.guest_work import AT_ONCE_SECONDS, SHARE, GuestWork


class Time:
    """A clock, and the CPU that was used."""

    def __init__(self) -> None:
        self.now = self.cpu = 0.0

    def work(self) -> GuestWork:
        return GuestWork(lambda: self.now, lambda: self.cpu)


def test_a_user_may_take_so_much_at_once_and_a_share_from_then_on() -> None:
    time = Time()
    work = time.work()
    with work.counted(7):
        time.cpu += AT_ONCE_SECONDS + 1.0
    assert not work.may_begin(7)
    time.now += 0.9 / SHARE
    assert not work.may_begin(7)
    time.now += 0.2 / SHARE
    assert work.may_begin(7)


def test_who_sees_everything_and_other_users_are_not_held() -> None:
    time = Time()
    work = time.work()
    for uid in (7, None):
        with work.counted(uid):
            time.cpu += 100.0
    assert (work.may_begin(7), work.may_begin(8), work.may_begin(None)) == (False, True, True)


def test_what_fails_is_counted_too() -> None:
    time = Time()
    work = time.work()

    def fail() -> None:
        with work.counted(7):
            time.cpu += 1.0
            raise ValueError("odd")

    with pytest.raises(ValueError, match="odd"):
        fail()
    assert not work.may_begin(7)


def test_a_rest_gives_no_more_than_may_be_taken_at_once() -> None:
    time = Time()
    work = time.work()
    with work.counted(7):
        time.cpu += 0.1
    time.now += 1_000.0
    with work.counted(7):
        time.cpu += AT_ONCE_SECONDS + 0.01
    assert not work.may_begin(7)


def test_users_that_rested_are_forgotten() -> None:
    time = Time()
    work = time.work()
    for uid in range(1_000):
        with work.counted(uid):
            time.cpu += 0.001
        time.now += 1.0
    assert len(work._left) < 100


async def test_a_call_waits_for_its_turn_and_one_that_would_wait_for_long_is_refused() -> None:
    cpu = 0.0
    work = GuestWork(asyncio.get_running_loop().time, lambda: cpu)
    with work.counted(7):
        cpu += AT_ONCE_SECONDS + SHARE / 10
    await work.turn(7)
    assert work.may_begin(7)
    with work.counted(7):
        cpu += 6.0 * SHARE
    with pytest.raises(Exhausted, match="more than 20% of a processor") as refused:
        await work.turn(7)
    assert refused.value.reason == "TOO_MUCH_WORK"
    await work.turn(None)


async def test_of_many_that_wait_each_takes_its_turn() -> None:
    cpu, done = 0.0, 0
    work = GuestWork(asyncio.get_running_loop().time, lambda: cpu)

    async def call() -> None:
        nonlocal cpu, done
        await work.turn(7)
        with work.counted(7):
            done += 1
            cpu += AT_ONCE_SECONDS + 6.0 * SHARE

    answers = await asyncio.gather(*(call() for _ in range(8)), return_exceptions=True)
    assert (done, sum(isinstance(answer, Exhausted) for answer in answers)) == (1, 7)
