import asyncio
import logging
import os
import signal
import socket
from collections.abc import Sized

import pytest
from starlette.types import Receive, Scope, Send

from netmon_client.clock import monotonic
from netmon_dashboard.web_server import WebServer, is_told


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer each page; keep each WebSocket open until it is closed."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


class Served:
    """A web server in the loop of a test."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.is_ready = asyncio.Event()
        self.server = WebServer(app, port=self.port, ready=self.is_ready.set)
        self.task = asyncio.create_task(self.server.serve([self.listener]))

    async def ask(self, *headers: str) -> tuple[bytes, asyncio.StreamWriter]:
        """Send a request; give the first line of the answer, and the connection, which stays open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write("\r\n".join(["GET / HTTP/1.1", "Host: x", *headers, "", ""]).encode())
        return await reader.readline(), writer


async def test_ready_is_said_when_pages_are_answered() -> None:
    served = Served()
    await served.is_ready.wait()
    line, writer = await served.ask()
    writer.close()
    served.server.should_exit = True
    await served.task
    assert line == b"HTTP/1.1 200 OK\r\n"


async def test_a_client_that_answers_no_goodbye_is_cut() -> None:
    """Its side stays open: without the cut, uvicorn would wait for it."""
    served = Served()
    await served.is_ready.wait()
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    line, writer = await served.ask("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key)
    assert line.startswith(b"HTTP/1.1 101")
    begun = monotonic()
    served.server.should_exit = True
    await served.task
    assert monotonic() - begun < 1.0
    writer.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_is_the_wish_to_end_and_nothing_more(number: int) -> None:
    before = signal.getsignal(number)
    served = Served()
    await served.is_ready.wait()
    os.kill(os.getpid(), number)
    await served.task
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASGI callable returned without completing handshake.", False),
        ("Invalid HTTP request received.", False),
        ("Exception in ASGI application\n", True),
    ],
)
def test_refusals_fill_no_log(text: str, expected: bool) -> None:
    assert is_told(logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, text, None, None)) is expected


async def test_a_client_that_takes_nothing_does_not_keep_its_connection_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its buffers are full, so a close alone would wait until they are empty."""
    monkeypatch.setattr("netmon_dashboard.web_server.SWEEP_TICKS", 2)
    served = Served()
    await served.is_ready.wait()
    _, writer = await served.ask()
    (connection,) = served.server.server_state.connections
    connection.transport.write(bytes(64 * 1024 * 1024))
    connection.transport.close()
    await asyncio.wait_for(until_empty(served.server.server_state.connections), 10)
    writer.transport.abort()
    served.server.should_exit = True
    await served.task


async def until_empty(connections: Sized) -> None:
    while len(connections):  # noqa: ASYNC110 -- nobody is told of it
        await asyncio.sleep(0.01)
