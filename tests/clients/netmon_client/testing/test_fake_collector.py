"""The fake does what a test tells it."""

import socket
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from netmon_client import CollectorUnreachable, connect
from netmon_client.rpc import open_channel
from netmon_client.testing import FakeCollector, a_snapshot


def test_its_socket_is_there_while_it_runs_and_its_folder_goes_with_it() -> None:
    fake = FakeCollector()
    with fake:
        assert Path(fake.socket).is_socket()
    assert not Path(fake.socket).parent.exists()
    fake.close()


def test_a_killed_one_leaves_its_file_behind() -> None:
    with FakeCollector() as fake:
        fake.kill()
        assert Path(fake.socket).is_socket()
        with socket.socket(socket.AF_UNIX) as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(fake.socket)
        fake.kill()
        fake.restart("mine")
        assert fake.instance_id == "mine"
        with connect(fake.socket) as client:
            assert client.snapshot().instance_id == "mine"


def test_it_can_live_at_a_given_path(tmp_path: Path) -> None:
    path = tmp_path / "a b%20c.sock"
    with FakeCollector(socket=str(path)) as fake, connect(str(path)) as client:
        assert client.status().instance_id == fake.instance_id
        assert fake.calls == ("GetStatus",)
    assert tmp_path.exists()


def test_it_is_started_once() -> None:
    with FakeCollector() as fake, pytest.raises(RuntimeError, match="already"):
        fake.start()


def test_it_answers_for_its_health() -> None:
    with FakeCollector() as fake, open_channel(fake.socket) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        answer = check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


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


def test_fail_and_resume() -> None:
    with FakeCollector() as fake, connect(fake.socket) as client:
        fake.fail()
        with pytest.raises(Exception, match="internal error"):
            client.status()
        fake.resume()
        assert client.status()


def test_a_killed_hanging_one_lets_its_threads_go() -> None:
    with FakeCollector() as fake, connect(fake.socket, timeout=0.2) as client:
        fake.hang()
        with pytest.raises(CollectorUnreachable):
            client.status()
        fake.kill()
        fake.restart()
        assert client.status().instance_id == "instance-2"


def test_a_garbled_request_is_refused_as_grpc_does() -> None:
    with FakeCollector() as fake, open_channel(fake.socket) as channel:
        call = channel.unary_unary("/netmon.v1.MonitorService/GetStatus", bytes, bytes)
        with pytest.raises(grpc.RpcError):
            call(b"\xff\xff", timeout=5)
