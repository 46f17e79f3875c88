import asyncio
import threading
from collections.abc import Iterator

import pytest

from netmon.serving import Exhausted, Unavailable
from netmon_recorder.service import Workers
from netmon_recorder.service.workers import _LONG_LIMIT, _OF_ONE_GUEST, _WAITING_LIMIT
from netmon_recorder.store import StorageError, StorageFull
from tests.support.eventually import eventually


async def test_work_is_done_off_the_event_loop() -> None:
    workers = Workers()
    assert await workers.run(threading.get_ident) != threading.get_ident()
    workers.close()


@pytest.mark.parametrize(("error", "expected"), [(StorageFull("full"), Exhausted), (StorageError("bad"), Unavailable)])
async def test_a_storage_that_cannot_is_told_as_such(error: StorageError, expected: type[Exception]) -> None:
    workers = Workers()

    def fail() -> None:
        raise error

    def steps() -> Iterator[int]:
        yield 1
        raise error

    with pytest.raises(expected):
        await workers.run(fail)
    with pytest.raises(expected):
        assert [step async for step in workers.step_through(steps)] == []
    workers.close()


async def test_more_questions_than_may_wait_are_refused_and_the_others_answered() -> None:
    workers, gate = Workers(), threading.Event()
    waiting = [asyncio.create_task(workers.run(lambda: gate.wait(10))) for _ in range(_WAITING_LIMIT)]
    await asyncio.sleep(0)
    with pytest.raises(Exhausted):
        await workers.run(lambda: True)
    gate.set()
    assert all(await asyncio.gather(*waiting))
    assert await workers.run(lambda: True)
    workers.close()


async def test_steps_are_made_as_they_are_asked_for_and_closed_by_who_leaves() -> None:
    workers, made = Workers(), list[int]()

    def steps() -> Iterator[int]:
        try:
            for number in range(10):
                made.append(number)
                yield number
        finally:
            made.append(-1)

    stream = workers.step_through(steps)
    assert [await anext(stream), await anext(stream)] == [0, 1]
    await stream.aclose()
    assert made == [0, 1, -1]
    workers.close()


async def test_who_leaves_in_the_middle_of_a_step_lets_it_end() -> None:
    workers, begun, gate, closed = Workers(), threading.Event(), threading.Event(), threading.Event()

    def steps() -> Iterator[int]:
        try:
            begun.set()
            gate.wait(10)
            yield 1
        finally:
            closed.set()

    stream = workers.step_through(steps)
    reading = asyncio.ensure_future(anext(stream))
    await asyncio.to_thread(begun.wait, 10)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await stream.aclose()
    gate.set()
    assert await asyncio.to_thread(closed.wait, 10)
    workers.close()


@pytest.mark.parametrize("guest", [None, 5])
async def test_readers_who_pause_hold_nothing_that_others_need(guest: int | None) -> None:
    workers = Workers()

    def steps() -> Iterator[int]:
        yield from (1, 2)

    paused = [workers.step_through(steps, guest) for _ in range(10)]
    assert [await anext(stream) for stream in paused] == [1] * 10
    assert [step async for step in workers.step_through(steps)] == [1, 2]
    assert [step async for step in workers.step_through(steps, 6)] == [1, 2]
    assert await workers.run(lambda: True, 6)
    assert [[step async for step in stream] for stream in paused] == [[2]] * 10
    workers.close()


async def test_no_more_steps_run_at_once_than_leave_threads_for_questions() -> None:
    workers, gate, begun = Workers(), threading.Event(), list[int]()

    def steps() -> Iterator[int]:
        begun.append(1)
        gate.wait(10)
        yield 1

    reading = [asyncio.ensure_future(anext(workers.step_through(steps))) for _ in range(_LONG_LIMIT + 3)]
    await eventually(lambda: len(begun) == _LONG_LIMIT, what="the first steps")
    barrier = threading.Barrier(2)  # of four threads two are left
    assert sorted(await asyncio.gather(*[workers.run(lambda: barrier.wait(10)) for _ in range(2)])) == [0, 1]
    assert len(begun) == _LONG_LIMIT
    reading.pop().cancel()  # who leaves while it waits is not waited for
    gate.set()
    assert await asyncio.gather(*reading) == [1] * (_LONG_LIMIT + 2)
    workers.close()


async def test_a_guests_question_waits_for_one_step_of_however_many_exports() -> None:
    workers, gate, begun, order = Workers(), threading.Event(), threading.Event(), list[str]()

    def steps() -> Iterator[int]:
        begun.set()
        gate.wait(10)
        order.append("step")
        yield 1

    reading = [asyncio.ensure_future(anext(workers.step_through(steps, 5))) for _ in range(3)]
    await asyncio.to_thread(begun.wait, 10)
    question = asyncio.ensure_future(workers.run(lambda: order.append("question"), 6))
    await asyncio.sleep(0)
    reading.pop(1).cancel()
    gate.set()
    await asyncio.gather(question, *reading)
    assert order == ["step", "question", "step"]
    workers.close()


async def test_a_guest_never_keeps_those_waiting_who_see_all() -> None:
    workers, gate = Workers(), threading.Event()
    waiting = [asyncio.create_task(workers.run(lambda: gate.wait(10), 5)) for _ in range(_OF_ONE_GUEST)]
    waiting.append(asyncio.create_task(workers.run(lambda: gate.wait(10), 6)))
    await asyncio.sleep(0)
    with pytest.raises(Exhausted, match="9 questions wait already"):
        await workers.run(lambda: True, 5)
    # Of four threads guests have one: three questions at once are answered by the others.
    barrier = threading.Barrier(3)
    together = [workers.run(lambda: barrier.wait(10)) for _ in range(3)]
    assert sorted(await asyncio.gather(*together)) == [0, 1, 2]
    assert not any(task.done() for task in waiting)
    gate.set()
    assert all(await asyncio.gather(*waiting))
    assert await workers.run(lambda: True, 5)
    workers.close()


async def test_a_guest_who_leaves_keeps_the_turn_until_the_work_is_done() -> None:
    workers, gate, begun = Workers(), threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return gate.wait(10)

    first = asyncio.create_task(workers.run(work, 5))
    await asyncio.to_thread(begun.wait, 10)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(workers.run(gate.is_set, 5))
    await workers.run(lambda: True)
    assert not second.done()
    gate.set()
    assert await second
    workers.close()


async def test_a_storage_that_cannot_is_told_to_a_guest_too() -> None:
    workers = Workers()

    def fail() -> None:
        raise StorageFull("full")

    with pytest.raises(Exhausted):
        await workers.run(fail, 5)
    workers.close()
