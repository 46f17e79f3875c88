import asyncio
import threading
from collections.abc import Iterator

import pytest

from netmon.serving import Exhausted, Unavailable
from netmon_recorder.service import Workers
from netmon_recorder.service.workers import _LONG_LIMIT, _WAITING_LIMIT
from netmon_recorder.store import StorageError, StorageFull


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


async def test_no_more_exports_run_at_once_than_leave_threads_for_questions() -> None:
    workers = Workers()
    streams = [workers.step_through(lambda: iter([1, 2])) for _ in range(_LONG_LIMIT)]
    assert [await anext(stream) for stream in streams] == [1] * _LONG_LIMIT
    with pytest.raises(Exhausted):
        await anext(workers.step_through(lambda: iter([1])))
    await streams[0].aclose()
    assert [step async for step in workers.step_through(lambda: iter([1]))] == [1]
    await streams[1].aclose()
    workers.close()
