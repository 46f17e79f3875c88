"""Once for all who asked, and not at all after it was cancelled."""

import asyncio

from netmon_collector.gathering import Gathering
from tests.support.eventually import eventually


async def test_it_is_done_once_for_all_who_asked_and_again_for_who_asks_later() -> None:
    done: list[int] = []
    gathering = Gathering(asyncio.get_running_loop(), lambda: done.append(1), seconds=0.01)
    for count in (1, 2):
        for _ in range(3):
            gathering.soon()
        assert len(done) == count - 1
        await eventually(lambda count=count: len(done) == count, what="the work")


async def test_what_was_cancelled_is_not_done_and_may_be_asked_for_anew() -> None:
    done: list[str] = []
    loop = asyncio.get_running_loop()
    first = Gathering(loop, lambda: done.append("first"), seconds=0.01)
    second = Gathering(loop, lambda: done.append("second"), seconds=0.02)
    first.cancel()
    first.soon()
    second.soon()
    first.cancel()
    await eventually(lambda: done, what="the other one's work")
    assert done == ["second"]
    first.soon()
    await eventually(lambda: done[1:], what="the work")
    assert done == ["second", "first"]
