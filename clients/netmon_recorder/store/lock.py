"""One writer at a time: a lock file beside the database, held as long as it is open."""

import fcntl
import logging
import os
from pathlib import Path

from netmon_recorder.store.disk_errors import refusal
from netmon_recorder.store.port import StorageTaken

log = logging.getLogger(__name__)


class WriterLock:
    """The lock of one database. Raises `StorageTaken` where another process holds it.

    flock ends with its process however that ends, so a kill leaves nothing to clean up.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = _locked(path)

    def renew(self) -> None:
        """Take it again where its file was removed: another process could else take it too. Raises as the making."""
        try:
            is_in_place = os.path.samestat(os.fstat(self._descriptor), self._path.lstat())
        except OSError:
            is_in_place = False
        if not is_in_place:
            descriptor = _locked(self._path)
            self.release()
            self._descriptor = descriptor

    def release(self) -> None:
        """Let go. The file stays: whoever removed it could remove another one's."""
        os.close(self._descriptor)


def _locked(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise refusal(f"cannot open {path}", error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = _pid(os.pread(descriptor, 32, 0))
        os.close(descriptor)
        raise StorageTaken(f"another recorder writes there, pid {pid or 'unknown'}", pid) from None
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
    except OSError as error:  # the lock holds without its number
        log.warning("the number of this process could not be written to the lock file: %s", error.strerror)
    return descriptor


def _pid(text: bytes) -> int:
    stripped = text.strip()
    return int(stripped) if stripped.isdigit() else 0
