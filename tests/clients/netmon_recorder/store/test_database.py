"""The file: what faults of an earlier run lead to."""

import errno
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from netmon.model import BucketSize, StorageState, UsageQuery
from netmon_recorder.store import StorageError, StorageFull, StorageTaken, StorageTooNew, UsageBatch
from netmon_recorder.store.database import Ballast, beside, close_file, in_transaction, open_file
from netmon_recorder.store.schema import MIGRATIONS
from netmon_recorder.store.sqlite import open_store
from tests.support.history_stage import NOON, keep, opened, row
from tests.support.history_writer import ROWS_A_BATCH
from tests.support.source_tree import ROOT

WRITER = (sys.executable, "-m", "tests.support.history_writer")


def received(folder: Path, now: float) -> int:
    with opened(folder) as store:
        query = UsageQuery(since_time=NOON, until_time=now, bucket=BucketSize.RANGE)
        return store.usage(query, now).total.received_bytes


def test_twenty_kills_while_writing_damage_nothing_and_lose_at_most_a_batch(tmp_path: Path) -> None:
    path, chosen, number = tmp_path / "history.db", random.Random(6), 0
    for _ in range(20):
        writer = subprocess.Popen([*WRITER, str(path), str(number)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = number - 1
        for _ in range(chosen.randrange(1, 30)):
            told = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        told = max([told, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        with opened(tmp_path) as store:
            status = store.status(NOON)
            assert status.degraded == ()  # nothing was damaged
            kept = int(store.resume_point().checkpoint or b"-1")
            # What was acknowledged is there; the batch under way may be, all of it.
            assert told <= kept <= told + 1
            assert status.tiers[0].row_count == (kept + 1) * ROWS_A_BATCH
        number = kept + 1
    assert received(tmp_path, NOON + number * 60) == number * ROWS_A_BATCH * 1000


def test_a_second_recorder_is_told_whose_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        with pytest.raises(StorageTaken, match=f"pid {os.getpid()}") as caught:
            open_store(tmp_path / "history.db", now=NOON)
        assert caught.value.pid == os.getpid()
        keep(store, row(NOON))  # the first goes on
    assert received(tmp_path, NOON + 60) == 2000


def test_a_newer_history_is_refused_and_not_touched(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON))
    path = tmp_path / "history.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageTooNew, match="update it"):
        open_store(path, now=NOON)
    assert path.read_bytes() == before


def test_a_damaged_page_is_found_after_an_unclean_end_and_the_file_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        for minute in range(200):
            keep(store, *(row(NOON + minute * 60, domain=f"{each}.example") for each in range(40)))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    beside(path, ".running").touch()
    with opened(tmp_path) as store:
        (note,) = store.status(NOON).degraded
        assert note.code == "history.set_aside"
        keep(store, row(NOON))
    aside = beside(path, f".damaged-{int(NOON)}")
    assert aside.read_bytes() == bytes(content)
    assert received(tmp_path, NOON + 60) == 1000


@pytest.mark.parametrize("content", [b"no database at all" * 400, b"SQLite format 3\0" + b"\xff" * 8000])
def test_what_is_no_database_is_set_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "history.db").write_bytes(content)
    try:
        with opened(tmp_path) as store:
            assert [note.code for note in store.status(NOON).degraded] == ["history.set_aside"]
    except StorageTooNew:
        assert content.startswith(b"SQLite")  # its header says a version that nobody knows


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "state" / "netmon") as store:
        keep(store, row(NOON))
        for file in (tmp_path / "state" / "netmon").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert stat.S_IMODE((tmp_path / "state" / "netmon").stat().st_mode) == 0o700


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot make .*: Not a directory"):
        open_store(tmp_path / "file" / "netmon" / "history.db", now=NOON)


def test_a_database_of_another_program_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (address TEXT)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        open_store(path, now=NOON)
    assert path.read_bytes() == before


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "history.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="no regular file"):
        open_store(tmp_path / "history.db", now=NOON)


def test_a_migration_keeps_a_copy_and_happens_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        keep(store, row(NOON))
    better = (
        *MIGRATIONS,
        ("CREATE TABLE more (a INTEGER) STRICT", "INSERT INTO more SELECT count(*) FROM usage_minute"),
    )
    broken = (*MIGRATIONS, ("CREATE TABLE more (a INTEGER) STRICT", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(StorageError, match="nowhere"):
        open_file(path, NOON, broken)
    file = open_file(path, NOON, better)
    assert file.connection.execute("SELECT a FROM more").fetchone() == (1,)
    close_file(file)
    copy = sqlite3.connect(beside(path, f".before-v{len(better)}"))
    assert copy.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert copy.execute("SELECT count(*) FROM usage_minute").fetchone() == (1,)
    copy.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    file = open_file(tmp_path / "history.db", NOON)

    def work() -> None:
        file.connection.execute("INSERT INTO note (name, value) VALUES ('a', 1)")
        raise KeyError

    with pytest.raises(KeyError):
        in_transaction(file.connection, work)
    assert file.connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
    close_file(file)


def test_the_ballast_is_given_up_and_taken_again(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "history.db", 8192, 0)
    ballast.take()
    assert ballast.is_held
    ballast.give_up()
    assert not ballast.is_held
    ballast.check_room()


def test_a_ballast_on_a_disk_that_fails_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    ballast = Ballast(tmp_path / "history.db", 8192, 0)
    monkeypatch.setattr(os, "open", fail)
    ballast.take()
    monkeypatch.setattr(Path, "stat", fail)
    assert not ballast.is_held
    monkeypatch.setattr(shutil, "disk_usage", fail)
    ballast.take()
    with pytest.raises(StorageError, match="Input/output error"):
        ballast.check_room()


_FULL_DISK = """
set -e
mount -t tmpfs -o size=4m tmpfs "$1"
exec "$2" -m tests.support.history_full_disk "$1"
"""


_READ_ONLY_DISK = """
set -e
PATH="$PATH:/usr/sbin:/sbin"
truncate --size 8M "$1.image"
mkfs.ext4 -q "$1.image"
mount -o loop,errors=remount-ro "$1.image" "$1"
exec "$2" -m tests.support.history_read_only_disk "$1" "$(findmnt --noheadings --output SOURCE "$1")"
"""


def in_mounts_of_its_own(script: str, folder: Path) -> list[str]:
    """Run a shell script with a folder and this Python; give the words that it said."""
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(folder), sys.executable]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.root
def test_a_full_disk_stops_the_writing_and_a_freed_one_lets_it_go_on(tmp_path: Path) -> None:
    assert in_mounts_of_its_own(_FULL_DISK, tmp_path) == ["full", "cleaned", "goes-on", "whole"]


@pytest.mark.root
def test_what_is_kept_can_be_read_on_a_disk_that_can_only_be_read_after_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    assert in_mounts_of_its_own(_READ_ONLY_DISK, folder) == ["kept", *["refused", "read", "told"] * 2]


def test_a_nearly_full_disk_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store._ballast.reserve_bytes = 1 << 62
        with pytest.raises(StorageFull):
            store.append(UsageBatch(until_time=NOON, rows=(row(NOON),)))
        status = store.status(NOON)
        assert status.state is StorageState.DISK_FULL
        assert [note.code for note in status.degraded] == ["history.disk_full"]
        store._ballast.reserve_bytes = 0
        store.append(UsageBatch(until_time=NOON, rows=(row(NOON),)))
        assert store.status(NOON).state is StorageState.WRITING
    assert received(tmp_path, NOON + 60) == 1000
