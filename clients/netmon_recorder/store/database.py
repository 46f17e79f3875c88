"""The file: opened so that no fault of an earlier run is carried on.

Figures (shared 2-core machine, SQLite 3.40): a kill never damaged a WAL database; a full disk makes even DELETE fail,
hence the ballast; a damaged page in the middle opens and takes writes, hence `quick_check` after an unclean end.
"""

import errno
import logging
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from netmon.model import Degradation
from netmon_recorder.store.disk_errors import refusal
from netmon_recorder.store.lock import WriterLock
from netmon_recorder.store.port import StorageBroken, StorageError, StorageFull, StorageTooNew
from netmon_recorder.store.schema import MIGRATIONS

_SETTINGS: Final = """
PRAGMA busy_timeout = 5000;
PRAGMA trusted_schema = OFF;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 16777216;
PRAGMA temp_store = MEMORY;
"""
_WRITERS_CACHE: Final = "PRAGMA cache_size = -1024"
_READERS_CACHE: Final = "PRAGMA cache_size = -512"
"""In KiB. SQLite's own 2 MB of each connection were measured to fill over an hour and a half of minutes and questions:
they made 3.2 MB. A reader forgets its pages with each batch that is written anyway, and the system keeps the file's."""

_VERSION_OFFSET: Final = 60  # user_version in the header (SQLite file format, 1.3)
_MAGIC: Final = b"SQLite format 3\0"

_FULL: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_SHMSIZE,  # the journal's index could not grow
    }
)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BROKEN: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """The file, its writer's connection and lock, and what was found at the opening."""

    path: Path
    lock: WriterLock
    connection: sqlite3.Connection
    inode: int
    was_unclean: bool = False
    notes: tuple[Degradation, ...] = ()


