from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import Caller, Visibility
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


def test_who_asks_is_asked_again_after_ten_seconds_for_rights_change() -> None:
    now = 100.0
    with FakeRecorder() as recorder:
        link = RecorderLink(recorder.socket, clock=lambda: now)
        assert [link.caller().sees for _ in range(3)] == [Visibility.ALL] * 3
        assert recorder.calls == ("GetStorageStatus",)
        status = recorder.answers.status
        caller = Caller(uid=1000, sees=Visibility.OWN)
        recorder.answers.status = replace(status, recorder=replace(status.recorder, caller=caller))
        now += 9.9
        assert link.caller().sees is Visibility.ALL
        now += 0.1
        assert link.caller().sees is Visibility.OWN
        link.close()
