import asyncio
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from netmon.serving import Context, Service, ServiceHost
from netmon_collector.server.sending import Sender, rings_within
from tests.support.served_collector import error_of

MEGABYTE = bytes(1_000_000)


async def serve(folder: Path, limit_seconds: float, count: int) -> ServiceHost:
    async def send(request: bytes, context: Context) -> None:
        sender = Sender(context, limit_seconds)
        for _ in range(count):
            await sender.send(MEGABYTE)

    kind: Any = grpc.unary_stream_rpc_method_handler
    method = kind(send)
    host = ServiceHost(path=folder / "s.sock", services=[Service(name="test.Sender", methods={"Send": method})])
    await host.start()
    return host


async def test_a_message_goes_out_as_it_is(tmp_path: Path) -> None:
    host = await serve(tmp_path, 30, 3)
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as aio_channel:
        channel: Any = aio_channel  # bytes go out as they are: the stubs know messages only
        call = channel.unary_stream("/test.Sender/Send")(b"")
        assert [message async for message in call] == [MEGABYTE] * 3
    await host.stop()


async def test_a_reader_that_takes_nothing_is_cut(tmp_path: Path) -> None:
    host = await serve(tmp_path, 0.1, 100)
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as aio_channel:
        channel: Any = aio_channel  # bytes go out as they are: the stubs know messages only
        call = channel.unary_stream("/test.Sender/Send")(b"")
        # To read nothing for this long is what is tested.
        await asyncio.sleep(0.5)
        code, reason, _ = await error_of(call)
        assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "NOT_READING")
    await host.stop()


async def test_a_bell_is_heard_in_time_or_not() -> None:
    bell = asyncio.Event()
    assert await rings_within(bell, 0.01) is False
    asyncio.get_running_loop().call_soon(bell.set)
    assert await rings_within(bell, 60) is True
