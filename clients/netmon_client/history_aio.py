"""The client of the recorder for asyncio: the same calls, awaited; the same streams, as async iterators."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Self, TypeVar

from netmon.model import (
    AggregationReport,
    AlertFiring,
    AlertRule,
    AlertTest,
    BrowserDomains,
    BrowserQuery,
    CacheReport,
    CleanupPlan,
    CleanupProgress,
    CleanupSelection,
    EntityPage,
    EntityQuery,
    ExportItem,
    ExportQuery,
    Timeline,
    TimelineQuery,
    UsageAnswer,
    UsageQuery,
)
from netmon_client import history_calls as calls
from netmon_client.asking import AsyncAsking, decoded
from netmon_client.calls import Call
from netmon_client.errors import NetmonError
from netmon_client.firing_position import FiringPosition
from netmon_client.following import Timing
from netmon_client.history_answers import Alerts, HistoryStatus, PutAlert
from netmon_client.history_client import FIRINGS_TIMING, UPKEEP_SECONDS, WHAT_THE_POLICY_SAYS
from netmon_client.peer import RECORDER
from netmon_client.rpc import RpcError, explained
from netmon_client.socket_path import default_recorder_path

_T = TypeVar("_T")


def connect_history_async(socket: str | None = None, *, timeout: float = 5.0) -> "AsyncHistoryClient":
    """Give a client of the recorder, as `connect_history` does, for use within one event loop."""
    return AsyncHistoryClient(socket or default_recorder_path(), timeout=timeout)


class AsyncHistoryClient:
    """A client of one recorder; an async context manager. Methods and errors are those of `HistoryClient`."""

    def __init__(self, socket: str, *, timeout: float = 5.0) -> None:
        self.socket = socket
        self._timeout = timeout
        self._asking = AsyncAsking(socket, timeout, RECORDER)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End all streams and let go of the socket. May be called twice."""
        await self._asking.drop()

    async def usage(self, query: UsageQuery) -> UsageAnswer:
        """Give usage by bucket and group, with what is missing."""
        return await self._ask(calls.query_usage(query))

    async def entities(self, query: EntityQuery) -> EntityPage:
        """Give one page of entities."""
        return await self._ask(calls.list_entities(query))

    async def timeline(self, query: TimelineQuery) -> Timeline:
        """Give when things were active."""
        return await self._ask(calls.get_timeline(query))

    async def browser_domains(self, query: BrowserQuery) -> BrowserDomains:
        """Give browsers, each with its domains."""
        return await self._ask(calls.get_browser_domains(query))

    async def export(self, query: ExportQuery) -> AsyncIterator[ExportItem]:
        """Give a header, batches of rows by time, an end."""
        async for item in self._stream(calls.export_usage(query)):
            if item is not None:
                yield item

    async def aggregate(self) -> AggregationReport:
        """Have the roll-ups held against what they were made of, and mended."""
        return await self._ask(calls.run_aggregation(), UPKEEP_SECONDS)

    async def cleanup_plan(self, selection: CleanupSelection = WHAT_THE_POLICY_SAYS) -> CleanupPlan:
        """Give what `cleanup` would delete."""
        return await self._ask(calls.preview_cleanup(selection))

    def cleanup(self, selection: CleanupSelection = WHAT_THE_POLICY_SAYS) -> AsyncIterator[CleanupProgress]:
        """Delete old rows, and tell how far that is; closing the iterator stops it."""
        return self._stream(calls.cleanup(selection))

    async def refresh_caches(self) -> CacheReport:
        """Have keys and names forgotten that nothing is of any more."""
        return await self._ask(calls.refresh_history_caches(), UPKEEP_SECONDS)

    async def status(self) -> HistoryStatus:
        """Give the state of the recorder and of its storage."""
        return await self._ask(calls.get_storage_status())

    async def put_alert(self, rule: AlertRule) -> PutAlert:
        """Save an alert; one of the same name is replaced."""
        return await self._ask(calls.put_alert(rule))

    async def alerts(self, firing_limit: int = 100) -> Alerts:
        """Give all alerts and the last firings."""
        return await self._ask(calls.list_alerts(firing_limit))

    async def delete_alert(self, name: str) -> AlertRule:
        """Delete an alert and give it. Raises `InvalidRequest` where there is none of that name."""
        return await self._ask(calls.delete_alert(name))

    async def test_alert(
        self, rule: AlertRule, since_time: float | None = None, until_time: float | None = None
    ) -> AlertTest:
        """Give when a rule, saved or not, would have fired in a range (Unix seconds); None: the last 7 days."""
        return await self._ask(calls.test_alert(rule, since_time, until_time), UPKEEP_SECONDS)

    async def firings(
        self, after_sequence: int | None = None, *, reconnect: bool = False, timing: Timing = FIRINGS_TIMING
    ) -> AsyncIterator[AlertFiring | None]:
        """Give firings as they come, as `HistoryClient.firings` does."""
        if not reconnect:
            async with aclosing(self._stream(calls.stream_alerts(after_sequence))) as firings:
                async for firing in firings:
                    yield firing
            return
        position = FiringPosition(after_sequence, timing)
        while True:
            try:
                position.connected((await self.alerts(1)).firings)
                async with aclosing(self._stream(calls.stream_alerts(position.after_sequence))) as firings:
                    async for firing in firings:
                        position.note(firing)
                        yield firing
                raise RECORDER.unreachable(f"the recorder at {self.socket} ended the stream")
            except NetmonError as error:
                seconds = position.failed(error)
            await asyncio.sleep(seconds)

    async def _ask(self, call: Call[_T], within: float | None = None) -> _T:
        return await self._asking.ask(call, within)

    async def _stream(self, call: Call[_T]) -> AsyncGenerator[_T]:
        channel = self._asking.opened()
        open_stream = channel.unary_stream(call.path, type(call.request).SerializeToString, call.parse)
        stream = open_stream(call.request)
        try:
            async for answer in stream:
                yield decoded(call, answer, RECORDER)
        except RpcError as error:
            lost = explained(error, self.socket, self._timeout, RECORDER)
            await self._asking.drop_after(lost, channel)
            raise lost from None
        finally:
            stream.cancel()
