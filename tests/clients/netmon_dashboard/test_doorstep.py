"""Connections that say nothing, at a real server: few at once, not for long, and nobody with a question waits."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from netmon_dashboard import doorstep
from netmon_dashboard.doorstep import DoorstepProtocol
from netmon_dashboard.guard import Guard, Keys
from netmon_dashboard.metrics_route import Scrapers

WAIT_SECONDS = 30.0
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served(served_app: ASGIApp = app) -> AsyncGenerator[int]:
    """Give the port."""
    config = uvicorn.Config(served_app, http=DoorstepProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


async def connected(port: int) -> Connection:
    return await asyncio.open_connection("127.0.0.1", port)


async def is_cut(connection: Connection) -> bool:
    """Wait until the server gives the connection up."""
    async with asyncio.timeout(WAIT_SECONDS):
        try:
            return await connection[0].read() == b""
        except ConnectionResetError:
            return True


async def asked(connection: Connection, words: bytes = REQUEST) -> bytes:
    """Give the first line of the answer."""
    connection[1].write(words)
    async with asyncio.timeout(WAIT_SECONDS):
        return await connection[0].readline()


def leave(*connections: Connection) -> None:
    for _, writer in connections:
        writer.transport.abort()


@pytest.mark.parametrize("words", [b"", REQUEST[:-2]], ids=["nothing", "half a request"])
async def test_who_does_not_ask_is_cut(words: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "_SILENT_SECONDS", 0.05)
    async with served() as port:
        connection = await connected(port)
        connection[1].write(words)
        assert await is_cut(connection)
        leave(connection)


async def test_one_silent_connection_too_many_costs_the_oldest_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "MOST_SILENT", 2)
    async with served() as port:
        asking = await connected(port)
        assert await asked(asking) == b"HTTP/1.1 200 OK\r\n"
        oldest, second, newest = [await connected(port) for _ in range(3)]
        assert await is_cut(oldest)
        assert await asked(second) == await asked(newest) == b"HTTP/1.1 200 OK\r\n"
        leave(asking, oldest, second, newest)


async def test_who_has_asked_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "_SILENT_SECONDS", 0.05)
    async with served() as port:
        connection = await connected(port)
        assert await asked(connection) == b"HTTP/1.1 200 OK\r\n"
        later = await connected(port)
        assert await is_cut(later)  # so the first one's time is over too
        await connection[0].readuntil(b"ok")
        assert await asked(connection) == b"HTTP/1.1 200 OK\r\n"
        leave(connection, later)


async def test_who_reads_open_metrics_leaves_no_connection_behind() -> None:
    keys = Keys(port=8501, token="the-token", session="the-session")  # noqa: S106 -- no secret: made up here
    guarded = Guard(app, keys=keys, script_hashes=(), scrapers=Scrapers(token=None))
    async with served(guarded) as port:
        connection = await connected(port)
        question = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:8501\r\n\r\n"
        assert await asked(connection, question) == b"HTTP/1.1 200 OK\r\n"
        await connection[0].readuntil(b"ok")
        connection[1].write(b"G")  # of another request, which never comes
        assert await is_cut(connection)
        leave(connection)
