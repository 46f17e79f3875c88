"""Tabs without a browser: WebSockets that watch as a page does, and count what they are sent."""

import asyncio
import http.client
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.support.dashboard_process import DashboardProcess

_READY_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Received:
    """What one tab got: sizes of its ticks and fulls in bytes."""

    ticks: list[int] = field(default_factory=list[int])
    fulls: list[int] = field(default_factory=list[int])


def cookie_of(program: DashboardProcess) -> str:
    """Turn the token of the link into the cookie that a browser would hold."""
    address = urlsplit(program.link)
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=_READY_SECONDS)
    try:
        connection.request("GET", f"/?{address.query}")
        answer = connection.getresponse()
        answer.read()
        return (answer.getheader("set-cookie") or "").partition(";")[0]
    finally:
        connection.close()


@contextmanager
def tabs(program: DashboardProcess, count: int, *, with_rows: bool) -> Generator[list[Received]]:
    """Open tabs that watch until the end; they have had their full state when this begins."""
    received = [Received() for _ in range(count)]
    ready, end = threading.Event(), threading.Event()

    def run() -> None:
        asyncio.run(_watch(program, received, with_rows, ready, end))

    thread = threading.Thread(target=run, name="tabs")
    thread.start()
    try:
        assert ready.wait(_READY_SECONDS), "the tabs got no full state"
        yield received
    finally:
        end.set()
        thread.join(_READY_SECONDS)


async def _watch(
    program: DashboardProcess, received: list[Received], with_rows: bool, ready: threading.Event, end: threading.Event
) -> None:
    begun = [asyncio.Event() for _ in received]
    counting = [
        asyncio.create_task(_count(program, each, with_rows, got_full))
        for each, got_full in zip(received, begun, strict=True)
    ]
    for got_full in begun:
        await got_full.wait()
    ready.set()
    await asyncio.to_thread(end.wait)
    for task in counting:
        task.cancel()
    await asyncio.gather(*counting, return_exceptions=True)


async def _count(program: DashboardProcess, received: Received, with_rows: bool, got_full: asyncio.Event) -> None:
    async with connect(
        f"ws://127.0.0.1:{program.port}/netmon/live",
        origin=Origin(program.origin),
        additional_headers={"Cookie": cookie_of(program)},
        compression=None,
        max_size=None,
    ) as socket:
        await socket.send(json.dumps({"type": "watch", "rows": with_rows}))
        async for message in socket:
            assert isinstance(message, str)
            # Not parsed: the load of these tabs is not to be felt by the server beside them.
            if message.startswith('{"type":"tick"'):
                received.ticks.append(len(message.encode()))
            elif message.startswith('{"type":"full"'):
                received.fulls.append(len(message.encode()))
                got_full.set()
