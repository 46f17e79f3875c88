"""The storage blocks: its work is done on a few threads of its own, so that the event loop never waits."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from netmon.serving import Exhausted, ServiceError, Unavailable
from netmon_recorder.store import StorageError, StorageFull

_WORKERS: Final = 4
_WAITING_LIMIT: Final = 64
"""Questions that wait for a thread at the most: each takes under 0.2 s, so who comes later would wait for long."""

_LONG_LIMIT: Final = 2
"""Exports and cleanups at once: each has a thread for the time of a step, and the rest is for short questions."""

_T = TypeVar("_T")


class Workers:
    """A bounded number of threads, and of those who wait for one."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="history")
        self._waiting = 0
        self._long = 0

    def close(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do it on a thread. ``Exhausted`` where too many wait, ``Unavailable`` where the storage cannot."""
        if self._waiting >= _WAITING_LIMIT:
            raise Exhausted("TOO_MANY_QUESTIONS", f"{_WAITING_LIMIT} questions wait already")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except StorageError as error:
            raise _told(error) from error
        finally:
            self._waiting -= 1

    async def step_through(self, begin: Callable[[], Iterator[_T]]) -> AsyncGenerator[_T]:
        """Give what an iterator gives, each item made on a thread. Nothing is made ahead of its reader."""
        if self._long >= _LONG_LIMIT:
            raise Exhausted("TOO_MANY_EXPORTS", f"{_LONG_LIMIT} exports and cleanups run already")
        self._long += 1
        loop = asyncio.get_running_loop()
        iterator: Iterator[_T] | None = None
        step: asyncio.Future[tuple[_T, ...]] | None = None
        try:
            iterator = await self.run(begin)
            while True:
                step = loop.run_in_executor(self._pool, _next, iterator)
                try:
                    item = await asyncio.shield(step)
                except StorageError as error:
                    raise _told(error) from error
                if not item:
                    return
                yield item[0]
        finally:
            self._long -= 1
            if step is not None and not step.done():
                # The reader has gone in the middle of a step, which cannot be broken off.
                step.add_done_callback(lambda _: _close(iterator))
            else:
                _close(iterator)


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
