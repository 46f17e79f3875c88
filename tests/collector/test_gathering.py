"""Once for all who asked, and not at all after it was cancelled."""

import asyncio
from collections.abc import Sequence

from netmon_collector.core.questions import Question
from netmon_collector.gathering import REST_SECONDS, Gathering, rest_seconds
from netmon_collector.host.ports import Answers
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


class _Finder:
    """An `OwnerFinder`: answers nothing."""

    name = "ebpf"
    tells_sockets = False
    later_seconds = rest_seconds = 0.0

    def fileno(self) -> int:
        return -1

    def hear(self, now: float, now_wall: float) -> int:
        return 0

    def find(self, questions: Sequence[Question], now: float, now_wall: float) -> Answers:
        return Answers(answers=(), processes=())

    def close(self) -> None:
        return


def test_packets_rest_in_their_ring_where_somebody_answers_for_single_connections() -> None:
    assert rest_seconds(_Finder()) == REST_SECONDS
    assert rest_seconds(None) == 0.0
