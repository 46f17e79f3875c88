"""The recorder's client for asyncio, over real gRPC."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netmon.model import AlertFiring, ExportQuery, UsageQuery
from netmon_client import InvalidRequest, RecorderUnreachable, connect_history_async
from netmon_client.testing import FakeRecorder
from tests.clients.netmon_client.test_firing_position import fired
from tests.support.history_served import ANSWER, ITEMS, served


async def test_questions_are_answered_through_a_restart(tmp_path: Path) -> None:
    socket = tmp_path / "recorder.sock"
    async with connect_history_async(str(socket)) as client:
        with served(socket):
            assert await client.usage(UsageQuery()) == ANSWER
            assert [item async for item in client.export(ExportQuery())] == list(ITEMS)
        with served(socket):
            assert await client.usage(UsageQuery()) == ANSWER
            with pytest.raises(InvalidRequest, match=r"UsageQuery\.top"):
                await client.usage(UsageQuery(top=1001))


async def test_without_a_recorder_that_is_said(tmp_path: Path) -> None:
    async with connect_history_async(str(tmp_path / "none.sock")) as client:
        with pytest.raises(RecorderUnreachable, match="no recorder at"):
            await client.usage(UsageQuery())
        with pytest.raises(RecorderUnreachable):
            await anext(client.firings())


async def test_firings_go_on_through_a_restart_with_what_fired_meanwhile(tmp_path: Path) -> None:
    socket = str(tmp_path / "recorder.sock")
    async with connect_history_async(socket) as client:
        firings = client.firings(reconnect=True)
        with FakeRecorder(socket=socket, firings=[fired(3)], heartbeat_seconds=0.05) as first:
            assert await anext(firings) is None
            first.fire(fired(4))
            assert await newest(firings) == 4
        with FakeRecorder(socket=socket, firings=[fired(3), fired(4), fired(5)], heartbeat_seconds=0.05):
            assert await newest(firings) == 5
        await firings.aclose()  # type: ignore[attr-defined] -- a generator


async def newest(firings: AsyncIterator[AlertFiring | None]) -> int:
    async for firing in firings:
        if firing is not None:
            return firing.sequence
    raise AssertionError
