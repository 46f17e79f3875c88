"""What callers have under way is counted until they took it, and who takes nothing is cut."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import grpc
import grpc.aio
import pytest

from netmon.serving import Caller, CallLimits, Context, Exhausted, HostTimes, Service, ServiceHost, send
from netmon.serving.under_way import CallsUnderWay, UnderWay, set_under_way
from tests.support.callers import MEMBER, STRANGER, OneCaller
from tests.support.closed_window import closed_window
from tests.support.served_collector import error_of, until

LIMITS = CallLimits(calls_a_user=2, bytes_a_user=1_000, bytes_of_all=1_500)
OTHER = replace(STRANGER, uid=5)


def test_a_user_has_so_many_single_calls_and_the_next_is_refused_until_one_is_over() -> None:
    calls = CallsUnderWay(LIMITS)
    first, _ = calls.begin_call(STRANGER), calls.begin_call(STRANGER)
    with pytest.raises(Exhausted, match="2 calls of user 4711 are under way") as error:
        calls.begin_call(STRANGER)
    assert error.value.reason == "TOO_MANY_CALLS"
    calls.begin_call(OTHER)
    calls.begin_stream(STRANGER)
    first.end()
    calls.begin_call(STRANGER)


def test_answers_are_counted_until_they_are_taken_or_the_call_is_over() -> None:
    calls = CallsUnderWay(LIMITS)
    one, other, stranger = calls.begin_call(STRANGER), calls.begin_stream(STRANGER), calls.begin_stream(OTHER)
    one.hold(bytes(600))
    held = other.hold(bytes(400))
    with pytest.raises(Exhausted, match="1,000 bytes of answers to user 4711 wait to be read"):
        other.hold(bytes(1))
    stranger.hold(bytes(500))
    with pytest.raises(Exhausted, match="500 bytes of answers to user 5 wait"):
        stranger.hold(bytes(1))
    other.free(held)
    one.end()
    assert calls.held_bytes == 500
    stranger.end()
    assert calls.held_bytes == 0


def test_who_sees_everything_is_not_counted() -> None:
    calls = CallsUnderWay(LIMITS)
    for _ in range(3):
        calls.begin_call(MEMBER).hold(bytes(2_000))
    calls.begin_stream(MEMBER).hold(bytes(2_000))
    assert calls.held_bytes == 0


def ways() -> int:
    return sum(isinstance(each, UnderWay) for each in gc.get_objects())


async def test_a_call_that_is_over_is_gone_before_its_timer_would_come() -> None:
    async def call() -> None:
        way = CallsUnderWay(LIMITS).begin_call(STRANGER)
        set_under_way(way)
        way.answered(3_600.0, lambda: None)
        way.end()

    gc.collect()
    gc.disable()  # it would take away what holds itself
    try:
        before = ways()
        await asyncio.create_task(call())
        await asyncio.sleep(0)  # the loop lets go of the task
        assert ways() == before
    finally:
        gc.enable()


ANSWER_BYTES = 600_000
CALLS = 10
SERVING = b"\x08\x01"
"""What health answers."""


async def answer(request: bytes, context: Context) -> bytes:
    del request, context
    return bytes(ANSWER_BYTES)


async def stream(request: bytes, context: Context) -> None:
    del request
    for _ in range(5):
        await send(context, bytes(ANSWER_BYTES))


SERVICE = Service(
    name="test.Large",
    methods={
        "Unary": grpc.unary_unary_rpc_method_handler(answer),
        "Stream": grpc.unary_stream_rpc_method_handler(stream),
    },
)


@asynccontextmanager
async def served(folder: Path, caller: Caller, times: HostTimes | None = None) -> AsyncGenerator[ServiceHost]:
    limits = CallLimits(calls_a_user=CALLS, bytes_a_user=2 * ANSWER_BYTES)
    host = ServiceHost(path=folder / "l.sock", services=[SERVICE], callers=OneCaller(caller), calls=limits, times=times)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


def unary(channel: Any) -> Any:  # noqa: ANN401 -- a call, whose types grpc does not know
    return channel.unary_unary("/test.Large/Unary")(b"")


async def test_who_reads_gets_as_much_as_it_asks_for(tmp_path: Path) -> None:
    async with served(tmp_path, STRANGER) as host, grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        for _ in range(5):
            assert len(await unary(channel)) == ANSWER_BYTES
        method: Any = cast("Any", channel).unary_stream("/test.Large/Stream")
        assert [len(message) async for message in method(b"")] == [ANSWER_BYTES] * 5


@pytest.mark.parametrize("method", ["Unary", "Stream"])
async def test_who_takes_no_answers_is_given_no_more_and_is_free_again_when_it_has_gone(
    tmp_path: Path, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(tmp_path, STRANGER) as host, grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
        async with closed_window(str(host.path)) as deaf:
            for _ in range(2):
                await deaf.call(f"/test.Large/{method}")
            await until(lambda: host.held_bytes == 2 * ANSWER_BYTES, "both wait to be read")
            code, reason, _ = await error_of(unary(channel))
            assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "ANSWERS_NOT_READ")
        await until(lambda: not host.held_bytes, "it has gone")
        assert "ExecuteBatchError" not in caplog.text
        assert len(await unary(channel)) == ANSWER_BYTES


@pytest.mark.parametrize("caller", [STRANGER, MEMBER])
async def test_who_takes_no_end_of_its_call_is_cut(tmp_path: Path, caller: Caller) -> None:
    times = HostTimes(stalled_peer_seconds=0.2)
    async with served(tmp_path, caller, times) as host, closed_window(str(host.path)) as deaf:
        await deaf.call("/test.Large/Unary")
        await until(lambda: host.connection_count == 1, "it has come")
        await until(lambda: host.connection_count == 0, "it was cut")


async def test_a_call_too_many_is_refused_with_its_reason(tmp_path: Path) -> None:
    async with served(tmp_path, STRANGER) as host, closed_window(str(host.path)) as deaf:
        for _ in range(CALLS):
            await deaf.call("/grpc.health.v1.Health/Check")
        await until(lambda: host.held_bytes == CALLS * len(SERVING), "all wait to be read")
        async with grpc.aio.insecure_channel(f"unix:{host.path}") as channel:
            code, reason, _ = await error_of(unary(channel))
    assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS")
