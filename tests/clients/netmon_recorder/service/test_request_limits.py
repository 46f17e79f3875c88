"""Each field of each request, with each value that makes no sense, sent to a real server."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from netmon.serving import ControlRate
from netmon.v1 import history_alert_pb2, history_entity_pb2, history_pb2, history_service_pb2
from netmon.v1 import history_service_pb2 as pb
from tests.support.bad_requests import BadRequest, bad_requests, far_requests
from tests.support.served_collector import error_of
from tests.support.served_history import served_history

SERVICE = history_service_pb2.DESCRIPTOR.services_by_name["HistoryService"]

# A bound of a range may be below nothing: it is then one that all or no rows pass.
MAKES_SENSE = ("range.minimum=-1.0", "range.maximum=-1.0")

_APPLICATION = history_pb2.USAGE_DIMENSION_APPLICATION
_RULE = history_alert_pb2.AlertRule(
    name="a", measure=history_alert_pb2.ALERT_MEASURE_TOTAL_BYTES, bound=1, window_seconds=60
)
BASES = (
    pb.ListEntitiesRequest(query=history_entity_pb2.EntityQuery(dimension=_APPLICATION)),
    pb.GetTimelineRequest(query=history_entity_pb2.TimelineQuery(dimension=_APPLICATION, values=["x"])),
    pb.PutAlertRequest(rule=_RULE),
    pb.TestAlertRequest(rule=_RULE),
)


class History:
    """A history that is served, by its bytes."""

    def __init__(self, channel: Any) -> None:  # noqa: ANN401 -- bytes go out as they are: the stubs know messages only
        self._channel = channel

    async def ending(self, bad: BadRequest) -> tuple[grpc.StatusCode, str]:
        """Give how the call ends, in a refusal or well."""
        kind = self._channel.unary_stream if bad.is_stream else self._channel.unary_unary
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


@pytest.fixture
async def history(tmp_path: Path) -> AsyncGenerator[History, None]:
    served = served_history(tmp_path, rate=ControlRate(burst=10_000))
    async with served as both, grpc.aio.insecure_channel(f"unix:{both.path}") as channel:
        yield History(channel)


async def test_every_field_that_makes_no_sense_is_refused_by_its_name(history: History) -> None:
    bad_ones = [bad for bad in bad_requests(SERVICE, BASES) if not bad.name.endswith(MAKES_SENSE)]
    assert len(bad_ones) > 150
    wrong: list[str] = []
    for bad in bad_ones:
        code, text = await history.ending(bad)
        # The lists of the base come before those of the bad one.
        paths = (f"{bad.path}: ", f"{bad.path.replace('values[0]', 'values[1]')}: ")
        if code is not grpc.StatusCode.INVALID_ARGUMENT or not text.startswith(paths):
            wrong.append(f"{bad.name}: {code.name} {text}")
    assert "\n".join(wrong) == ""


async def test_what_is_far_but_makes_sense_is_answered_or_refused_in_words(history: History) -> None:
    known = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
    wrong: list[str] = []
    for far in far_requests(SERVICE, BASES):
        code, text = await history.ending(far)
        if code not in known:
            wrong.append(f"{far.name}: {code.name} {text}")
    assert "\n".join(wrong) == ""


async def test_bytes_that_are_no_message_are_refused_in_our_words(tmp_path: Path) -> None:
    async with served_history(tmp_path) as both, grpc.aio.insecure_channel(f"unix:{both.path}") as typed:
        channel: Any = typed
        ended = await error_of(channel.unary_unary("/netmon.v1.HistoryService/QueryUsage")(b"\xff\xff"))
        assert ended == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "not a QueryUsageRequest")
