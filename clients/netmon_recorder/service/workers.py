"""The storage blocks: its work is done on a few threads of its own, so that the event loop never waits."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from netmon.serving import Exhausted, ServiceError, Unavailable
from netmon_recorder.store import StorageError, StorageFull

_WORKERS: Final = 4
_WAITING_LIMIT: Final = 64
"""Questions that wait for a thread at the most: each takes under 0.2 s, so who comes later would wait for long."""

_LONG_LIMIT: Final = 2
"""Steps of exports and cleanups at once: the other threads are for short questions."""

_GUESTS_WAITING_LIMIT: Final = 32
_OF_ONE_GUEST: Final = 8
"""Questions of all those who see their own part alone, and of one of them. They are answered one after the other, on
one thread at a time: what they ask never keeps the others waiting."""

_GUESTS_LONG_LIMIT: Final = 1
"""Steps of theirs that have a turn or wait for one: however many exports they have, a question waits for one step."""

_T = TypeVar("_T")


class Workers:
    """A bounded number of threads, and of those who wait for one."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="history")
        self._waiting = 0
        self._steps = {False: asyncio.Semaphore(_LONG_LIMIT), True: asyncio.Semaphore(_GUESTS_LONG_LIMIT)}
        """For steps of exports and cleanups: of those who see all, and of guests."""
        self._guests: Counter[int] = Counter()
        self._guests_turn = asyncio.Semaphore(1)

    def close(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def run(self, work: Callable[[], _T], guest: int | None = None) -> _T:
        """Do it on a thread. ``Exhausted`` where too many wait, ``Unavailable`` where the storage cannot.

        ``guest``: number of a user who sees their own part alone.
        """
        if guest is not None:
            return await self._run_for(guest, work)
        if self._waiting >= _WAITING_LIMIT:
            raise Exhausted("TOO_MANY_QUESTIONS", f"{_WAITING_LIMIT} questions wait already")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except StorageError as error:
            raise _told(error) from error
        finally:
            self._waiting -= 1

    async def step_through(self, begin: Callable[[], Iterator[_T]], guest: int | None = None) -> AsyncGenerator[_T]:
        """Give what an iterator gives, each item made on a thread. Nothing is made ahead of its reader.

        Between two items it holds nothing here: a reader may take its time. ``guest`` as for `run`.
        """
        iterator = await self.run(begin, guest)
        step: asyncio.Future[tuple[_T, ...]] | None = None
        try:
            while True:
                step = await self._step(partial(_next, iterator), is_guest=guest is not None)
                try:
                    item = await asyncio.shield(step)
                except StorageError as error:
                    raise _told(error) from error
                if not item:
                    return
                yield item[0]
        finally:
            if step is not None and not step.done():
                # The reader has gone in the middle of a step, which cannot be broken off.
                step.add_done_callback(lambda _: _close(iterator))
            else:
                _close(iterator)

    async def _run_for(self, guest: int, work: Callable[[], _T]) -> _T:
        if self._guests[guest] >= _OF_ONE_GUEST or self._guests.total() >= _GUESTS_WAITING_LIMIT:
            raise Exhausted("TOO_MANY_QUESTIONS", f"{self._guests.total()} questions wait already")
        self._guests[guest] += 1
        try:
            return await asyncio.shield(await self._begun(work, is_guest=True))
        except StorageError as error:
            raise _told(error) from error
        finally:
            self._guests[guest] -= 1
            if not self._guests[guest]:
                del self._guests[guest]

    async def _step(self, work: Callable[[], _T], *, is_guest: bool) -> asyncio.Future[_T]:
        """Give a step that a thread has begun, or will, when it is its turn among others; it ends when it is done."""
        turn = self._steps[is_guest]
        await turn.acquire()
        try:
            begun = await self._begun(work, is_guest=is_guest)
        except BaseException:  # closed, or the reader has gone
            turn.release()
            raise
        begun.add_done_callback(lambda _: turn.release())
        return begun

    async def _begun(self, work: Callable[[], _T], *, is_guest: bool) -> asyncio.Future[_T]:
        """Give work that a thread has begun, or will; a guest's when it is its turn, which ends when it is done."""
        loop = asyncio.get_running_loop()
        if not is_guest:
            return loop.run_in_executor(self._pool, work)
        await self._guests_turn.acquire()
        try:
            begun = loop.run_in_executor(self._pool, work)
        except RuntimeError:  # closed
            self._guests_turn.release()
            raise
        begun.add_done_callback(self._end_turn)
        return begun

    def _end_turn(self, done: "asyncio.Future[_T]") -> None:
        self._guests_turn.release()
        if not done.cancelled():
            done.exception()  # nobody may be left to hear of it


def _next(iterator: Iterator[_T]) -> tuple[_T, ...]:
    for item in iterator:
        return (item,)
    return ()


def _close(iterator: object) -> None:
    close = getattr(iterator, "close", None)
    if close is not None:
        close()


def _told(error: StorageError) -> ServiceError:
    if isinstance(error, StorageFull):
        return Exhausted("STORAGE_FULL", str(error))
    return Unavailable("STORAGE_FAILED", str(error))
