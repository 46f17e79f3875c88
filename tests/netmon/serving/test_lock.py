import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from netmon.serving import AlreadyRunning
from netmon.serving.lock import SocketLock

HOLDER = """
import sys
from pathlib import Path
from netmon.serving.lock import SocketLock
lock = SocketLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_holder_is_told_the_pid_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=f"already running, pid {child.pid}$") as error:
            SocketLock(path).acquire()
        assert error.value.pid == child.pid
        child.kill()
    SocketLock(path).acquire()


def test_a_holder_that_has_not_written_its_pid_yet_is_a_holder(tmp_path: Path) -> None:
    lock = SocketLock(tmp_path / "c.sock")
    lock.acquire()
    os.truncate(lock.path, 0)
    with pytest.raises(AlreadyRunning, match=r"already running$") as error:
        SocketLock(tmp_path / "c.sock").acquire()
    assert error.value.pid is None


def test_nobody_else_can_open_the_file_and_so_block_a_start(tmp_path: Path) -> None:
    lock = SocketLock(tmp_path / "c.sock")
    lock.acquire()
    assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600


def test_a_lock_that_was_given_up_can_be_taken(tmp_path: Path) -> None:
    first = SocketLock(tmp_path / "c.sock")
    first.acquire()
    first.release()
    assert not first.is_held
    SocketLock(tmp_path / "c.sock").acquire()


def test_to_acquire_what_is_held_does_nothing(tmp_path: Path) -> None:
    lock = SocketLock(tmp_path / "c.sock")
    lock.acquire()
    lock.acquire()
    assert lock.is_held


def test_a_lock_whose_file_was_removed_is_not_held_and_taken_anew(tmp_path: Path) -> None:
    lock = SocketLock(tmp_path / "c.sock")
    lock.acquire()
    lock.path.unlink()
    assert not lock.is_held
    lock.acquire()
    assert lock.is_held
    with pytest.raises(AlreadyRunning):
        SocketLock(tmp_path / "c.sock").acquire()


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    lock = SocketLock(tmp_path / "c.sock")
    lock.path.symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic link"):
        lock.acquire()
    assert (tmp_path / "target").read_text() == "kept"
