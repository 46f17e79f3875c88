"""The WebSocket route /netmon/live: a tab's socket on one side, the hub on the other.

Who may open it is decided before, by the guard that stands in front of every route.
"""

import asyncio
import logging
from typing import Final

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from netmon_dashboard.hub.hub import Hub, TooManyTabs
from netmon_dashboard.hub.requests import Ask, Pause, Resume, Watch, request_of
from netmon_dashboard.hub.tab import ASKS_IN_FLIGHT, REFUSED, TRY_LATER, Tab, TabClosed, read_message

__all__ = ["LIVE_PATH", "live_routes"]

LIVE_PATH: Final = "/netmon/live"

_log = logging.getLogger(__name__)


def live_routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes of the live data of this hub."""

    async def live(socket: WebSocket) -> None:
        await _serve(socket, hub)

    return [WebSocketRoute(LIVE_PATH, live)]


async def _serve(socket: WebSocket, hub: Hub) -> None:
    await socket.accept()
    try:
        tab = hub.attach(socket)
    except TooManyTabs as error:
        await socket.close(TRY_LATER, str(error))
        return
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tab.send_all())
            tasks.create_task(_listen(socket, hub, tab, tasks))
    except* TabClosed as group:
        for closed in group.exceptions[:1]:
            if isinstance(closed, TabClosed):
                _log.info("a tab is closed: %s", closed.reason)
                await _close(socket, closed)
    except* WebSocketDisconnect:
        _log.debug("a tab went")
    finally:
        hub.detach(tab)


async def _listen(socket: WebSocket, hub: Hub, tab: Tab, tasks: asyncio.TaskGroup) -> None:
    """Take what the tab sends until it goes, which is a WebSocketDisconnect."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None:
            raise TabClosed(REFUSED, "the message is no text")
        match request_of(read_message(text)):
            case Watch(with_rows=with_rows, with_domains=with_domains):
                tab.watch(with_rows=with_rows, with_domains=with_domains)
            case Pause():
                tab.pause()
            case Resume():
                tab.resume()
            case ask:
                if tab.asks_in_flight >= ASKS_IN_FLIGHT:
                    raise TabClosed(REFUSED, "too many questions at once")
                tab.asks_in_flight += 1
                tasks.create_task(_answer(ask, hub, tab))


async def _answer(ask: Ask, hub: Hub, tab: Tab) -> None:
    tab.answer(await hub.answer(ask))


async def _close(socket: WebSocket, closed: TabClosed) -> None:
    """Say why, if the tab still listens."""
    try:
        async with asyncio.timeout(1):
            await socket.close(closed.code, closed.reason)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        _log.debug("the tab did not hear why it was closed")
