"""``/etc/hosts``, read again whenever it changed."""

from pathlib import Path

__all__ = ["HOSTS_PATH", "MAX_HOSTS_BYTES", "HostsFile"]

HOSTS_PATH = Path("/etc/hosts")

MAX_HOSTS_BYTES = 1 << 20
"""That are read; lists that block advertisements are longer, and name nobody who is reached."""


class HostsFile:
    """The file at ``path``, which need not be there."""

    def __init__(self, path: Path = HOSTS_PATH) -> None:
        """Read nothing yet."""
        self._path = path
        self._stamp: tuple[int, int, int] | None = None

    def read_if_changed(self) -> str | None:
        """Give the beginning of the file where it is new or changed; "" where it is gone, None where all is as before.

        A change is told by the file's inode, size and time. What cannot be read counts as not there.
        """
        try:
            status = self._path.stat()
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
            if stamp == self._stamp:
                return None
            with self._path.open("rb") as file:
                content = file.read(MAX_HOSTS_BYTES)
        except OSError:
            was_there = self._stamp != _GONE
            self._stamp = _GONE
            return "" if was_there else None
        self._stamp = stamp
        return content.decode("utf-8", "replace")


_GONE = (0, 0, 0)
