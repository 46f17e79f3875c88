from pathlib import Path

import pytest

from netmon_client.testing.fake_recorder import FakeRecorder
from netmon_dashboard.history.recorder_link import RecorderLink


def test_all_ask_through_one_client() -> None:
    link = RecorderLink("/run/x/r.sock")
    assert link.client() is link.client()
    assert link.told_socket == "/run/x/r.sock"
    link.close()
    link.close()


def test_a_recorder_that_moved_is_found_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    link = RecorderLink()
    for name in ("one", "two"):
        monkeypatch.setenv("NETMON_RECORDER_SOCKET", f"{tmp_path}/{name}.sock")
        assert link.client().socket == f"{tmp_path}/{name}.sock"
    assert link.told_socket == ""
    link.close()


def test_who_asks_is_asked_once() -> None:
    with FakeRecorder() as recorder:
        link = RecorderLink(recorder.socket)
        assert [link.caller().uid for _ in range(3)] == [1000] * 3
        link.close()
    assert recorder.calls == ("GetStorageStatus",)
