"""One writer at a time."""

import os
from pathlib import Path

import pytest

from netmon_recorder.store import StorageError, StorageTaken
from netmon_recorder.store.lock import WriterLock


def test_the_second_is_told_the_pid_of_the_first(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "lock")
    with pytest.raises(StorageTaken) as caught:
        WriterLock(tmp_path / "lock")
    assert caught.value.pid == os.getpid()
    lock.release()
    WriterLock(tmp_path / "lock").release()


def test_a_lock_of_a_dead_process_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("999999\n")
    WriterLock(tmp_path / "lock").release()


def test_a_lock_whose_file_was_removed_is_taken_again_unless_another_has_it(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "lock")
    lock.renew()
    (tmp_path / "lock").unlink()
    other = WriterLock(tmp_path / "lock")
    with pytest.raises(StorageTaken):
        lock.renew()
    other.release()
    lock.renew()
    with pytest.raises(StorageTaken):
        WriterLock(tmp_path / "lock")
    lock.release()


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="cannot open"):
        WriterLock(tmp_path / "lock")
