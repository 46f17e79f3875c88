import asyncio
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from netmon.serving import CLIENT_OPTIONS, MESSAGE_LIMIT_BYTES, Context, Service, ServiceHost
from tests.support.closed_window import closed_window
from tests.support.served_collector import error_of


async def size(request: bytes, context: Context) -> bytes:
    return bytes(int(request)) if len(request) < 20 else b""


def host_of(folder: Path) -> ServiceHost:
    kind: Any = grpc.unary_unary_rpc_method_handler
    return ServiceHost(path=folder / "o.sock", services=[Service(name="test.Options", methods={"Size": kind(size)})])


def channel_to(host: ServiceHost) -> Any:  # noqa: ANN401 -- bytes go out as they are: the stubs know messages only
    return grpc.aio.insecure_channel(f"unix:{host.path}", options=CLIENT_OPTIONS)


async def test_a_client_is_served_within_three_seconds_of_a_restart(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    host = host_of(tmp_path)
    await host.start()
    async with channel_to(host) as channel:
        ask = channel.unary_unary("/test.Options/Size")
        assert await ask(b"1") == b"\0"
        await host.stop()
        # Attempts that fail while it is gone must not make the client slow to try again.
        asked = asyncio.ensure_future(ask(b"1", wait_for_ready=True))
        await asyncio.wait({asked}, timeout=3.0)
        assert not asked.done()
        before = loop.time()
        again = host_of(tmp_path)
        await again.start()
        assert await asked == b"\0"
        assert loop.time() - before < 3.0
    await again.stop()


async def test_long_answers_pass_and_long_requests_do_not(tmp_path: Path) -> None:
    host = host_of(tmp_path)
    await host.start()
    async with channel_to(host) as channel:
        ask = channel.unary_unary("/test.Options/Size")
        assert len(await ask(b"%d" % (MESSAGE_LIMIT_BYTES - 100))) == MESSAGE_LIMIT_BYTES - 100
        code, _, _ = await error_of(ask(b"%d" % (MESSAGE_LIMIT_BYTES + 1)))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert await ask(bytes(65_536)) == b""
        code, _, _ = await error_of(ask(bytes(65_537)))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    await host.stop()


async def test_channels_of_one_process_do_not_share_the_streams_of_one_connection(tmp_path: Path) -> None:
    async def hold(request: bytes, context: Context) -> None:
        await context.write(b"here")
        await asyncio.Event().wait()

    kind: Any = grpc.unary_stream_rpc_method_handler
    service = Service(name="test.Options", methods={"Hold": kind(hold)})
    host = ServiceHost(path=tmp_path / "o.sock", services=[service])
    await host.start()
    channels = [channel_to(host) for _ in range(20)]
    calls = [channel.unary_stream("/test.Options/Hold")(b"") for channel in channels]
    async with asyncio.timeout(30):
        assert [await call.read() for call in calls] == [b"here"] * 20
    for channel in channels:
        await channel.close()
    await host.stop()


async def test_what_follows_a_request_that_nobody_reads_on_is_not_taken(tmp_path: Path) -> None:
    host = host_of(tmp_path)
    await host.start()
    async with closed_window(str(host.path)) as flood:
        stream = await flood.call("/grpc.health.v1.Health/Watch", is_whole=False)
        assert await flood.send_behind(stream, seconds=1.0) < 2 * 65_536
    await host.stop()
