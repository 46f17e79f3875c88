"""The loops of the recorder: one follows the stream, one writes a batch each minute, and before history is asked."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, Protocol, cast

from netmon.model import Degradation, Section, Snapshot, Status, View
from netmon_client import NetmonError
from netmon_client.feed import Disconnected, FeedItem, Hello
from netmon_recorder.recording.recording import Recording, RecordingPosition
from netmon_recorder.store import StorageError, UsageBatch, UsageWriter

VIEW: Final = View(sections=frozenset({Section.CONNECTIONS}))
"""Connections, and the sums by scope that every snapshot has: the rest is made of them."""

INTERVAL_SECONDS: Final = 1.0
BATCH_SECONDS: Final = 60.0
_SETTLING_SECONDS: Final = 1.5
"""After the minute, so that its last snapshot has come."""

_WRITE_AGAIN_SECONDS: Final = 5.0
"""After a batch that was not kept: a disk that was freed is found soon, and looking costs one question to it."""

FRESH_SECONDS: Final = 2.0
"""What was written so long ago is fresh enough for a question: asking all the time writes no oftener than this."""

_PATIENCE_SECONDS: Final = 0.5
"""How long a question waits for what has come to be written; a storage that is slower answers with what it has."""

_RETRY_SECONDS: Final = 10.0
"""After an error that the SDK does not try again: a collector that is newer, or closed to this user."""

log = logging.getLogger(__name__)


class Collector(Protocol):
    """What is asked of the collector; `netmon_client.AsyncClient` is one."""

    async def status(self) -> Status:
        """Give its state."""
        ...

    def snapshots(
        self, view: View, interval_seconds: float | None, *, reconnect: bool, wait: bool
    ) -> AsyncIterator[FeedItem]:
        """Give its stream."""
        ...


class Recorder:
    """Feeds a recording and writes its batches.

    ``after_batch`` is awaited after each one that was kept, ``after_try`` after each one.
    """

    def __init__(
        self,
        *,
        collector: Collector,
        writer: UsageWriter,
        recording: Recording,
        wall_time: Callable[[], float],
        after_batch: Callable[[float], Awaitable[None]],
        after_try: Callable[[], Awaitable[None]],
    ) -> None:
        self._collector = collector
        self._writer = writer
        self._recording = recording
        self._wall_time = wall_time
        self._after_batch = after_batch
        self._after_try = after_try
        self._writing = asyncio.Lock()
        self._met = asyncio.Event()
        self._kept_until = wall_time()
        self._is_failing = False
        self._is_over = False
        self._catching_up: asyncio.Future[bool] | None = None
        self._refusal: NetmonError | None = None

    @property
    def position(self) -> RecordingPosition:
        """Whether it records."""
        return self._recording.position

    def degraded(self) -> tuple[Degradation, ...]:
        """Give what works less well than it could."""
        if self._refusal is None:
            return ()
        remedy = self._refusal.remedy
        return (Degradation(code="recorder.refused", text=f"no stream: {self._refusal.what}", remedy=remedy),)

    async def follow(self) -> None:
        """Follow the collector for ever, through its absence and its restarts."""
        while True:
            try:
                await self._follow()
            except NetmonError as error:
                # An SDK's text may name a socket's path, never a host or a domain.
                if self._refusal is None:
                    log.warning("no stream from the collector: %s", error)
                self._refusal = error
                self._recording.take(Disconnected(reason=error.what, retry_seconds=_RETRY_SECONDS), self._wall_time())
            await asyncio.sleep(_RETRY_SECONDS)

    async def keep(self) -> None:
        """Write a batch after each minute, for ever."""
        while True:
            if self._is_failing:
                await asyncio.sleep(_WRITE_AGAIN_SECONDS)
            else:
                await self._is_due_within(BATCH_SECONDS - (self._wall_time() - _SETTLING_SECONDS) % BATCH_SECONDS)
            is_kept = await self.write()
            await self._after_try()
            if is_kept:
                await self._after_batch(self._wall_time())

    async def _is_due_within(self, seconds: float) -> None:
        """Wait so long, or less where a collector was met: from the first batch on a kill loses nothing of it."""
        try:
            async with asyncio.timeout(seconds):
                await self._met.wait()
        except TimeoutError:
            return
        self._met.clear()

    async def catch_up(self, until_time: float | None) -> None:
        """Write what has come, so that a question for the time until then (None: now) is not answered with zeros."""
        if self._catching_up is None or self._catching_up.done():
            is_kept = until_time is not None and until_time <= self._kept_until
            if is_kept or self._is_over or self._is_failing:
                return
            if 0 <= self._wall_time() - self._kept_until < FRESH_SECONDS:
                return
            self._catching_up = asyncio.ensure_future(self.write())
        await asyncio.wait((self._catching_up,), timeout=_PATIENCE_SECONDS)

    async def finish(self) -> None:
        """Write the last batch; no question writes one after it."""
        self._is_over = True
        if self._catching_up is not None:
            await asyncio.wait((self._catching_up,))
        await self.write()

    async def write(self) -> bool:
        """Write what has come; give whether it is kept. What is not stays, and is tried with the next."""
        async with self._writing:
            batch = self._recording.batch(self._wall_time())
            writing = asyncio.ensure_future(asyncio.to_thread(self._writer.append, batch))
            try:
                await asyncio.shield(writing)
            except StorageError:
                return False
            finally:
                # A transaction that has begun is ended also where this task is cancelled: its fate must be known.
                await asyncio.wait((writing,))
                self._settle(batch, writing.exception())
            return True

    def _settle(self, batch: UsageBatch, error: BaseException | None) -> None:
        if error is None:
            self._kept_until = batch.until_time
            self._recording.written()
        else:
            self._recording.put_back(batch, self._kept_until)
        if (error is not None) is not self._is_failing:
            self._is_failing = error is not None
            if error is None:
                log.info("history is written again")
            else:
                log.warning("history cannot be written, and is kept in memory: %s", type(error).__name__)

    async def _follow(self) -> None:
        items = self._collector.snapshots(VIEW, INTERVAL_SECONDS, reconnect=True, wait=True)
        async with aclosing(cast("AsyncGenerator[FeedItem]", items)) as stream:
            is_new = True  # the first one too, though it be known: its gap is told at once
            async for item in stream:
                if isinstance(item, Hello):
                    self._refusal = None
                    is_new = is_new or not self._recording.knows(item.instance_id)
                    await self._meet(item)
                self._recording.take(item, self._wall_time())
                if is_new and isinstance(item, Snapshot):
                    is_new = False
                    self._met.set()
                if self._recording.is_full:
                    self._met.set()

    async def _meet(self, hello: Hello) -> None:
        if self._recording.knows(hello.instance_id):
            return
        start_time = None
        try:
            status = await self._collector.status()
            if status.instance_id == hello.instance_id:
                start_time = status.start_time
        except NetmonError as error:
            log.info("the collector did not tell when it began: %s", error.what)
        self._recording.meet(hello.instance_id, start_time)
