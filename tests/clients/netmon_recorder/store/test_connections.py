"""The connections: a file that breaks while it is open is opened anew."""

import _sqlite3
import ctypes
import errno
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import BucketSize, StorageState, UsageQuery
from netmon_recorder.store import StorageBroken, StorageError, StorageTaken, connections
from netmon_recorder.store.database import beside, connect
from netmon_recorder.store.sqlite import open_store
from tests.support.history_stage import NOON, keep, opened, row

_ALL = UsageQuery(since_time=NOON, until_time=NOON + 86_400, bucket=BucketSize.DAY)


def overwrite_middle(path: Path) -> None:
    """Damage the pages of the middle third, in the file that others have open."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 3 // 4096 * 4096)
        file.write(b"\xa5" * (size // 3))


def sqlite_bytes() -> int:
    """Give what SQLite has taken for all connections of this process (sqlite3_memory_used)."""
    used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    used.restype = ctypes.c_longlong
    return int(used())


def test_a_history_that_grows_takes_no_more_memory_between_two_batches(tmp_path: Path) -> None:
    sizes: list[int] = []
    with opened(tmp_path) as store:
        for minute in range(30):
            keep(store, *(row(NOON + minute * 60, domain=f"{each}.{minute}.example") for each in range(90)))
            sizes.append(sqlite_bytes())
    assert sizes[4] > 50_000, "SQLite counts"
    assert sizes[-1] - sizes[4] < 100_000, "its pages were 0.5 MB more"


def test_a_page_that_breaks_while_it_runs_has_the_file_set_aside_and_nothing_new_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        for minute in range(300):
            keep(store, *(row(NOON + minute * 60, domain=f"{each}.example") for each in range(40)))
    with opened(tmp_path) as store:
        overwrite_middle(path)
        with pytest.raises(StorageBroken, match="damaged"):
            store.usage(replace(_ALL, bucket=BucketSize.MINUTE, until_time=NOON + 300 * 60), NOON + 86_400)
        keep(store, row(NOON + 500 * 60))
        status = store.status(NOON)
        assert status.state is StorageState.WRITING
        assert [note.code for note in status.degraded] == ["history.set_aside"]
        assert list(tmp_path.glob("history.db.damaged-*"))
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 1000
    with opened(tmp_path) as store:
        assert store.status(NOON).degraded == ()


def test_a_page_of_notes_that_breaks_has_the_file_set_aside_too(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        (page,) = store._writer.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'note'").fetchone()
    with opened(tmp_path) as store:
        with path.open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\xa5" * 4096)
        keep(store, row(NOON + 60, received=7))
        assert [note.code for note in store.status(NOON).degraded] == ["history.set_aside"]
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 7


def test_what_is_done_with_the_writer_alone_is_explained_as_everything_is(tmp_path: Path) -> None:
    with (
        opened(tmp_path) as store,
        pytest.raises(StorageError, match="no such table"),
        store._connections.writing() as writer,
    ):
        writer.execute("SELECT * FROM nowhere")


def test_a_file_that_is_removed_while_it_runs_is_begun_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        (tmp_path / "history.db").unlink()
        keep(store, row(NOON + 60, received=7))
        assert [note.code for note in store.status(NOON).degraded] == ["history.gone"]
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 7
    with opened(tmp_path) as store:
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 7


def test_while_it_cannot_be_opened_questions_are_refused_and_the_next_batch_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        elsewhere = path.rename(tmp_path / "elsewhere")
        path.mkdir()
        with pytest.raises(Exception, match="no regular file"):
            keep(store, row(NOON + 60))
        for _ in range(5):
            with pytest.raises(Exception, match="closed"):
                store.usage(_ALL, NOON + 86_400)
        assert store.status(NOON).state is StorageState.FAILED
        path.rmdir()
        elsewhere.rename(path)
        keep(store, row(NOON + 60))
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 2000
        assert beside(path, ".running").exists()


def test_a_directory_that_is_removed_while_it_runs_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "netmon"
    with opened(folder) as store:
        keep(store, row(NOON))
        shutil.rmtree(folder)
        status = store.status(NOON)
        assert (status.disk_available_bytes, status.file_bytes) == (0, 0)
        keep(store, row(NOON + 60, received=7))
        assert [note.code for note in store.status(NOON).degraded] == ["history.gone"]
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 7
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(StorageTaken):
            open_store(folder / "history.db", now=NOON)


def test_a_file_in_place_of_its_directory_is_an_error_of_the_storage(tmp_path: Path) -> None:
    folder = tmp_path / "netmon"
    with opened(folder) as store:
        keep(store, row(NOON))
        elsewhere = folder.rename(tmp_path / "elsewhere")
        folder.touch()
        with pytest.raises(StorageError, match="File exists"):
            keep(store, row(NOON + 60))
        folder.unlink()
        elsewhere.rename(folder)
        keep(store, row(NOON + 60))
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 2000


def test_an_error_of_the_disk_is_one_of_the_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object, __: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with opened(tmp_path) as store:
        monkeypatch.setattr(connections, "check_journal", fail)
        with pytest.raises(StorageError, match="Input/output error"):
            keep(store, row(NOON))
        assert store.status(NOON).state is StorageState.FAILED
        monkeypatch.undo()
        keep(store, row(NOON))


def test_where_no_descriptor_is_left_questions_are_refused_and_none_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    def fail(path: Path, *, read_only: bool) -> sqlite3.Connection:
        nonlocal made
        made += 1
        if made == 2:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(path, read_only=read_only)

    with opened(tmp_path) as store:
        keep(store, row(NOON))
        monkeypatch.setattr(connections, "connect", fail)
        (tmp_path / "history.db").unlink()
        with pytest.raises(StorageError, match="unable to open"):
            keep(store, row(NOON + 60))
        assert store._connections._readers.qsize() == 2
        with pytest.raises(StorageError, match="closed"):
            store.usage(_ALL, NOON + 86_400)
        keep(store, row(NOON + 60, received=7))
        assert store.usage(_ALL, NOON + 86_400).total.received_bytes == 7
