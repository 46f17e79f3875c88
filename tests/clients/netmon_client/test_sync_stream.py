"""How a server stream is followed: without loss, and never left behind."""

import threading

import pytest

from netmon.model import Gap, GapCause, Snapshot
from netmon_client import connect
from netmon_client.errors import NetmonError
from netmon_client.feed import Hello
from netmon_client.following import Follower, Timing
from netmon_client.sync_stream import StreamFollower
from netmon_client.testing import FakeCollector, a_snapshot


def test_nothing_is_lost_between_collector_and_reader() -> None:
    with FakeCollector(snapshots=[a_snapshot()]) as fake, connect(fake.socket) as client:
        items = client.snapshots()
        assert isinstance(next(items), Hello)
        for sequence in range(2, 50):
            fake.publish(a_snapshot(sequence=sequence))
        snapshots = (item for item in items if isinstance(item, Snapshot))
        assert [next(snapshots).sequence for _ in range(49)] == list(range(1, 50))


def test_a_follower_that_is_closed_first_gives_nothing() -> None:
    follower = StreamFollower("/nowhere", 1.0, Follower("/nowhere", Timing(), 1.0, reconnect=True, wait=True))
    follower.close()
    assert list(follower.items(pytest.fail, lambda _: None)) == []


def test_a_stream_that_the_collector_ends_is_a_loss() -> None:
    with FakeCollector() as fake, connect(fake.socket) as client:
        items = client.snapshots(reconnect=False)
        next(items)
        fake.publish(Gap(cause=GapCause.OVERLOAD))
        fake.kill()
        with pytest.raises(NetmonError):
            list(items)


def test_no_thread_outlives_its_client() -> None:
    with FakeCollector() as fake:
        with connect(fake.socket) as client:
            streams = [client.snapshots(), client.events()]
            assert all(isinstance(next(items), Hello) for items in streams)
        assert [list(items)[-1:] for items in streams]
    assert not [thread for thread in threading.enumerate() if thread.name == "netmon-stream"]
