"""The fake does what a test tells it."""

import grpc
import pytest

from netmon_client import CollectorUnreachable, connect
from netmon_client.rpc import open_channel
from netmon_client.testing import FakeCollector, a_snapshot


def test_the_next_run_is_another_instance_named_as_told() -> None:
    with FakeCollector() as fake:
        fake.restart("mine")
        assert fake.instance_id == "mine"
        with connect(fake.socket) as client:
            assert client.snapshot().instance_id == "mine"


def test_a_new_subscriber_is_sent_all_that_was_given_or_the_newest_published() -> None:
    with (
        FakeCollector(snapshots=[a_snapshot(sequence=1), a_snapshot(sequence=2)]) as fake,
        connect(fake.socket) as client,
    ):
        items = client.snapshots()
        assert [getattr(next(items), "sequence", 0) for _ in range(3)] == [2, 1, 2]
        fake.publish(a_snapshot(sequence=3))
        later = client.snapshots()
        assert [getattr(next(later), "sequence", 0) for _ in range(2)] == [3, 3]


def test_a_killed_hanging_one_lets_its_threads_go() -> None:
    with FakeCollector() as fake, connect(fake.socket, timeout=0.2) as hasty, connect(fake.socket) as client:
        fake.hang()
        with pytest.raises(CollectorUnreachable):
            hasty.status()
        fake.kill()
        fake.restart()
        assert client.status().instance_id == "instance-2"


def test_a_garbled_request_is_refused_as_grpc_does() -> None:
    with FakeCollector() as fake, open_channel(fake.socket) as channel:
        call = channel.unary_unary("/netmon.v1.MonitorService/GetStatus", bytes, bytes)
        with pytest.raises(grpc.RpcError):
            call(b"\xff\xff", timeout=30)
