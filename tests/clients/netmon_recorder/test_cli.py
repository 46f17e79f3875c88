import os
import signal
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from netmon import __version__
from netmon_recorder.cli import main
from tests.support.namespaces import needs_root
from tests.support.recorder_process import RECORDER, recorder
from tests.support.small_disk import small_disk


def test_help_and_version_need_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for flag, expected in (("--help", "Keep history"), ("--version", __version__)):
        with pytest.raises(SystemExit) as ended:
            main([flag])
        assert ended.value.code == 0
        assert expected in capsys.readouterr().out


def ended(*flags: str) -> tuple[int, str]:
    """Run it to its end; give the exit code and what it said."""
    done = subprocess.run([*RECORDER, *flags], capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stderr


def test_a_wrong_setting_is_2_and_says_which() -> None:
    code, said = ended("--quota", "7")
    assert (code, "quota must be 0" in said, "netmon-recorder --help" in said) == (2, True, True)


def test_a_second_recorder_is_75_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with recorder(tmp_path, "/nowhere/collector.sock") as first:
        code, said = ended(*first.command[len(RECORDER) :])
        assert code == 75
        assert f"already running, pid {first.pid}" in said
        assert first.status() is not None


def test_a_history_of_a_newer_version_is_78_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()
    code, said = ended("--database", str(path), "--socket", str(tmp_path / "r.sock"))
    assert (code, path.read_bytes()) == (78, before)
    assert "update it" in said


@pytest.mark.root
@needs_root
def test_a_disk_without_any_room_is_74(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        disk.fill()
        code, said = ended("--database", str(disk.folder / "history.db"), "--socket", str(tmp_path / "r.sock"))
        assert (code, "the disk is full" in said, "Traceback" in said) == (74, True, False)


def test_a_place_that_cannot_be_is_69(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = ended("--database", str(tmp_path / "file" / "netmon" / "h.db"), "--socket", str(tmp_path / "r.sock"))
    assert (code, "cannot make" in said, "Traceback" in said) == (69, True, False)
    code, said = ended("--database", str(tmp_path / "h.db"), "--socket", str(tmp_path / "no" / "such" / "r.sock"))
    assert (code, "cannot serve" in said) == (69, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_a_signal_with_0_and_takes_its_socket_along(tmp_path: Path, number: signal.Signals) -> None:
    with recorder(tmp_path, "/nowhere/collector.sock") as running:
        running.signal(number)
        assert running.exit_code() == 0
        assert not Path(running.socket).exists()


def test_what_it_keeps_is_its_users_alone_and_its_socket_too_but_for_roots(tmp_path: Path) -> None:
    with recorder(tmp_path, "/nowhere/collector.sock") as running:
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("history.db*")}
        assert set(modes.values()) == {0o600}
        others = stat.S_IMODE(Path(running.socket).stat().st_mode) & 0o007
        assert others == (0o006 if os.geteuid() == 0 else 0)


def test_its_log_holds_no_path_of_a_user_nor_an_address(tmp_path: Path) -> None:
    with recorder(tmp_path, "/nowhere/collector.sock", "--verbose") as running:
        running.terminate()
        said = running.log.read_text()
        assert "serving" in said
        assert "stopped" in said
        assert str(tmp_path) not in said
