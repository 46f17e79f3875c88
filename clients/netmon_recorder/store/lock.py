"""One writer at a time: a lock file beside the database, held as long as it is open."""

import fcntl
import os
from pathlib import Path

from netmon_recorder.store.port import StorageError, StorageTaken


class WriterLock:
    """The lock of one database. Raises `StorageTaken` where another process holds it.

    flock ends with its process however that ends, so a kill leaves nothing to clean up.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StorageError(f"cannot open {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _pid(os.pread(self._descriptor, 32, 0))
            os.close(self._descriptor)
            raise StorageTaken(f"another recorder writes there, pid {pid or 'unknown'}", pid) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let go. The file stays: whoever removed it could remove another one's."""
        os.close(self._descriptor)


def _pid(text: bytes) -> int:
    stripped = text.strip()
    return int(stripped) if stripped.isdigit() else 0
