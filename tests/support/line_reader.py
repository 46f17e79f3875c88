"""Lines of a program's output as they come, without blocking whoever asks for them."""

import os
import queue
import threading
from collections.abc import Callable
from typing import IO


class LineReader:
    """Reads a pipe to its end in a thread of its own and hands each line to ``take``.

    By a descriptor of its own: whoever gave the pipe may close it, or read what is left, at any line of this thread.
    """

    def __init__(self, pipe: IO[str], take: Callable[[str], object]) -> None:
        self._pipe = os.fdopen(os.dup(pipe.fileno()))
        self._take = take
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for_end(self, seconds: float) -> bool:
        """Give whether the pipe ended within ``seconds``."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _read(self) -> None:
        with self._pipe:
            for line in self._pipe:
                self._take(line)


class LineQueue:
    """A pipe whose lines are taken one by one, each with a deadline."""

    def __init__(self, pipe: IO[str]) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = LineReader(pipe, self._lines.put)

    def next(self, seconds: float) -> str:
        """Give the next line; ``AssertionError`` where none comes within ``seconds``."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no further line within {seconds:g} s") from None
