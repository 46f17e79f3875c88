"""The recorder's client for asyncio, over real gRPC."""

from pathlib import Path

import pytest

from netmon.model import ExportQuery, UsageQuery
from netmon_client import InvalidRequest, RecorderUnreachable, connect_history_async
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
