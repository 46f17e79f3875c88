"""The connections to the file: one that writes, some that read; opened anew where the file broke under them."""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from netmon.model import Degradation
from netmon_recorder.store.database import OpenedFile, close_file, connect, explained, in_transaction, reopen_file
from netmon_recorder.store.journal import check_journal
from netmon_recorder.store.port import Onlooker, StorageBroken, StorageError
from netmon_recorder.store.veil import draw, show

_READERS: Final = 2
"""Connections for questions; each keeps up to 0.5 MB of pages. More questions at once wait their turn."""

log = logging.getLogger(__name__)


class Connections:
    """Lends connections. What finds the file broken raises `StorageBroken`, and `is_broken` is told until `reopen`."""

    def __init__(self, opened: OpenedFile) -> None:
        self._opened = opened
        self.alone = threading.RLock()
        """Held by whoever writes."""
        self.is_broken = False
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._behind_veil = threading.Lock()
        self._veiled: sqlite3.Connection | None = None
        self._lend(self._made())

    @property
    def writer(self) -> sqlite3.Connection:
        """The one that writes."""
        return self._opened.connection

    @property
    def notes(self) -> tuple[Degradation, ...]:
        """What was found when the file was opened."""
        return self._opened.notes

    @property
    def is_moved(self) -> bool:
        """Whether the file is not where it was: what is written to it would be lost with it."""
        try:
            return self._opened.path.stat().st_ino != self._opened.inode
        except OSError:
            return True

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Lend the writer to one at a time, outside a transaction: for what SQLite does in none."""
        with self.alone, self._explaining():
            yield self.writer

    def write(self, work: Callable[[], None]) -> None:
        """Do a piece of work in a transaction of the writer."""
        with self.writing() as connection:
            check_journal(connection, self._opened.path)
            in_transaction(connection, work)

    def forget_pages(self) -> None:
        """Free the pages that the writer keeps in memory; the system has the file's.

        Between two batches they are no use, and with a history that grows they came to be 1 MB within an hour. Measured
        with 150 rows a minute: a batch takes 5 ms of CPU with them and without.
        """
        with self.writing() as connection:
            connection.execute("PRAGMA shrink_memory")

    @contextmanager
    def reading(self, onlooker: Onlooker | None = None) -> Generator[sqlite3.Connection]:
        """Lend a connection, with one state of the database for as long as it is lent.

        That for onlookers is another one, lent to one of them after the other.
        """
        if onlooker is not None:
            with self._behind_veil, self._explaining(), _in_one_state(self._covered()) as connection:
                show(connection, onlooker)
                yield connection
            return
        connection = self._readers.get()
        try:
            with self._explaining(), _in_one_state(connection):
                yield connection
        finally:
            self._readers.put(connection)

    def reopen(self, now: float) -> None:
        """Open the file anew; a damaged one is set aside. Questions wait for it. Raises `StorageError`."""
        with self.alone:
            self.is_broken = True
            lent = [self._readers.get() for _ in range(_READERS)]
            for connection in (*lent, self.writer):
                _let_go(connection)
            self._uncover()
            try:
                self._opened = reopen_file(self._opened, now)
                lent = self._made()
            finally:  # where that failed, closed ones: a question is refused then, and none waits for ever
                self._lend(lent)
            self.is_broken = False
        log.warning("history was opened anew")

    def close(self, *, is_clean: bool) -> None:
        """Close all; ``is_clean``: the next opening need not look for damage."""
        for _ in range(_READERS):
            self._readers.get().close()
        self._uncover()
        close_file(self._opened, is_clean=is_clean and not self.is_broken)

    def _made(self) -> list[sqlite3.Connection]:
        """Make the connections for questions: all, or none."""
        made: list[sqlite3.Connection] = []
        try:
            with self._explaining():
                while len(made) < _READERS:
                    made.append(connect(self._opened.path, read_only=True))
        except StorageError:
            for connection in made:
                _let_go(connection)
            raise
        return made

    def _lend(self, readers: list[sqlite3.Connection]) -> None:
        for connection in readers:
            self._readers.put(connection)

    def _covered(self) -> sqlite3.Connection:
        """Give the connection for onlookers; opened with the first of them, since most recorders have none."""
        if self._veiled is None:
            # Not for reading alone: what covers the tables is written too, in memory.
            connection = connect(self._opened.path, read_only=False)
            try:
                draw(connection)
            except sqlite3.Error:
                connection.close()
                raise
            self._veiled = connection
        return self._veiled

    def _uncover(self) -> None:
        with self._behind_veil:
            if self._veiled is not None:
                _let_go(self._veiled)
                self._veiled = None

    @contextmanager
    def _explaining(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            told = explained(error)
            self.is_broken = self.is_broken or isinstance(told, StorageBroken)
            raise told from error
        except OSError as error:
            raise StorageError(f"the disk failed: {error.strerror or error}") from error


@contextmanager
def _in_one_state(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def _let_go(connection: sqlite3.Connection) -> None:
    try:
        connection.close()
    except sqlite3.Error as error:  # what it could not write back is in the journal
        log.warning("a connection did not close: %s", type(error).__name__)
