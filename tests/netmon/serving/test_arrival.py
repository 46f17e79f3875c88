import asyncio
import socket
from collections.abc import AsyncGenerator

import pytest

from netmon.serving.arrival import Arrival
from netmon.serving.credentials import Credentials
from tests.support.peer_client import PREFACE
from tests.support.served_collector import until

WHO = Credentials(uid=7, pid=8)


class Hall:
    """Where a connection arrives: notes what became of it."""

    def __init__(self) -> None:
        self.client, near = socket.socketpair()
        near.settimeout(0.0)
        self.heard: list[bytes] = []
        self.dropped = 0
        self.places = [True]
        loop = asyncio.get_running_loop()
        self.arrival = Arrival(near, WHO, loop, pass_on=self._pass_on, dropped=self._drop)

    def _pass_on(self, arrival: Arrival, heard: bytes) -> bool:
        self.heard.append(heard)
        return self.places.pop(0)

    def _drop(self, arrival: Arrival) -> None:
        self.dropped += 1


@pytest.fixture
async def hall() -> AsyncGenerator[Hall, None]:
    made = Hall()
    yield made
    made.client.close()
    made.arrival.client.close()


async def test_what_begins_as_http2_is_passed_on_with_what_was_heard(hall: Hall) -> None:
    hall.arrival.wait(30)
    for byte in PREFACE:
        hall.client.send(bytes([byte]))
        await asyncio.sleep(0)
    hall.client.send(b"the rest")
    await until(lambda: hall.heard, "it is passed on")
    assert hall.heard == [PREFACE]
    assert hall.arrival.client.recv(100) == b"the rest"
    assert hall.dropped == 0


async def test_where_there_is_no_place_it_is_tried_again(hall: Hall) -> None:
    hall.places = [False, False, True]
    hall.arrival.wait(30)
    hall.client.send(PREFACE)
    await until(lambda: len(hall.heard) == 3, "it is passed on at last")
    assert hall.dropped == 0


async def test_where_there_is_no_place_in_time_it_is_dropped(hall: Hall) -> None:
    hall.places = [False] * 1000
    hall.arrival.wait(0.5)
    hall.client.send(PREFACE)
    await until(lambda: hall.dropped == 1, "it is dropped")
    tries = len(hall.heard)
    assert tries > 1
    await asyncio.sleep(0.05)
    assert len(hall.heard) == tries


async def test_what_goes_away_says_nothing_or_speaks_another_language_is_dropped(hall: Hall) -> None:
    hall.arrival.wait(0.05)
    await until(lambda: hall.dropped == 1, "it is dropped")
    for words in (b"", b"SSH-2.0-", PREFACE[:-6] + b"\0" * 20):
        other = Hall()
        other.arrival.wait(30)
        if words:
            other.client.send(words)
        else:
            other.client.close()
        await until(lambda: other.dropped == 1, "it is dropped")  # noqa: B023 -- looked at before the next round
        assert other.heard == []
        other.client.close()
