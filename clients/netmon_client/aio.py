"""The client of the collector for asyncio: the same calls, awaited; the same streams, as async iterators."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, TypeVar

from netmon.model import Connection, Explanation, Filter, InterfaceLedger, RowOrder, Snapshot, Status, View
from netmon_client import calls
from netmon_client.answers import Bandwidth, MonitoringChange, Refreshed
from netmon_client.asking import AsyncAsking
from netmon_client.calls import Call
from netmon_client.client import DEFAULT_TIMING, EVERYTHING, NO_FILTER
from netmon_client.clock import monotonic
from netmon_client.errors import CollectorUnreachable, NetmonError
from netmon_client.feed import FeedItem
from netmon_client.following import EventPosition, Follower, Message, Timing
from netmon_client.peer import COLLECTOR
from netmon_client.probe import check_socket
from netmon_client.rpc import EOF, RpcError, explained, malformed, open_async_channel
from netmon_client.socket_path import default_socket_path
from netmon_client.sync_stream import MessagesCall

_T = TypeVar("_T")


def connect_async(socket: str | None = None, *, timeout: float = 5.0, timing: Timing = DEFAULT_TIMING) -> "AsyncClient":
    """Give a client of the collector, as `netmon_client.connect` does, for use within one event loop."""
    return AsyncClient(socket or default_socket_path(), timeout=timeout, timing=timing)


class AsyncClient:
    """A client of one collector; an async context manager. Methods, arguments and errors are those of `Client`."""

    def __init__(self, socket: str, *, timeout: float = 5.0, timing: Timing = DEFAULT_TIMING) -> None:
        self.socket = socket
        self._timeout = timeout
        self._timing = timing
        self._asking = AsyncAsking(socket, timeout, COLLECTOR)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the socket. Streams end when their iterator is closed or its task cancelled."""
        await self._asking.drop()

    async def status(self) -> Status:
        """Give the state of the collector, and what the caller may do."""
        return await self._ask(calls.get_status())

    async def snapshot(self, view: View = EVERYTHING) -> Snapshot:
        """Give the newest snapshot."""
        return await self._ask(calls.get_snapshot(view))

    async def connections(
        self,
        filter: Filter = NO_FILTER,  # noqa: A002 -- the word of the contract
        order: RowOrder = RowOrder.UNSPECIFIED,
        closed_within_seconds: float = 0.0,
        *,
        redacted: bool = False,
    ) -> AsyncIterator[Connection]:
        """Give all connections of one moment, and those that ended within the last seconds (at most 60)."""
        token = ""
        while True:
            call = calls.list_connections(filter, order, closed_within_seconds, token, redacted=redacted)
            page = await self._ask(call)
            for connection in page.connections:
                yield connection
            token = page.next_page_token
            if not token:
                return

    async def bandwidth(self, window_seconds: float | None = None) -> Bandwidth:
        """Give the samples of the last seconds; None: all that is held, 15 minutes at the most."""
        return await self._ask(calls.get_bandwidth(window_seconds))

    async def explain(self, connection_id: str) -> Explanation:
        """Say how the owner of a connection was found, as `Client.explain` does."""
        return await self._ask(calls.explain_connection(connection_id))

    async def ledger(self) -> tuple[InterfaceLedger, ...]:
        """Give what the system counts on each interface, held against what was captured, as of the newest tick."""
        return await self._ask(calls.get_ledger())

    async def start(self) -> MonitoringChange:
        """Begin to capture again, for everybody on the machine."""
        return await self._ask(calls.start_monitoring())

    async def stop(self) -> MonitoringChange:
        """Stop the capture for everybody on the machine."""
        return await self._ask(calls.stop_monitoring())

    async def clear(self) -> float:
        """Move the baseline of all sums to now and give that time in Unix seconds; counters stay monotone."""
        return await self._ask(calls.clear_statistics())

    async def refresh(self) -> Refreshed:
        """Have the collector look at interfaces, addresses, sockets and processes anew."""
        return await self._ask(calls.refresh_caches())

    def snapshots(
        self,
        view: View = EVERYTHING,
        interval_seconds: float | None = None,
        *,
        reconnect: bool = True,
        wait: bool = False,
    ) -> AsyncIterator[FeedItem]:
        """Give a hello, the newest snapshot, then one an interval, as `Client.snapshots` does."""
        call = calls.stream_snapshots(view, interval_seconds)
        follower = Follower(self.socket, self._timing, self._timeout, reconnect=reconnect, wait=wait)
        return self._follow(follower, lambda: call, lambda _: None)

    def events(
        self,
        filter: Filter = NO_FILTER,  # noqa: A002 -- the word of the contract
        *,
        after_sequence: int | None = None,
        instance_id: str = "",
        redacted: bool = False,
        reconnect: bool = True,
        wait: bool = False,
    ) -> AsyncIterator[FeedItem]:
        """Give a hello, then each event, as `Client.events` does."""
        position = EventPosition(after_sequence, instance_id)
        follower = Follower(self.socket, self._timing, self._timeout, reconnect=reconnect, wait=wait)
        return self._follow(
            follower,
            lambda: calls.stream_events(filter, position.after_sequence, position.instance_id, redacted=redacted),
            position.note,
        )

    async def _ask(self, call: Call[_T]) -> _T:
        return await self._asking.ask(call)

    async def _follow(
        self, follower: Follower, make_call: Callable[[], MessagesCall], note: Callable[[Message], None]
    ) -> AsyncIterator[FeedItem]:
        """Go through connection after connection until an error is final."""
        while True:
            try:
                async with aclosing(self._connection(follower, make_call(), note)) as items:
                    async for item in items:
                        yield item
            except NetmonError as error:
                for item in follower.failed(error, monotonic()):
                    yield item
            await asyncio.sleep(follower.next_retry_seconds())

    async def _connection(
        self, follower: Follower, call: MessagesCall, note: Callable[[Message], None]
    ) -> AsyncGenerator[FeedItem, None]:
        """Give the items of one connection, which ends with a `NetmonError`."""
        follower.opened()
        check_socket(self.socket)
        async with open_async_channel(self.socket) as channel:
            open_stream = channel.unary_stream(call.path, type(call.request).SerializeToString, call.parse)
            stream = open_stream(call.request)
            reading = asyncio.ensure_future(stream.read())
            try:
                while True:
                    patience = follower.patience()
                    start = monotonic()
                    # Not wait_for: it would cancel the read, and with it the call.
                    done, _ = await asyncio.wait((reading,), timeout=patience)
                    if not done:
                        for item in follower.silent(min(monotonic() - start, patience)):
                            yield item
                        continue
                    messages = self._read(reading, call)
                    reading = asyncio.ensure_future(stream.read())
                    for message in messages:
                        note(message)
                        for item in follower.received(message, monotonic()):
                            yield item
            finally:
                stream.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _read(self, reading: asyncio.Future[Any], call: MessagesCall) -> Sequence[Message]:
        try:
            answer = reading.result()
            if answer is EOF:
                raise CollectorUnreachable(f"the collector at {self.socket} ended the stream")
            return call.decode(answer)
        except RpcError as error:
            raise explained(error, self.socket, self._timeout) from None
        except asyncio.CancelledError:
            raise CollectorUnreachable(f"lost the collector at {self.socket}") from None
        except ValueError as error:
            raise malformed(error) from error
