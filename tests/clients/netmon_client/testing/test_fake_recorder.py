"""The fake recorder does what a test tells it."""

import pytest

from netmon.model import UsageQuery
from netmon_client import RecorderUnreachable, connect_history
from netmon_client.testing import FakeRecorder


def test_a_killed_one_comes_back_with_its_answers() -> None:
    with FakeRecorder() as fake, connect_history(fake.socket) as client:
        fake.kill()
        with pytest.raises(RecorderUnreachable):
            client.usage(UsageQuery())
        fake.restart()
        assert client.status().recorder.pid == 4801
        assert fake.calls == ("GetStorageStatus",)
