"""The hub: follows the collector outside any script run, and tells every tab what changed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from heapq import nlargest
from types import TracebackType
from typing import Final, Self, cast

from netmon.model import Gap, Snapshot, Status
from netmon_client import (
    AsyncClient,
    Disconnected,
    FeedItem,
    Heartbeat,
    Hello,
    NetmonError,
    Reconnected,
    Stale,
    Timing,
    connect_async,
    default_socket_path,
)
from netmon_client.clock import wall_time
from netmon_dashboard.hub import greeting
from netmon_dashboard.hub.answers import answer
from netmon_dashboard.hub.collector_watch import CollectorWatch
from netmon_dashboard.hub.encoding import Encoder, write
from netmon_dashboard.hub.happenings import Happenings
from netmon_dashboard.hub.requests import Ask
from netmon_dashboard.hub.summary import since_epoch
from netmon_dashboard.hub.tab import Tab, Wire
from netmon_dashboard.hub.texts import CollectorState
from netmon_dashboard.hub.vocabulary import IconPort, no_icon

_log = logging.getLogger(__name__)

MOST_TABS: Final = 64
_DEFAULT_TIMING: Final = Timing()
_ASIDE_SECONDS: Final = 2.0
"""How long a question beside the stream may take."""
_MOST_LANES: Final = 300


class TooManyTabs(Exception):
    """As many tabs are open as the hub serves."""


class Hub:
    """One subscription for all tabs; an async context manager that begins and ends it.

    ``socket``: the collector's, None for the usual place. ``icon``: gives the URL path of an application's icon.
    ``retry_seconds``: until what only somebody else can mend (permission, version) is tried again.
    """

    def __init__(
        self,
        socket: str | None = None,
        *,
        icon: IconPort = no_icon,
        timing: Timing = _DEFAULT_TIMING,
        retry_seconds: float = 2.0,
        most_tabs: int = MOST_TABS,
        clock: Callable[[], float] = wall_time,
    ) -> None:
        path = socket or default_socket_path()
        self._shown_socket = "" if socket is None or path == default_socket_path() else path
        self._client: AsyncClient = connect_async(path, timing=timing)
        self._icon = icon
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._most_tabs = most_tabs
        self._encoder = Encoder(icon)
        self._watch = CollectorWatch(path, clock())
        self._happenings = Happenings()
        self._ahead_seconds = 0.0
        self._told: CollectorState | None = None
        self._hello_text: str | None = None
        self._tabs: set[Tab] = set()
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._following = asyncio.create_task(self._follow(), name="netmon-hub")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._client.close()

    async def figures(self) -> tuple[Status, Snapshot]:
        """Ask the collector for its state and its newest snapshot. Raises `NetmonError` where it does not answer."""
        return await self._client.status(), await self._client.snapshot()

    @property
    def state(self) -> CollectorState:
        """The collector's state as tabs are told."""
        return self._watch.state

    @property
    def tab_count(self) -> int:
        """How many tabs are open."""
        return len(self._tabs)

    def attach(self, wire: Wire) -> Tab:
        """Begin to serve a tab, which is owed hello and state. Raise TooManyTabs."""
        if len(self._tabs) >= self._most_tabs:
            raise TooManyTabs(f"{self._most_tabs} tabs are open already")
        tab = Tab(wire, lambda: self._encoder)
        if self._hello_text is not None:
            tab.greet(self._hello_text)
        tab.tell_state(self._state_text())
        self._tabs.add(tab)
        return tab

    def detach(self, tab: Tab) -> None:
        """Serve a tab no longer."""
        self._tabs.discard(tab)

    def busiest_domains(self) -> list[str]:
        """Give the names of the domains that moved most, as many as there may be older lanes of."""
        snapshot = self._encoder.snapshot
        named = () if snapshot is None else (each for each in snapshot.domains if not each.is_others)
        return [each.name for each in nlargest(_MOST_LANES, named, key=lambda each: sum(since_epoch(each.traffic)))]

    def opening(self, *, with_rows: bool, with_domains: bool = False) -> list[str]:
        """Give the texts that a new tab is sent first: hello once it is known, state, full once there is data."""
        texts = [] if self._hello_text is None else [self._hello_text]
        texts.append(self._state_text())
        if self._encoder.step:
            texts.append(self._encoder.full_text(with_rows=with_rows, with_domains=with_domains))
        return texts

    async def answer(self, ask: Ask) -> str:
        """Give the text of the answer to a tab's ask."""
        return write(await answer(ask, self._encoder, self._client))

    async def _follow(self) -> None:
        """Follow the collector until the hub ends. What cannot be mended here is tried again: it may be mended."""
        has_failed = False
        while True:
            try:
                await self._follow_stream()
            except NetmonError as error:
                self._watch.failed(error, self._now(), self._retry_seconds)
            except Exception as error:  # noqa: BLE001 -- the task's outermost loop
                # A fault of the hub itself: without this the dashboard would stand still and say nothing.
                if has_failed:
                    _log.error("the hub failed again: %s", type(error).__name__)
                else:
                    _log.exception("the hub failed and begins anew")
                has_failed = True
                self._encoder = Encoder(self._icon, after_step=self._encoder.step)
                self._happenings = Happenings()
                self._watch.faulted(self._now(), self._retry_seconds)
            self._tell_state()
            await asyncio.sleep(self._retry_seconds)

    async def _follow_stream(self) -> None:
        async with aclosing(cast("AsyncGenerator[FeedItem, None]", self._client.snapshots(wait=True))) as items:
            async for item in items:
                await self._take(item)
                self._tell_state()

    async def _take(self, item: FeedItem) -> None:
        match item:
            case Snapshot():
                self._take_snapshot(item)
            case Heartbeat():
                self._set_clock(item.time)
                self._watch.alive(item.monitoring_state, item.time)
            case Hello():
                await self._greeted(item)
            case Gap():
                self._happenings.missed(item)
            case Reconnected():
                self._watch.reconnected(item, self._now())
            case Stale():
                self._watch.silent(item.seconds, self._now())
            case Disconnected():
                await self._lost(item)
            case _:
                _log.debug("an item of another kind")

    def _set_clock(self, time: float) -> None:
        """Note how the collector's clock differs from this machine's: by much where it plays a recording."""
        self._ahead_seconds = time - self._clock()

    def _now(self) -> float:
        """Unix seconds on the clock of the messages, which is the collector's."""
        return self._clock() + self._ahead_seconds

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self._set_clock(snapshot.time)
        self._watch.alive(snapshot.monitoring_state, snapshot.time)
        for mark in (*self._watch.take_marks(), *self._happenings.seen(snapshot)):
            self._encoder.marks.add(mark)
        self._encoder.add(snapshot, is_counting=self._watch.is_counting)
        for tab in self._tabs:
            tab.notice()

    async def _greeted(self, hello: Hello) -> None:
        """Learn what the stream does not say, and greet all tabs."""
        self._watch.greeted(hello, self._now())
        status: Status | None = None
        try:
            # The stream is not read meanwhile: a collector that hangs now must soon be seen to.
            async with asyncio.timeout(_ASIDE_SECONDS):
                status = await self._client.status()
                self._encoder.seed((await self._client.bandwidth()).samples)
        except (NetmonError, TimeoutError) as error:
            # The stream itself tells what is wrong, if it lasts; without these the page only knows less.
            _log.info("no status with the hello: %s", type(error).__name__)
        if status is not None:
            self._watch.alive(status.monitoring_state, self._now(), since=status.monitoring_since)
        self._encoder.caller = hello.caller
        self._hello_text = write(greeting.message(hello, status, self._shown_socket))
        for tab in self._tabs:
            tab.greet(self._hello_text, after_step=self._encoder.step)

    async def _lost(self, item: Disconnected) -> None:
        """Say it at once, and ask for the reason: the stream's item has it in words alone."""
        is_said_again = self._watch.state.said.state in ("unavailable", "refused")
        self._watch.lost(item, None, self._now(), is_said_again=is_said_again)
        self._tell_state()
        try:
            async with asyncio.timeout(_ASIDE_SECONDS):
                await self._client.status()
        except TimeoutError:
            _log.info("no answer to the question why the stream ended")
        except NetmonError as error:
            self._watch.lost(item, error, self._now(), is_said_again=is_said_again)

    def _tell_state(self) -> None:
        """Tell all tabs the state, if it is another than they know."""
        if self._watch.state == self._told:
            return
        self._told = self._watch.state
        text = self._state_text()
        for tab in self._tabs:
            tab.tell_state(text)

    def _state_text(self) -> str:
        return write(greeting.state_message(self._watch.state))
