"""A server stream that is opened and read in a thread of its own, so that its user can stop waiting at any moment."""

import queue
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from netmon_client.rpc import RpcError

__all__ = ["StreamReader"]

_READ_AHEAD: Final = 2
"""Answers that wait here. More would let a slow reader grow old ones instead of being sent the newest."""


class Stream(Protocol):
    """What gRPC gives for a server stream."""

    def __next__(self) -> object: ...

    def cancel(self) -> bool: ...


class StreamReader:
    """Opens and reads a stream once it is started. Close it when done, also where `start` did not return.

    A signal's handler that raises while gRPC opens a call leaves half a call, for whose end the channel waits for ever
    when it is closed. Handlers run in the main thread alone, so no call is opened there.
    """

    def __init__(self, open_stream: Callable[[], Stream]) -> None:
        self._open = open_stream
        self._stream: Stream | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._room = threading.Semaphore(_READ_AHEAD)
        self._is_closed = False
        self._thread = threading.Thread(target=self._read, name="netmon-stream", daemon=True)

    def start(self) -> None:
        """Open the stream and begin to read."""
        self._thread.start()

    def next(self, timeout_seconds: float | None = None) -> Any:  # noqa: ANN401 -- whatever the stream carries
        """Wait for an answer: queue.Empty when none came in time, EOFError at the end, RpcError when it failed."""
        answer = self._answers.get(timeout=timeout_seconds)
        self._room.release()
        if isinstance(answer, EOFError | RpcError):
            raise answer
        return answer

    def cancel(self) -> None:
        """End the stream; whoever waits for an answer gets an RpcError or EOFError."""
        self._is_closed = True
        stream = self._stream
        if stream is not None:
            stream.cancel()
        self._room.release()

    def close(self) -> None:
        """End the stream and its thread."""
        self.cancel()
        # One that has not begun to run yet finds that it is closed, and opens nothing.
        if self._thread.is_alive():
            self._thread.join()

    def _read(self) -> None:
        self._answers.put(self._read_on())

    def _read_on(self) -> EOFError | RpcError:
        """Read until the end, and give what it was."""
        if self._is_closed:
            return EOFError()
        try:
            self._stream = stream = self._open()
        except ValueError:  # somebody has closed the channel
            return EOFError()
        if self._is_closed:
            stream.cancel()
        while self._room.acquire() and not self._is_closed:
            try:
                answer = next(stream)
            except StopIteration:
                break
            except RpcError as error:
                return error
            self._answers.put(answer)
        return EOFError()
