"""A server stream for plain iterators: read with patience, where gRPC's own iterator waits for ever."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from netmon_client.calls import Call
from netmon_client.clock import monotonic
from netmon_client.errors import CollectorUnreachable, NetmonError
from netmon_client.feed import FeedItem
from netmon_client.following import Follower, Message
from netmon_client.probe import check_socket
from netmon_client.rpc import Channel, RpcError, explained, malformed, open_channel

MessagesCall = Call[Sequence[Message]]

_READ_AHEAD: Final = 2
"""Answers that wait here. More would let a slow reader grow old ones instead of being sent the newest."""


class _Stream(Protocol):
    """What gRPC gives for a server stream."""

    def __next__(self) -> object: ...

    def cancel(self) -> bool: ...


class _Reader:
    """Reads a stream in a thread of its own, so that its user can stop waiting. Close it when done."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._room = threading.Semaphore(_READ_AHEAD)
        self._is_closed = False
        self._thread = threading.Thread(target=self._read, name="netmon-stream", daemon=True)
        self._thread.start()

    def next(self, timeout_seconds: float) -> Any:  # noqa: ANN401 -- whatever the stream carries
        """Wait for an answer: queue.Empty when none came in time, EOFError at the end, RpcError when it failed."""
        answer = self._answers.get(timeout=timeout_seconds)
        self._room.release()
        if isinstance(answer, EOFError | RpcError):
            raise answer
        return answer

    def cancel(self) -> None:
        """End the stream; whoever waits for an answer gets an RpcError."""
        self._is_closed = True
        self._stream.cancel()
        self._room.release()

    def close(self) -> None:
        """End the stream and its thread."""
        self.cancel()
        self._thread.join()

    def _read(self) -> None:
        while self._room.acquire() and not self._is_closed:
            try:
                answer = next(self._stream)
            except StopIteration:
                self._answers.put(EOFError())
                return
            except RpcError as error:
                self._answers.put(error)
                return
            self._answers.put(answer)


class StreamFollower:
    """Follows a stream over losses of the collector. One iterator a follower; `close` may come from any thread."""

    def __init__(self, socket: str, timeout: float, follower: Follower) -> None:
        self._socket = socket
        self._timeout = timeout
        self._follower = follower
        self._closed = threading.Event()
        self._reader: _Reader | None = None
        self._channel: Channel | None = None

    def close(self) -> None:
        """Have the iterator end, and let go of the socket also where nobody asks it for another item."""
        self._closed.set()
        reader, channel = self._reader, self._channel
        if reader is not None:
            reader.cancel()
        if channel is not None:
            channel.close()

    def items(self, make_call: Callable[[], MessagesCall], note: Callable[[Message], None]) -> Iterator[FeedItem]:
        """Go through connection after connection, each with a call made for it, until closed or an error is final.

        ``note`` sees each message before its items are given.
        """
        while not self._closed.is_set():
            try:
                yield from self._connection(make_call(), note)
            except NetmonError as error:
                if self._closed.is_set():
                    return
                yield from self._follower.failed(error, monotonic())
            self._closed.wait(self._follower.next_retry_seconds())

    def _connection(self, call: MessagesCall, note: Callable[[Message], None]) -> Iterator[FeedItem]:
        """Give the items of one connection, which ends with a `NetmonError`."""
        self._follower.opened()
        check_socket(self._socket)
        with open_channel(self._socket) as channel:
            open_stream = channel.unary_stream(call.path, type(call.request).SerializeToString, call.parse)
            reader = self._reader = _Reader(open_stream(call.request))
            self._channel = channel
            try:
                while not self._closed.is_set():
                    patience = self._follower.patience()
                    start = monotonic()
                    try:
                        messages = self._next(reader, call, patience)
                    except queue.Empty:
                        yield from self._follower.silent(min(monotonic() - start, patience))
                        continue
                    for message in messages:
                        note(message)
                        yield from self._follower.received(message, monotonic())
            finally:
                self._reader = self._channel = None
                reader.close()

    def _next(self, reader: _Reader, call: MessagesCall, patience: float) -> Sequence[Message]:
        try:
            return call.decode(reader.next(patience))
        except EOFError:
            raise CollectorUnreachable(f"the collector at {self._socket} ended the stream") from None
        except RpcError as error:
            raise explained(error, self._socket, self._timeout) from None
        except ValueError as error:
            raise malformed(error) from error
