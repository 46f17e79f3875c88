"""A tab is owed the newest of each kind; one that falls behind gets all that is true, and one that is frozen goes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from netmon_dashboard.hub import tab as tab_module
from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.tab import MESSAGE_BYTES, Tab, TabClosed, read_message
from tests.clients.netmon_dashboard.hub.listening_wire import ListeningWire
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine


class Desk:
    """A tab with a machine behind it."""

    def __init__(self) -> None:
        self.machine, self.encoder, self.wire = ToyMachine(), Encoder(), ListeningWire()
        self.machine.open(moved=(1, 2))
        self.tab = Tab(self.wire, lambda: self.encoder)

    def tick(self) -> None:
        self.encoder.add(self.machine.tick(), is_counting=True)
        self.tab.notice()

    async def data(self) -> tuple[str, int, bool]:
        """Give kind and sequence of the next data, and whether rows are with it."""
        message = await self.wire.until(lambda each: each["type"] in ("full", "tick"))
        return message["type"], message["sequence"], "r" in message


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk]:
    made = Desk()
    sending = asyncio.create_task(made.tab.send_all())
    try:
        yield made
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_a_tab_that_watches_gets_a_full_and_then_ticks() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=True)
        assert await made.data() == ("full", 1, True)
        made.tick()
        assert await made.data() == ("tick", 2, True)
        made.tab.watch(with_rows=False)
        assert await made.data() == ("full", 2, False)


async def test_only_a_tab_that_watches_domains_is_sent_them() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=False, with_domains=True)
        assert "domains" in await made.wire.of("full")
        made.tick()
        assert "domains" in await made.wire.of("tick")
        made.tab.watch(with_rows=False)
        assert "domains" not in await made.wire.of("full")


async def test_a_tab_that_watches_nothing_gets_no_data() -> None:
    async with desk() as made:
        made.tick()
        made.tab.tell_state('{"type":"state"}')
        await made.wire.of("state")
        made.tab.answer('{"type":"answer"}')
        await made.wire.of("answer")
        assert made.wire.messages == []


async def test_a_tab_that_took_no_message_for_two_ticks_gets_a_full() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=True)
        assert await made.data() == ("full", 1, True)
        made.wire.stall()
        made.tick()
        await made.wire.sending.wait()
        for _ in range(5):
            made.tick()
        made.wire.flow()
        assert await made.data() == ("tick", 2, True)
        assert await made.data() == ("full", 7, True)
        made.tick()
        assert await made.data() == ("tick", 8, True)


async def test_a_tab_that_was_slow_for_one_tick_misses_nothing() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=False)
        assert await made.data() == ("full", 1, False)
        made.wire.stall()
        made.tick()
        await made.wire.sending.wait()
        made.tick()
        made.wire.flow()
        assert [await made.data(), await made.data()] == [("tick", 2, False), ("tick", 3, False)]


async def test_another_instance_and_cleared_statistics_are_told_by_a_full() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=True)
        assert await made.data() == ("full", 1, True)
        made.machine.restart()
        made.tick()
        assert await made.data() == ("full", 2, True)
        made.machine.clear()
        made.tick()
        assert await made.data() == ("full", 3, True)
        made.tick()
        assert await made.data() == ("tick", 4, True)


async def test_a_paused_tab_is_told_states_and_no_ticks_until_it_is_resumed() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=False)
        assert await made.data() == ("full", 1, False)
        made.tab.pause()
        made.tick()
        made.tab.tell_state('{"type":"state"}')
        await made.wire.of("state")
        assert made.wire.messages == []
        made.tab.resume()
        assert await made.data() == ("full", 2, False)


async def test_another_page_of_a_paused_tab_is_given_one_full() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=False)
        assert await made.data() == ("full", 1, False)
        made.tab.pause()
        made.tick()
        made.tab.watch(with_rows=True)
        assert await made.data() == ("full", 2, True)
        made.tick()
        made.tab.tell_state('{"type":"state"}')
        await made.wire.of("state")
        assert made.wire.messages == []
        made.tab.resume()
        assert await made.data() == ("full", 3, True)


async def test_a_paused_tab_that_comes_back_is_given_nothing() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=False)
        made.tab.pause()
        made.tab.tell_state('{"type":"state"}')
        await made.wire.of("state")
        assert made.wire.messages == []


async def test_only_the_newest_state_and_hello_are_sent_and_before_data() -> None:
    async with desk() as made:
        made.tick()
        made.tab.tell_state('{"type":"state","n":1}')
        made.tab.tell_state('{"type":"state","n":2}')
        made.tab.greet('{"type":"hello","n":1}')
        made.tab.greet('{"type":"hello","n":2}')
        made.tab.watch(with_rows=False)
        await made.data()
        made.tab.answer('{"type":"answer"}')
        await made.wire.of("answer")


async def test_hello_and_state_go_first() -> None:
    made = Desk()
    made.tick()
    made.tab.watch(with_rows=False)
    made.tab.answer('{"type":"answer"}')
    made.tab.tell_state('{"type":"state","n":1}')
    made.tab.tell_state('{"type":"state","n":2}')
    made.tab.greet('{"type":"hello"}')
    sending = asyncio.create_task(made.tab.send_all())
    await made.wire.until(lambda message: message["type"] == "hello")
    assert (await made.wire.of("state"))["n"] == 2
    await made.wire.of("answer")
    assert await made.data() == ("full", 1, False)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_frozen_tab_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab_module, "SEND_SECONDS", 0.05)
    made = Desk()
    made.wire.stall()
    made.tab.tell_state('{"type":"state"}')
    with pytest.raises(TabClosed, match="takes no messages"):
        await made.tab.send_all()


async def test_a_silent_tab_hears_the_state_again_as_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab_module, "SIGN_OF_LIFE_SECONDS", 0.02)
    async with desk() as made:
        made.tab.tell_state('{"type":"state"}')
        for _ in range(3):
            await made.wire.of("state")


@pytest.mark.parametrize(
    "text", ["", "x", "[1]", "null", "3", "[" * 30_000, '"watch"', "{" + " " * MESSAGE_BYTES + "}"]
)
def test_what_is_no_message_closes_the_tab(text: str) -> None:
    with pytest.raises(TabClosed) as closed:
        read_message(text)
    assert closed.value.code == 1008


def test_a_message_is_an_object() -> None:
    assert read_message('{"type":"pause"}') == {"type": "pause"}


async def test_after_a_hello_of_another_stream_the_full_is_of_that_stream() -> None:
    async with desk() as made:
        made.tick()
        made.tab.watch(with_rows=False)
        assert await made.data() == ("full", 1, False)
        made.tab.greet('{"type":"hello"}', after_step=made.encoder.step)
        await made.wire.of("hello")
        made.tick()
        assert await made.data() == ("full", 2, False)
