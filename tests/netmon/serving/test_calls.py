import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from netmon.serving import Context, HostTimes, InvalidRequest, Service, ServiceHost
from tests.support.own_log import own_records
from tests.support.served_collector import error_of, until


async def answer(request: bytes, context: Context) -> bytes:
    match request:
        case b"bad":
            raise InvalidRequest("window", "negative")
        case b"fault":
            raise ValueError("a secret of ours")
        case b"abort":
            await context.abort(grpc.StatusCode.ABORTED, "by hand")
        case b"wait":
            await asyncio.sleep(0.2)
        case _:
            ...
    return b"to " + request


async def generate(request: bytes, context: Context) -> AsyncIterator[bytes]:
    for number in range(3):
        yield await answer(request, context) + b" %d" % number


async def write(request: bytes, context: Context) -> None:
    await context.write(await answer(request, context))
    await asyncio.Event().wait()


async def stall(request: bytes, context: Context) -> None:
    """Be refused, as who reads nothing is, and lose the connection while that is sent."""
    del request
    with suppress(grpc.aio.AbortError):
        await context.abort(grpc.StatusCode.UNAVAILABLE, "nothing was read")
    raise grpc.aio.InternalError("the connection broke")


async def gather(requests: AsyncIterator[bytes], context: Context) -> bytes:
    return await answer(b"".join([request async for request in requests]), context)


async def echo(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
    async for request in requests:
        yield await answer(request, context)


SERVICE = Service(
    name="test.Guarded",
    methods={
        "Unary": grpc.unary_unary_rpc_method_handler(answer),
        "Generate": grpc.unary_stream_rpc_method_handler(generate),
        "Write": grpc.unary_stream_rpc_method_handler(write),
        "Stall": grpc.unary_stream_rpc_method_handler(stall),
        "Gather": grpc.stream_unary_rpc_method_handler(gather),
        "Echo": grpc.stream_stream_rpc_method_handler(echo),
    },
)


class Guarded:
    """A host of those methods and a channel to it."""

    def __init__(self, host: ServiceHost, channel: grpc.aio.Channel) -> None:
        self.host = host
        self.channel = channel

    def call(self, method: str, request: bytes) -> Any:  # noqa: ANN401 -- calls of every kind
        kinds: dict[str, Callable[[str], Any]] = {
            "Unary": self.channel.unary_unary,
            "Generate": self.channel.unary_stream,
            "Write": self.channel.unary_stream,
            "Stall": self.channel.unary_stream,
            "Gather": self.channel.stream_unary,
            "Echo": self.channel.stream_stream,
        }
        argument = iter([request]) if method in ("Gather", "Echo") else request
        return kinds[method](f"/test.Guarded/{method}")(argument)


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncGenerator[Guarded, None]:
    host = ServiceHost(path=tmp_path / "g.sock", services=[SERVICE], times=HostTimes(stop_grace_seconds=2))
    await host.start()
    async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        yield Guarded(host, channel)
    await host.stop()


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in own_records(caplog) if record.levelno >= logging.ERROR]


METHODS = ["Unary", "Generate", "Write", "Gather", "Echo"]


async def test_answers_pass_through(guarded: Guarded) -> None:
    assert await guarded.call("Unary", b"x") == b"to x"
    assert await guarded.call("Gather", b"x") == b"to x"
    assert [message async for message in guarded.call("Generate", b"x")] == [b"to x 0", b"to x 1", b"to x 2"]
    assert [message async for message in guarded.call("Echo", b"x")] == [b"to x"]


@pytest.mark.parametrize("method", METHODS)
async def test_an_error_that_was_meant_is_told_with_its_reason(guarded: Guarded, method: str) -> None:
    ending = await error_of(guarded.call(method, b"bad"))
    assert ending == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "window: negative")


@pytest.mark.parametrize("method", METHODS)
async def test_a_fault_is_internal_with_an_id_and_its_text_in_the_log_alone(
    guarded: Guarded, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    code, reason, text = await error_of(guarded.call(method, b"fault"))
    assert (code, reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert "secret" not in text
    (record,) = errors(caplog)
    error_id = text.split()[2].rstrip(":")
    assert record.getMessage() == f"internal error {error_id} in /test.Guarded/{method}"
    assert "Traceback" in caplog.text
    assert "a secret of ours" in caplog.text


@pytest.mark.parametrize("method", METHODS)
async def test_a_handler_may_end_a_call_itself(guarded: Guarded, method: str, caplog: pytest.LogCaptureFixture) -> None:
    code, _, text = await error_of(guarded.call(method, b"abort"))
    assert (code, text) == (grpc.StatusCode.ABORTED, "by hand")
    assert not errors(caplog)


async def test_a_connection_that_breaks_while_its_call_is_refused_is_no_fault(
    guarded: Guarded, caplog: pytest.LogCaptureFixture
) -> None:
    code, _, text = await error_of(guarded.call("Stall", b""))
    assert (code, text) == (grpc.StatusCode.UNAVAILABLE, "nothing was read")
    assert await guarded.call("Unary", b"x") == b"to x"
    assert errors(caplog) == []


async def test_a_method_that_does_not_exist_is_unimplemented(guarded: Guarded) -> None:
    code, _, _ = await error_of(guarded.channel.unary_unary("/test.Guarded/Missing")(b""))
    assert code is grpc.StatusCode.UNIMPLEMENTED


async def test_a_stream_whose_caller_has_gone_is_forgotten(guarded: Guarded) -> None:
    call = guarded.call("Write", b"x")
    assert await call.read() == b"to x"
    assert guarded.host.stream_count == 1
    call.cancel()
    await until(lambda: guarded.host.stream_count == 0, "the stream is forgotten")


async def test_at_the_end_streams_are_told_and_single_calls_may_finish(guarded: Guarded) -> None:
    stream = guarded.call("Write", b"x")
    await stream.read()
    single = asyncio.ensure_future(guarded.call("Unary", b"wait"))
    await guarded.call("Unary", b"so that the one before is under way")
    stopping = asyncio.create_task(guarded.host.stop())
    assert await error_of(stream) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", "shutting down")
    assert await single == b"to wait"
    await stopping
