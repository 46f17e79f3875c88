"""The run directory: where a socket lies that only its owner may replace."""

import os
import stat
import sys
from pathlib import Path

PATH_LIMIT_BYTES = 103 if sys.platform == "darwin" else 107
"""Longest path of a Unix socket: sun_path (unix(7), macOS sys/un.h) less its closing zero."""

STAGING_NAME = ".new"
"""Private directory in which a socket gets its owner and mode before it is moved to its place."""

_CLOSED = 0o700
_OPEN = 0o755
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class UnsafeDirectory(Exception):
    """Somebody else could change a directory on the way to the socket. The text says which, and what is wrong."""


def check_path_length(path: Path) -> None:
    """Raise ValueError where the system cannot bind ``path``, staging directory included."""
    staged = path.parent / STAGING_NAME / path.name
    length = len(os.fsencode(staged))
    if length > PATH_LIMIT_BYTES:
        longest = PATH_LIMIT_BYTES - len(STAGING_NAME) - 1
        raise ValueError(
            f"socket path {path} is too long: {len(os.fsencode(path))} bytes, this system allows {longest}"
        )


class RunDirectory:
    """The directory of one socket: made closed, checked, and opened for entering when the socket stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_ours_to_open = False

    @property
    def staging(self) -> Path:
        """The private directory inside it."""
        return self.path / STAGING_NAME

    def prepare(self) -> None:
        """Make the directory with mode 0700 if there is none, and check it.

        Raises UnsafeDirectory for a symbolic link, a foreign owner, or one who could write; FileNotFound
        where its parent does not exist, PermissionError where it may not be made.
        """
        try:
            self.path.mkdir(mode=_CLOSED)
            self._is_ours_to_open = True
        except FileExistsError:
            _check(self.path)
        _check_ancestors(self.path)
        # A start that was killed half-way left the directory closed, with the staging directory in it.
        if self.staging.is_dir() and stat.S_IMODE(self.path.lstat().st_mode) == _CLOSED:
            self._is_ours_to_open = True

    def open_staging(self) -> Path:
        """Make the staging directory, mode 0700 and empty, and give it."""
        self.close_staging()
        self.staging.mkdir(mode=_CLOSED)
        return self.staging

    def close_staging(self) -> None:
        """Remove the staging directory with what an earlier start left in it."""
        try:
            _check(self.staging)
        except FileNotFoundError:
            return
        for entry in self.staging.iterdir():
            entry.unlink()
        self.staging.rmdir()

    def open(self) -> None:
        """Let others enter (0755), if the directory was made here. One that was there keeps its mode."""
        if self._is_ours_to_open:
            self.path.chmod(_OPEN)
            self._is_ours_to_open = False


def _check(path: Path) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise UnsafeDirectory(f"{path} is a symbolic link")
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeDirectory(f"{path} is not a directory")
    if status.st_uid not in (0, os.geteuid()):
        raise UnsafeDirectory(f"{path} belongs to user {status.st_uid}, not to user {os.geteuid()} or root")
    if status.st_mode & _WRITABLE_BY_OTHERS:
        raise UnsafeDirectory(
            f"{path} has mode {stat.S_IMODE(status.st_mode):04o}: others than its owner may write to it"
        )


def _check_ancestors(path: Path) -> None:
    """Refuse a directory that somebody could move away as a whole. A sticky one (/tmp) protects what it holds."""
    for ancestor in path.parent.resolve(strict=True).joinpath(path.name).parents:
        status = ancestor.lstat()
        if status.st_uid not in (0, os.geteuid()):
            raise UnsafeDirectory(f"{ancestor}, above {path}, belongs to user {status.st_uid}")
        if status.st_mode & _WRITABLE_BY_OTHERS and not status.st_mode & stat.S_ISVTX:
            raise UnsafeDirectory(
                f"{ancestor}, above {path}, has mode {stat.S_IMODE(status.st_mode):04o}: others may write to it"
            )
