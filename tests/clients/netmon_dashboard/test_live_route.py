"""The live route over real WebSockets: a real server, a real collector's socket, and clients that misbehave."""

import asyncio
import json
import logging
import socket as sockets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from netmon_client.testing import FakeCollector
from netmon_dashboard.hub import Hub
from netmon_dashboard.hub import tab as tab_module
from netmon_dashboard.live_route import LIVE_PATH, live_routes
from tests.clients.netmon_dashboard.hub.tab_model import TabModel
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine

WAIT_SECONDS = 30.0


class Served:
    """A hub behind a server, and the machine that its collector shows."""

    def __init__(self, hub: Hub, fake: FakeCollector, machine: ToyMachine, port: int) -> None:
        self.hub, self.fake, self.machine = hub, fake, machine
        self.url = f"ws://127.0.0.1:{port}{LIVE_PATH}"

    def tick(self) -> None:
        self.fake.publish(self.machine.tick())


@asynccontextmanager
async def served(**options: Any) -> AsyncGenerator[Served]:  # noqa: ANN401 -- those of Hub
    machine = ToyMachine()
    machine.open("ssh", moved=(1, 2))
    with FakeCollector(snapshots=[machine.tick()], heartbeat_seconds=0.1) as fake, sockets.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        async with Hub(fake.socket, **options) as hub:
            config = uvicorn.Config(
                Starlette(routes=live_routes(hub)),
                ws="websockets-sansio",
                ws_max_size=65_536,
                ws_per_message_deflate=False,
                log_config=None,
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve([listener]))
            try:
                yield Served(hub, fake, machine, listener.getsockname()[1])
            finally:
                server.should_exit = True
                await serving


async def next_of(client: ClientConnection, *kinds: str) -> dict[str, Any]:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            message = json.loads(await client.recv())
            if message["type"] in kinds:
                return message


async def say(client: ClientConnection, **message: Any) -> None:  # noqa: ANN401 -- JSON
    await client.send(json.dumps(message))


async def closed(client: ClientConnection) -> tuple[int, str]:
    """Wait until the server closes; give its code and reason."""
    async with asyncio.timeout(WAIT_SECONDS):
        with suppress(ConnectionClosedError):
            async for _ in client:
                continue
    assert client.close_code is not None
    return client.close_code, client.close_reason or ""


async def until_tabs(hub: Hub, count: int) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while hub.tab_count != count:  # noqa: ASYNC110 -- nobody is told of it
            await asyncio.sleep(0.01)


async def test_a_tab_follows_the_collector() -> None:
    async with served() as made, connect(made.url) as client:
        await say(client, type="watch", rows=True)
        assert (await next_of(client, "hello"))["schema"] == "netmon.dashboard.v1"
        model = TabModel().take(await next_of(client, "full"))
        for _ in range(5):
            made.machine.move("c1", 3, 4)
            made.tick()
            model.take(await next_of(client, "tick"))
        (row,) = model.rows.values()
        assert (row["sent"], row["received"], row["ds"]) == (16, 22, 3)


async def test_a_paused_tab_gets_no_ticks_and_all_when_it_is_resumed() -> None:
    async with served() as made, connect(made.url) as client:
        await say(client, type="watch", rows=False)
        await next_of(client, "full")
        await say(client, type="pause")
        await say(client, type="ask", id=1, what="trace", row=1)
        await next_of(client, "answer")
        made.tick()
        await say(client, type="ask", id=2, what="trace", row=1)
        assert (await next_of(client, "answer", "tick", "full"))["type"] == "answer"
        await say(client, type="resume")
        assert (await next_of(client, "tick", "full"))["type"] == "full"


async def test_a_question_is_answered_under_its_id() -> None:
    async with served() as made, connect(made.url) as client:
        for number in range(3):
            await say(client, type="ask", id=number, what="status")
        assert {(await next_of(client, "answer"))["id"] for _ in range(3)} == {0, 1, 2}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("hello?", "the message is no JSON"),
        ("[]", "the message is no object"),
        ('{"type":"subscribe"}', "the message has an unknown type"),
        ('{"type":"ask","id":1,"what":"shadow"}', "the message asks for something unknown"),
        ('{"type":"watch","rows":"yes"}', '"rows" and "domains" must be true or false'),
        (b"\x00\x01", "the message is no text"),
    ],
)
async def test_a_tab_that_sends_what_no_tab_sends_is_closed(said: str | bytes, reason: str) -> None:
    async with served() as made, connect(made.url) as client:
        await client.send(said)
        assert await closed(client) == (1008, reason)
        await until_tabs(made.hub, 0)


async def test_a_message_that_is_too_long_closes_the_tab() -> None:
    async with served() as made, connect(made.url) as client:
        await client.send("x" * 70_000)
        assert (await closed(client))[0] in (1008, 1009)


async def test_one_that_asks_too_much_at_once_is_closed() -> None:
    async with served() as made, connect(made.url) as client:
        made.fake.hang()
        for number in range(9):
            await say(client, type="ask", id=number, what="status")
        assert await closed(client) == (1008, "too many questions at once")
        made.fake.resume()


async def test_one_tab_too_many_is_told_so() -> None:
    async with served(most_tabs=1) as made, connect(made.url) as client:
        await next_of(client, "state")
        async with connect(made.url) as other:
            assert await closed(other) == (1013, "1 tabs are open already")
        await say(client, type="watch", rows=False)
        await next_of(client, "full")


async def test_a_tab_that_goes_is_forgotten() -> None:
    async with served() as made:
        async with connect(made.url) as client:
            await next_of(client, "state")
        async with connect(made.url) as client:
            client.transport.abort()
        await until_tabs(made.hub, 0)


async def test_a_tab_that_takes_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tab_module, "SEND_SECONDS", 1.0)
    async with served() as made:
        for number in range(2_000):
            made.machine.open(None, id=f"row-{number}")
        made.tick()
        async with connect(made.url, max_queue=1) as client:
            await next_of(client, "state")
            client.transport.pause_reading()
            with suppress(ConnectionClosed):  # it may be cut in the middle of a word
                async with asyncio.timeout(WAIT_SECONDS):
                    while made.hub.tab_count:  # what the two sockets hold is filled with some full states
                        await say(client, type="watch", rows=True)
                        await asyncio.sleep(0.02)
            await until_tabs(made.hub, 0)
            client.transport.abort()


async def test_nothing_of_what_a_tab_sees_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with served() as made, connect(made.url) as client:
            await say(client, type="watch", rows=True)
            await next_of(client, "full")
            await client.send("secret.example 10.1.2.3")
            await closed(client)
    said = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("netmon"))
    assert "a tab is closed: the message is no JSON" in said
    assert not any(word in said for word in ("secret.example", "10.1.2.3", "192.168.1.5", "93.184.216.34", "ssh"))
