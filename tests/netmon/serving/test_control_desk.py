import asyncio
import logging
from typing import cast

import pytest

from netmon.serving import Context, ControlDesk, ControlRate, Exhausted, NotPermitted, PreconditionFailed, set_caller
from tests.support.callers import MEMBER, STRANGER

NO_CONTEXT = cast("Context", None)


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "netmon.serving")
    return caplog


def lines(heard: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in heard.records]


async def test_a_deed_is_in_the_log_with_who_and_what_came_of_it(heard: pytest.LogCaptureFixture) -> None:
    set_caller(MEMBER)
    desk = ControlDesk()
    with desk.doing("stop monitoring", NO_CONTEXT) as deed:
        deed.result = "was stopped already"
    with pytest.raises(PreconditionFailed), desk.doing("start monitoring", NO_CONTEXT):
        raise PreconditionFailed("CAPTURE_REFUSED", "a text that may hold a name")
    with pytest.raises(KeyError), desk.doing("clear statistics", NO_CONTEXT):
        raise KeyError("a secret")
    with pytest.raises(asyncio.CancelledError), desk.doing("cleanup", NO_CONTEXT):
        raise asyncio.CancelledError
    assert lines(heard) == [
        "control: stop monitoring by user 4712, process 1: was stopped already",
        "control: start monitoring by user 4712, process 1: refused, CAPTURE_REFUSED",
        "control: clear statistics by user 4712, process 1: failed",
        "control: cleanup by user 4712, process 1: broken off",
    ]


async def test_who_may_not_is_refused_and_the_log_says_so_once_a_minute(heard: pytest.LogCaptureFixture) -> None:
    set_caller(STRANGER)
    desk = ControlDesk()
    for _ in range(100):
        with pytest.raises(NotPermitted, match="root, who started"), desk.doing("stop monitoring", NO_CONTEXT):
            ...
    assert lines(heard) == ["control refused since the last report: 1 stop monitoring (user 4711)"]


async def test_too_often_is_refused_in_words_for_that_user_alone(heard: pytest.LogCaptureFixture) -> None:
    desk = ControlDesk(ControlRate(burst=3, per_second=0.001))
    set_caller(MEMBER)
    for _ in range(3):
        with desk.doing("clear statistics", NO_CONTEXT):
            ...
    with pytest.raises(Exhausted, match=r"3 times at once, then 0\.001 a second"):  # noqa: SIM117
        with desk.doing("clear statistics", NO_CONTEXT):
            ...
    assert len(lines(heard)) == 4
    assert "control refused" in lines(heard)[-1]


async def test_what_was_used_comes_back_with_time() -> None:
    desk = ControlDesk(ControlRate(burst=1, per_second=100.0))
    set_caller(MEMBER)
    with desk.doing("clear statistics", NO_CONTEXT):
        ...
    async with asyncio.timeout(30):
        while True:
            try:
                with desk.doing("clear statistics", NO_CONTEXT):
                    break
            except Exhausted:
                await asyncio.sleep(0.005)
