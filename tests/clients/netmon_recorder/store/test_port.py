"""The port, and that SQLite stands behind it."""

from pathlib import Path

from netmon_recorder.store import HistoryStore, StorageError, StorageTaken
from tests.support.history_stage import opened


def test_sqlite_is_a_history_store(tmp_path: Path) -> None:
    with opened(tmp_path) as sqlite:
        store: HistoryStore = sqlite  # pyright holds it to the port
        assert store.resume_point().until_time is None


def test_a_storage_that_is_taken_says_by_whom() -> None:
    error = StorageTaken("taken", 42)
    assert isinstance(error, StorageError)
    assert error.pid == 42
