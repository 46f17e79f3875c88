"""One server a socket: whoever holds the lock file owns the path beside it."""

import fcntl
import os
from pathlib import Path

# Nobody else may open it: whoever can open a file, for reading even, can lock it and so keep the service down.
_MODE = 0o600
_LONGEST_PID_BYTES = 32


class AlreadyRunning(Exception):
    """Another server holds the socket. ``pid`` is None where it could not be read (it is starting this moment)."""

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__("already running" if pid is None else f"already running, pid {pid}")
        self.path = path
        self.pid = pid


class SocketLock:
    """The lock file beside a socket, with its holder's process id in it.

    The file stays when the lock is given up: to remove it would let two servers lock two files of the same name.
    """

    def __init__(self, socket_path: Path) -> None:
        self.path = socket_path.with_name(socket_path.name + ".lock")
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether the lock is held, and on the very file that has the name now."""
        if self._fd is None:
            return False
        try:
            named = self.path.lstat()
        except FileNotFoundError:
            return False
        held = os.fstat(self._fd)
        return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)

    def acquire(self) -> None:
        """Take the lock and write the process id. Raises AlreadyRunning; OSError where the file cannot be made."""
        if self.is_held:
            return
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _read_pid(fd)
            os.close(fd)
            raise AlreadyRunning(self.path, pid) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self.release()
        self._fd = fd

    def hand_over(self, uid: int, gid: int) -> None:
        """Give the file to another user, who will hold the lock on. Needs root; raises OSError."""
        if self._fd is not None and os.fstat(self._fd).st_uid != uid:
            os.fchown(self._fd, uid, gid)

    def release(self) -> None:
        """Give the lock up. Does nothing if it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _read_pid(fd: int) -> int | None:
    text = os.pread(fd, _LONGEST_PID_BYTES, 0).strip()
    return int(text) if text.isdigit() else None
