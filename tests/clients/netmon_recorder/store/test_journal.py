"""The journal while a reader from outside holds it."""

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from netmon.model import StorageState
from netmon_recorder.store import StorageHeld
from netmon_recorder.store.database import beside
from netmon_recorder.store.journal import JOURNAL_LIMIT_BYTES
from netmon_recorder.store.sqlite import SqliteStore
from tests.support.history_stage import NOON, keep, opened, row


def keep_for_ever(store: SqliteStore) -> None:
    for minute in itertools.count():
        keep(store, *(row(NOON + minute * 60, domain=f"{minute}-{each}.example") for each in range(90)))


def test_a_long_reader_stops_the_writing_below_64_megabytes_and_its_end_lets_it_go_on(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM key").fetchone()
            with pytest.raises(StorageHeld, match="holds its journal"):
                keep_for_ever(store)
            assert JOURNAL_LIMIT_BYTES <= beside(path, "-wal").stat().st_size <= 64e6
            status = store.status(NOON)
            assert status.state is StorageState.FAILED
            assert "holds its journal" in status.degraded[0].text
        keep(store, row(NOON))
        assert store.status(NOON).state is StorageState.WRITING
        assert beside(path, "-wal").stat().st_size < 20e6
