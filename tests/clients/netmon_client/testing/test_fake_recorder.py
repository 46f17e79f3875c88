"""The fake recorder does what a test tells it."""

import socket
from pathlib import Path

import pytest

from netmon.model import UsageQuery
from netmon_client import IncompatibleVersion, RecorderUnreachable, connect_history
from netmon_client.testing import FakeRecorder


def test_its_socket_is_there_while_it_runs_and_its_folder_goes_with_it() -> None:
    fake = FakeRecorder()
    with fake:
        assert Path(fake.socket).is_socket()
        with pytest.raises(RuntimeError, match="already"):
            fake.start()
    assert not Path(fake.socket).parent.exists()
    fake.close()


def test_a_killed_one_leaves_its_file_behind_and_comes_back_with_its_alerts() -> None:
    with FakeRecorder() as fake, connect_history(fake.socket) as client:
        fake.kill()
        with socket.socket(socket.AF_UNIX) as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(fake.socket)
        with pytest.raises(RecorderUnreachable):
            client.usage(UsageQuery())
        fake.restart()
        assert client.status().recorder.pid == 4801
        assert fake.calls == ("GetStorageStatus",)


def test_one_of_another_version_knows_no_call(tmp_path: Path) -> None:
    fake = FakeRecorder(socket=str(tmp_path / "r.sock"))
    fake.start(other_version=True)
    with connect_history(fake.socket) as client, pytest.raises(IncompatibleVersion):
        client.status()
    fake.close()
    assert tmp_path.exists()
