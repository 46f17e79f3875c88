from pathlib import Path

import pytest

from netmon_cli.own_child import ChildFailed
from netmon_cli.own_recorder import (
    OwnRecorder,
    exit_words,
    failed_line,
    own_socket,
    recorder_line,
    running_recorder,
    start_recorder,
)
from tests.support.recorder_process import RECORDER


@pytest.fixture(autouse=True)
def its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the recorder of a test serves and keeps history."""
    monkeypatch.setenv("NETMON_RECORDER_SOCKET", str(tmp_path / "r.sock"))
    monkeypatch.setenv("NETMON_RECORDER_DATABASE", str(tmp_path / "history.db"))
    return tmp_path


def test_it_is_started_found_and_ended(its_place: Path) -> None:
    assert running_recorder() is None
    with OwnRecorder(RECORDER, "/nowhere/c.sock") as own:
        status = start_recorder(own)
        assert recorder_line(status) == f"recorder   ok   pid {own.pid} · history in {its_place}/history.db"
        found = running_recorder()
        assert found is not None
        assert found.recorder.pid == own.pid
    assert own.exit_code == 0
    assert running_recorder() is None


def test_one_that_does_not_start_says_why_in_one_line() -> None:
    with (
        OwnRecorder([*RECORDER, "--month-starts-on", "40"], "/nowhere/c.sock") as own,
        pytest.raises(ChildFailed) as failed,
    ):
        start_recorder(own)
    line = failed_line(failed.value)
    assert line.startswith("recorder   none ")
    assert "month_starts_on must be from 1 to 31" in line
    assert "\n" not in line


def test_its_socket_is_that_of_the_environment_or_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETMON_RECORDER_SOCKET")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    assert own_socket() == "/run/user/1000/netmon/recorder.sock"


@pytest.mark.parametrize("code", [-9, 1, 2, 69, 75, 78])
def test_each_way_to_end_has_its_words(code: int) -> None:
    assert exit_words(code).endswith((".", "netmon-recorder"))
