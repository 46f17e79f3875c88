import asyncio
import gc
import os
import random
import socket
from collections.abc import AsyncGenerator, Generator

import pytest

from netmon.serving.passage import CHUNK_BYTES, Memory, Passage, Pipe
from netmon.serving.pump import Lane, Pump
from netmon.serving.stalled import unread_bytes
from tests.support.served_collector import until


class Pumped:
    """A pump with both far ends."""

    def __init__(self, passage: Passage) -> None:
        self.client, near = socket.socketpair()
        self.server, behind = socket.socketpair()
        for end in (self.client, self.server, near, behind):
            end.setblocking(False)
        self.near = near
        self.ended = 0
        self.pump = Pump(near, behind, passage, self._end, asyncio.get_running_loop())

    def _end(self) -> None:
        self.ended += 1


@pytest.fixture(params=[Pipe, Memory])
def passage(request: pytest.FixtureRequest) -> Generator[Passage, None, None]:
    made: Passage = request.param()
    yield made
    assert made.left() == b"", "what one lane leaves behind goes to another connection"
    made.close()


@pytest.fixture
async def pumped(passage: Passage) -> AsyncGenerator[Pumped, None]:
    made = Pumped(passage)
    yield made
    made.pump.end()
    made.client.close()
    made.server.close()


async def send(through: socket.socket, payload: bytes) -> None:
    async with asyncio.timeout(30):
        await asyncio.get_running_loop().sock_sendall(through, payload)


async def receive(through: socket.socket, count: int) -> bytes:
    """Read in pieces of any size."""
    sizes = random.Random(7)
    heard = bytearray()
    async with asyncio.timeout(30):
        while len(heard) < count:
            part = await asyncio.get_running_loop().sock_recv(through, sizes.randint(1, 100_000))
            assert part, "it ended"
            heard += part
    return bytes(heard)


async def test_what_was_heard_before_goes_first(pumped: Pumped) -> None:
    pumped.client.send(b"second")
    pumped.pump.start(b"first ")
    assert await receive(pumped.server, 12) == b"first second"


async def test_both_directions_arrive_whole_and_in_order(pumped: Pumped) -> None:
    upward, downward = os.urandom(3_000_000), os.urandom(5_000_000)
    pumped.pump.start(b"")
    _, _, up, down = await asyncio.gather(
        send(pumped.client, upward),
        send(pumped.server, downward),
        receive(pumped.server, len(upward)),
        receive(pumped.client, len(downward)),
    )
    assert up == upward
    assert down == downward


async def test_a_reader_that_takes_nothing_holds_the_writer_back(pumped: Pumped) -> None:
    pumped.pump.start(b"")
    sent = 0
    while True:
        try:
            sent += pumped.server.send(bytes(CHUNK_BYTES))
        except BlockingIOError:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            try:
                sent += pumped.server.send(bytes(1))
            except BlockingIOError:
                break
    # Two sockets' buffers and what the pump holds: nothing grows with time.
    assert sent < 2 * 300_000 + CHUNK_BYTES
    assert len(await receive(pumped.client, sent)) == sent


async def test_what_was_sent_before_the_end_arrives_before_the_end(pumped: Pumped) -> None:
    pumped.pump.start(b"")
    await send(pumped.server, b"last words")
    pumped.server.close()
    assert await receive(pumped.client, 10) == b"last words"
    async with asyncio.timeout(30):
        assert await asyncio.get_running_loop().sock_recv(pumped.client, 100) == b""
    assert pumped.ended == 1


async def test_a_client_that_goes_ends_the_connection_behind_once(pumped: Pumped) -> None:
    pumped.pump.start(b"")
    pumped.client.close()
    async with asyncio.timeout(30):
        assert await asyncio.get_running_loop().sock_recv(pumped.server, 100) == b""
    pumped.pump.end()
    assert pumped.ended == 1


async def test_a_pump_that_has_ended_is_freed_at_once(passage: Passage) -> None:
    """Whoever made it knows it too, as the gate does: a cycle would live until a whole collection, minutes later."""
    (client, near), (server, behind) = socket.socketpair(), socket.socketpair()
    for end in (near, behind):
        end.setblocking(False)

    def make() -> Pump:
        pump = Pump(near, behind, passage, lambda: ended.append(id(pump)), asyncio.get_running_loop())
        return pump

    ended: list[int] = []
    gc.collect()
    gc.disable()
    try:
        pump = make()
        pump.start(b"")
        pump.end()
        number = id(pump)
        del pump
        left = [each for each in gc.get_objects() if isinstance(each, Pump | Lane)]
    finally:
        gc.enable()
        client.close()
        server.close()
    assert ended == [number]
    assert left == []


async def test_what_a_broken_connection_did_not_take_goes_to_no_other(passage: Passage) -> None:
    broken, whole = Pumped(passage), Pumped(passage)
    broken.pump.start(b"")
    whole.pump.start(b"")
    # Full, so that the next chunk is taken in part at the most; then gone, so that it is taken not at all.
    while unread_bytes(broken.near) < 150_000:
        broken.server.send(bytes(1000))
        await asyncio.sleep(0)
    broken.client.close()
    broken.server.send(b"of the broken one" * 1000)
    await until(lambda: broken.ended, "it has ended")
    await send(whole.server, b"of the other")
    assert await receive(whole.client, 12) == b"of the other"
    whole.pump.end()
    for end in (broken.server, whole.client, whole.server):
        end.close()


async def test_for_how_long_a_client_has_read_nothing_is_known(pumped: Pumped) -> None:
    pumped.pump.start(b"")
    assert pumped.pump.unread_seconds(0.0) == 0.0
    await send(pumped.server, bytes(1000))
    await until(lambda: unread_bytes(pumped.near), "it waits for the client")
    assert pumped.pump.unread_seconds(5.0) == 0.0
    assert pumped.pump.unread_seconds(35.0) == 30.0
    await receive(pumped.client, 1000)
    assert pumped.pump.unread_seconds(36.0) == 0.0
