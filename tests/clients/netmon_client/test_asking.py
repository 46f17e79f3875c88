"""Single calls over a kept channel; `test_client.py` and `test_history_client.py` hold the two clients to it."""

from pathlib import Path

import pytest

from netmon_client import RecorderUnreachable, calls
from netmon_client.asking import Asking, AsyncAsking
from netmon_client.errors import CollectorUnreachable
from netmon_client.peer import COLLECTOR, RECORDER
from netmon_client.testing import FakeCollector, a_status


def test_a_channel_whose_other_side_was_restarted_is_replaced() -> None:
    with FakeCollector() as fake:
        asking = Asking(fake.socket, 5.0, COLLECTOR)
        assert asking.ask(calls.get_status()).version == a_status().version
        fake.restart()
        assert asking.ask(calls.get_status()).instance_id == fake.instance_id
        asking.drop()
        asking.drop()


def test_nobody_there_is_told_in_the_words_of_the_peer(tmp_path: Path) -> None:
    with pytest.raises(RecorderUnreachable, match="no recorder"):
        Asking(str(tmp_path / "none"), 1.0, RECORDER).ask(calls.get_status())
    with pytest.raises(CollectorUnreachable, match="no collector"):
        Asking(str(tmp_path / "none"), 1.0, COLLECTOR).opened()


def test_a_call_that_takes_too_long_is_sent_once_and_its_channel_stays() -> None:
    with FakeCollector() as fake:
        asking = Asking(fake.socket, 5.0, COLLECTOR)
        asking.ask(calls.get_status())
        channel = asking.opened()
        fake.hang()
        with pytest.raises(CollectorUnreachable, match="did not answer"):
            asking.ask(calls.get_status(), 0.1)
        assert asking.opened() is channel
        assert len(fake.calls) <= 2  # a busy machine may not have begun the second
        asking.drop()


def test_only_the_channel_that_failed_is_let_go_of() -> None:
    with FakeCollector() as fake:
        asking = Asking(fake.socket, 5.0, COLLECTOR)
        old = asking.opened()
        asking.drop_after(CollectorUnreachable("lost"), old)
        new = asking.opened()
        asking.drop_after(CollectorUnreachable("lost"), old)
        assert asking.opened() is new
        asking.drop()


async def test_asyncio_sends_a_slow_call_once_too() -> None:
    with FakeCollector() as fake:
        asking = AsyncAsking(fake.socket, 5.0, COLLECTOR)
        await asking.ask(calls.get_status())
        channel = asking.opened()
        fake.hang()
        with pytest.raises(CollectorUnreachable, match="did not answer"):
            await asking.ask(calls.get_status(), 0.1)
        assert asking.opened() is channel
        assert len(fake.calls) <= 2  # a busy machine may not have begun the second
        await asking.drop()


async def test_asyncio_has_the_same() -> None:
    with FakeCollector() as fake:
        asking = AsyncAsking(fake.socket, 5.0, COLLECTOR)
        await asking.ask(calls.get_status())
        fake.restart()
        assert (await asking.ask(calls.get_status())).instance_id == fake.instance_id
        await asking.drop()
