"""The journal's size: a reader from outside that never ends keeps SQLite from writing it back."""

import sqlite3
from pathlib import Path
from typing import Final

from netmon_recorder.store.port import StorageHeld

JOURNAL_LIMIT_BYTES: Final = 48 * 1024 * 1024
"""Above which nothing is written while a reader holds the journal: the largest transaction then ends below 64 MB."""


def check_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `StorageHeld` where the journal is long and cannot be written back. Outside of a transaction."""
    try:
        size = path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return
    if size < JOURNAL_LIMIT_BYTES or connection.in_transaction:
        return
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")  # who reads for minutes will not end within seconds
    try:
        (is_held, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(patience)}")  # a number of SQLite's: it takes no parameter
    if is_held:
        raise StorageHeld("another program reads the database and holds its journal: nothing is written until it ends")