def open_file(path: Path, now: float, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> OpenedFile:
    """Open or make the database. Raises `StorageTaken`, `StorageTooNew`, `StorageFull` or `StorageError`.

    A damaged file is set aside under another name, never deleted, and a new one begun. ``now`` names it.
    """
    _make_folder(path.parent)
    lock = WriterLock(beside(path, ".lock"))
    try:
        return _opened(path, lock, now, migrations, was_unclean=beside(path, ".running").exists())
    except StorageError:
        lock.release()
        raise


def reopen_file(broken: OpenedFile, now: float) -> OpenedFile:
    """Open a file anew that broke while it was open, under the same lock. Its connections are closed before.

    Raises as `open_file`; the lock is held on. A directory that was removed is made anew.
    """
    _make_folder(broken.path.parent)
    broken.lock.renew()
    was_there = broken.path.exists()
    opened = _opened(broken.path, broken.lock, now, MIGRATIONS, was_unclean=True)
    gone = () if was_there else (_GONE,)
    return replace(opened, notes=(*broken.notes, *opened.notes, *gone))


def close_file(opened: OpenedFile, *, is_clean: bool = True) -> None:
    """Close the writer's connection; the readers are closed before. Says that the end was clean, if it was."""
    try:
        opened.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        opened.connection.execute("PRAGMA optimize")
        opened.connection.close()
        if is_clean:
            beside(opened.path, ".running").unlink(missing_ok=True)
    except sqlite3.Error as error:
        raise explained(error) from error
    finally:
        opened.lock.release()


def _opened(
    path: Path, lock: WriterLock, now: float, migrations: Sequence[Sequence[str]], *, was_unclean: bool
) -> OpenedFile:
    try:
        _check_place(path)
        _refuse_newer(_version_in_header(path), len(migrations))
        aside: Path | None = None
        if not _is_sound(path, was_unclean=was_unclean):
            aside = _set_aside(path, now)
        connection = _prepared(path, migrations)
        try:
            beside(path, ".running").touch(mode=0o600)
            inode = path.stat().st_ino
        except OSError:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise explained(error) from error
    except OSError as error:
        raise refusal(f"cannot open {path}", error) from error
    notes = () if aside is None else (_aside_note(aside),)
    return OpenedFile(path=path, lock=lock, connection=connection, inode=inode, was_unclean=was_unclean, notes=notes)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(f"cannot make {folder}", error) from error


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open a connection for use from any thread, one at a time."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    try:
        connection.executescript(_SETTINGS)
        connection.execute(_READERS_CACHE if read_only else _WRITERS_CACHE)
        if read_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def explained(error: sqlite3.Error) -> StorageError:
    """Give the error that tells the recorder what to do."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _FULL or code & 0xFF == sqlite3.SQLITE_FULL:
        return StorageFull("the disk is full")
    if code & 0xFF in _DAMAGED:
        return StorageBroken("the database is damaged: it is set aside with the next batch")
    if code & 0xFF in _BROKEN:
        return StorageBroken(f"the database cannot be used, and is opened anew with the next batch: {error}")
    return StorageError(f"SQLite: {error}")


def beside(path: Path, suffix: str) -> Path:
    """Give the path of a file that belongs to the database."""
    return path.with_name(path.name + suffix)


def _check_place(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        return
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(f"{path} is no regular file")
    if status.st_uid != os.geteuid():
        raise StorageError(f"{path} belongs to uid {status.st_uid}")
    if status.st_mode & 0o077:
        path.chmod(0o600)


def _version_in_header(path: Path) -> int:
    """Give the version that a file says it has, without opening it as a database; 0 where it is none."""
    with path.open("rb") as file:
        header = file.read(_VERSION_OFFSET + 4)
    return int.from_bytes(header[_VERSION_OFFSET:], "big") if header.startswith(_MAGIC) else 0


def _refuse_newer(version: int, known: int) -> None:
    if version > known:
        raise StorageTooNew(f"the history is of version {version}, and this recorder knows {known}: update it")


def _is_sound(path: Path, *, was_unclean: bool) -> bool:
    """Tell whether the file can be read as a database; after an unclean end, whether all of its pages can."""
    if path.stat().st_size == 0:
        return True
    try:
        with closing(connect(path, read_only=False)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if not was_unclean:
                return True
            return connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            return False
        raise


def _set_aside(path: Path, now: float) -> Path:
    aside = beside(path, f".damaged-{int(now)}")
    for suffix in ("", "-wal", "-shm"):
        file = beside(path, suffix)
        if file.exists():
            file.rename(beside(aside, suffix))
    _check_place(path)
    return aside


def _aside_note(aside: Path) -> Degradation:
    return Degradation(
        code="history.set_aside",
        text=f"the history before was damaged and is set aside as {aside.name}",
        remedy=f'sqlite3 {aside} ".recover" | sqlite3 recovered.db',
    )


_GONE: Final = Degradation(
    code="history.gone",
    text="the history was removed while it was in use, and a new one is begun",
    remedy="netmon-cli status",
)


def _prepared(path: Path, migrations: Sequence[Sequence[str]]) -> sqlite3.Connection:
    connection = connect(path, read_only=False)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        _refuse_newer(version, len(migrations))
        if version == 0:
            _refuse_other(connection, path)
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table
        connection.execute("PRAGMA journal_mode = WAL")
        if version < len(migrations):
            if version:
                _back_up(connection, beside(path, f".before-v{len(migrations)}"))
            in_transaction(connection, lambda: _migrate(connection, migrations, version))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the header shows the version
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_other(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
        raise StorageError(f"{path} is a database of another program: name another file")


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]], version: int) -> None:
    for statements in migrations[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(migrations)}")  # a count of ours: a PRAGMA takes no parameter


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy the database as it is. The copy before, if there is one, is replaced only by a whole one."""
    part = beside(copy, ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    target = sqlite3.connect(part)
    try:
        connection.backup(target)
    finally:
        target.close()
    part.replace(copy)


def in_transaction(connection: sqlite3.Connection, work: Callable[[], None]) -> None:
    """Do all of it or nothing. The lock for writing is taken at once, so that no other writer can get in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        work()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have ended it already
            connection.execute("ROLLBACK")
        raise


class Ballast:
    """A file of zeros beside the database. Given up when the disk is full, so that old rows can be deleted.

    Nothing depends on it: where the disk fails, it is not held, and taken another time.
    """

    def __init__(self, path: Path, size_bytes: int, reserve_bytes: int) -> None:
        self._path = beside(path, ".ballast")
        self._size_bytes = size_bytes
        total = shutil.disk_usage(path.parent).total
        self.reserve_bytes = min(reserve_bytes, total // 20)

    @property
    def available_bytes(self) -> int:
        """Bytes that are free on the disk; 0 where that cannot be told."""
        try:
            return self._free_bytes()
        except OSError:
            return 0

    @property
    def is_held(self) -> bool:
        """Whether the ballast is there in full."""
        try:
            return self._path.stat().st_size == self._size_bytes
        except OSError:
            return False

    def check_room(self) -> None:
        """Raise `StorageFull` where less than the reserve is free: others need the disk too. Else `StorageError`.

        The room of a ballast that was given up is for deleting, not for the next batch.
        """
        held_back = 0 if self.is_held else self._size_bytes
        try:
            available = self._free_bytes()
        except OSError as error:
            raise StorageError(f"cannot tell how much of the disk is free: {error.strerror}") from error
        if available < self.reserve_bytes + held_back:
            raise StorageFull("the disk is nearly full")

    def check_writable(self) -> None:
        """Raise `StorageError` where the disk can only be read, as Linux has it after an error: SQLite calls it full.

        Tried, not asked: ext4 goes on to say that it can be written (Linux 6.18).
        """
        try:
            os.utime(self._path.parent)
        except OSError as error:  # anything else is for whoever writes
            if error.errno == errno.EROFS:
                raise StorageError("the disk can only be read") from error

    def give_up(self) -> None:
        """Free the room."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the ballast could not be given up: %s", error.strerror)

    def take(self) -> None:
        """Take the room again where there is plenty."""
        try:
            if not self.is_held and self.available_bytes >= self.reserve_bytes + 2 * self._size_bytes:
                self._fill()
        except OSError as error:  # somebody took the room in between, say: the next minute tries again
            log.debug("the ballast could not be taken: %s", error.strerror)
            self.give_up()

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._path.parent).free

    def _fill(self) -> None:
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            # Written, not only announced: sparse zeros hold no room.
            os.write(descriptor, bytes(self._size_bytes))
        finally:
            os.close(descriptor)
