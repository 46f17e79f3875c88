"""Each field of each request, with each value that makes no sense, sent to a real server."""

from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from netmon.v1 import control_service_pb2, monitor_service_pb2
from tests.support.bad_requests import BadRequest, bad_requests, far_requests
from tests.support.served_collector import Served, error_of, served
from tests.support.tick_source import TickSource

SERVICES = (
    monitor_service_pb2.DESCRIPTOR.services_by_name["MonitorService"],
    control_service_pb2.DESCRIPTOR.services_by_name["ControlService"],
)

# A bound of a range may be below nothing, or endless: it is then one that all or no rows pass.
MAKES_SENSE = ("range.minimum=-1.0", "range.maximum=-1.0")


async def ending(both: Served, bad: BadRequest) -> tuple[grpc.StatusCode, str]:
    channel: Any = both.channels[0]
    kind = channel.unary_stream if bad.is_stream else channel.unary_unary
    call = kind(f"/{bad.service}/{bad.method}")(bad.request.SerializeToString())
    try:
        if bad.is_stream:
            await call.read()
            call.cancel()
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error.code(), error.details() or ""
    return grpc.StatusCode.OK, ""


async def test_every_field_that_makes_no_sense_is_refused_by_its_name(tmp_path: Path) -> None:
    source = TickSource()
    source.tick()
    bad_ones = [bad for service in SERVICES for bad in bad_requests(service) if not bad.name.endswith(MAKES_SENSE)]
    assert len(bad_ones) > 50
    async with served(tmp_path, source) as both:
        both.channel()
        wrong: list[str] = []
        for bad in bad_ones:
            code, text = await ending(both, bad)
            if code is not grpc.StatusCode.INVALID_ARGUMENT or not text.startswith(f"{bad.path}: "):
                wrong.append(f"{bad.name}: {code.name} {text}")
        assert "\n".join(wrong) == ""


async def test_what_is_far_but_makes_sense_is_answered_or_refused_in_words(tmp_path: Path) -> None:
    source = TickSource()
    source.tick()
    known = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
    async with served(tmp_path, source) as both:
        both.channel()
        wrong: list[str] = []
        for service in SERVICES:
            for far in far_requests(service):
                code, text = await ending(both, far)
                if code not in known:
                    wrong.append(f"{far.name}: {code.name} {text}")
        assert "\n".join(wrong) == ""


async def test_bytes_that_are_no_message_are_refused_in_our_words(tmp_path: Path) -> None:
    async with served(tmp_path, TickSource()) as both:
        channel: Any = both.channel()
        for garbage in (b"\xff\xff\xff", b"\x0a\x02\xff\xfe"):
            call = channel.unary_unary("/netmon.v1.MonitorService/ExplainConnection")(garbage)
            assert await error_of(call) == (
                grpc.StatusCode.INVALID_ARGUMENT,
                "INVALID_REQUEST",
                "not a ExplainConnectionRequest",
            )
