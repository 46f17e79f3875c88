"""One thread for questions to the system that may never be answered."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Generic, TypeVar

__all__ = ["Asker"]

Answer = TypeVar("Answer")


class Asker(Generic[Answer]):
    """Asks one question at a time, in a thread that no process waits for when it ends.

    An executor of `concurrent.futures` is joined at the end of the interpreter: a question that hangs would keep the
    service from stopping.
    """

    def __init__(self, name: str) -> None:
        """``name`` is the thread's; it starts with the first question."""
        self._name = name
        self._questions: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, question: Callable[[], Answer]) -> "asyncio.Future[Answer]":
        """Give the answer to come, or the exception that the question ends with."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._questions.put(lambda: _answer(question, loop, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return future

    def _run(self) -> None:
        while True:
            self._questions.get()()


def _answer(question: Callable[[], Answer], loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Answer]") -> None:
    try:
        tell = partial(future.set_result, question())
    except Exception as error:  # noqa: BLE001 -- it is who asked that is told
        tell = partial(future.set_exception, error)
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(lambda: None if future.done() else tell())
