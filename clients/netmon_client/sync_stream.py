"""A server stream for plain iterators: read with patience, where gRPC's own iterator waits for ever."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from netmon_client.calls import Call
from netmon_client.clock import monotonic
from netmon_client.errors import CollectorUnreachable, NetmonError
from netmon_client.feed import FeedItem
from netmon_client.following import Follower, Message
from netmon_client.probe import check_socket
from netmon_client.rpc import Channel, RpcError, explained, malformed, open_channel
from netmon_client.stream_reader import StreamReader

MessagesCall = Call[Sequence[Message]]


class StreamFollower:
    """Follows a stream over losses of the collector. One iterator a follower; `close` may come from any thread."""

    def __init__(self, socket: str, timeout: float, follower: Follower) -> None:
        self._socket = socket
        self._timeout = timeout
        self._follower = follower
        self._closed = threading.Event()
        self._reader: StreamReader | None = None
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
            reader = self._reader = StreamReader(lambda: open_stream(call.request))
            self._channel = channel
            try:
                reader.start()
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

    def _next(self, reader: StreamReader, call: MessagesCall, patience: float) -> Sequence[Message]:
        try:
            return call.decode(reader.next(patience))
        except EOFError:
            raise CollectorUnreachable(f"the collector at {self._socket} ended the stream") from None
        except RpcError as error:
            raise explained(error, self._socket, self._timeout) from None
        except ValueError as error:
            raise malformed(error) from error
