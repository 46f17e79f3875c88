"""The fakes begin, end and misbehave alike."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from grpc_health.v1 import health_pb2

from netmon_client import IncompatibleVersion, NetmonError, connect, connect_history
from netmon_client.rpc import open_channel
from netmon_client.testing import FakeCollector, FakeRecorder

Fake = type[FakeCollector] | type[FakeRecorder]


def asks_status(fake: FakeCollector | FakeRecorder) -> object:
    open_client: Callable[..., Any] = connect if isinstance(fake, FakeCollector) else connect_history
    with open_client(fake.socket, timeout=30.0) as client:
        return client.status()


@pytest.fixture(params=[FakeCollector, FakeRecorder])
def kind(request: pytest.FixtureRequest) -> Fake:
    return request.param


def test_its_socket_is_there_while_it_runs_and_its_folder_goes_with_it(kind: Fake) -> None:
    fake = kind()
    with fake:
        assert Path(fake.socket).is_socket()
        with pytest.raises(RuntimeError, match="already"):
            fake.start()
    assert not Path(fake.socket).parent.exists()
    fake.close()


def test_it_can_live_at_a_given_path(kind: Fake, tmp_path: Path) -> None:
    with kind(socket=str(tmp_path / "a b%20c.sock")) as fake:
        assert asks_status(fake)
        assert len(fake.calls) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_killed_one_leaves_its_file_behind_and_can_be_killed_again(kind: Fake) -> None:
    with kind() as fake:
        fake.kill()
        fake.kill()
        with socket.socket(socket.AF_UNIX) as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(fake.socket)
        fake.restart()
        assert asks_status(fake)


def test_it_answers_for_its_health(kind: Fake) -> None:
    with kind() as fake, open_channel(fake.socket) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        answer = check(health_pb2.HealthCheckRequest(), timeout=30)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_one_that_fails_or_refuses_serves_again_when_told(kind: Fake) -> None:
    with kind() as fake:
        for misbehave, said in ((fake.fail, "internal error"), (fake.refuse, "refused")):
            misbehave()
            with pytest.raises(NetmonError, match=said):
                asks_status(fake)
            fake.resume()
            assert asks_status(fake)


def test_one_of_another_version_knows_no_call(kind: Fake) -> None:
    fake = kind()
    fake.start(other_version=True)
    with pytest.raises(IncompatibleVersion):
        asks_status(fake)
    fake.close()
