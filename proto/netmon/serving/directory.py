"""The run directory: where a socket lies that only its owner may replace."""

import os
import stat
import sys
from collections.abc import Collection
from pathlib import Path

PATH_LIMIT_BYTES = 103 if sys.platform == "darwin" else 107
"""Longest path of a Unix socket: sun_path (unix(7), macOS sys/un.h) less its closing zero."""

STAGING_NAME = ".new"
"""Private directory in which a socket gets its owner and mode before it is moved to its place."""

LONGEST_PRIVATE_BYTES = 10
"""Longest name of a socket in the private directory of a service."""

_CLOSED = 0o700
_OPEN = 0o755
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class UnsafeDirectory(Exception):
    """Somebody else could change a directory on the way to the socket. The text says which, and what is wrong."""


def check_path_length(path: Path) -> None:
    """Raise ValueError where the system cannot bind ``path``, or what lies in the private directories beside it."""
    extra = max(len(STAGING_NAME) + 1, len(_private_name("")) + 1 + LONGEST_PRIVATE_BYTES)
    length = len(os.fsencode(path))
    if length + extra > PATH_LIMIT_BYTES:
        raise ValueError(
            f"socket path {path} is too long: {length} bytes, this system allows {PATH_LIMIT_BYTES - extra}"
        )


class RunDirectory:
    """The directory of one socket: made closed, checked, and opened for entering when the socket stands."""

    def __init__(self, path: Path, server_uid: int | None = None) -> None:
        self.path = path
        self._owners = frozenset({0, os.geteuid(), *(() if server_uid is None else (server_uid,))})
        self._is_ours_to_open = False
        self._private: Path | None = None

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
            _check(self.path, self._owners)
        _check_ancestors(self.path)
        # A start that was killed half-way left the directory closed, with the staging directory in it.
        if self.staging.is_dir() and stat.S_IMODE(self.path.lstat().st_mode) == _CLOSED:
            self._is_ours_to_open = True

    def open_private(self, socket_name: str) -> Path:
        """Make the directory for what a socket's service needs, mode 0700 and empty, and give it.

        One that was made here before, and is there, is kept: what is in it is in use.
        """
        private = self.path / _private_name(socket_name)
        if self._private != private or not private.is_dir():
            _remove(private, self._owners)
            private.mkdir(mode=_CLOSED)
            self._private = private
        return private

    def close_private(self) -> None:
        """Remove that directory with what is in it, if it was made here."""
        if self._private is not None:
            _remove(self._private, self._owners)
            self._private = None

    def check_entry(self, uid: int, gid: int) -> None:
        """Raise UnsafeDirectory where this user, who is going to serve in it, could not reach it by its path."""
        for ancestor in self.path.resolve(strict=True).parents:
            status = ancestor.lstat()
            bit = stat.S_IXUSR if status.st_uid == uid else stat.S_IXGRP if status.st_gid == gid else stat.S_IXOTH
            if not status.st_mode & bit:
                raise UnsafeDirectory(
                    f"{ancestor}, above {self.path}, has mode {stat.S_IMODE(status.st_mode):04o}:"
                    f" user {uid}, who serves, cannot enter it"
                )

    def hand_over(self, uid: int, gid: int, *, socket_name: str, lock_name: str) -> None:
        """Give the directory to another user, who will serve in it. Needs root.

        One that was there before must hold nothing but these two files: who owns a directory may remove
        and replace all that is in it. Raises UnsafeDirectory otherwise; OSError.
        """
        directory = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.fstat(directory).st_uid == uid:
                return
            # Root's own, so nobody else changes what is in it.
            self.close_staging()
            _remove(self.path / _private_name(socket_name), self._owners)
            others = set(os.listdir(directory)) - {socket_name, lock_name}  # noqa: PTH208 - a descriptor is no path
            if others:
                raise UnsafeDirectory(
                    f"{self.path} holds other files: user {uid}, who serves, gets it, so it must be the socket's alone"
                )
            if self._is_ours_to_open:
                # Tells the next start that this one made the directory, if it ends before the socket stands.
                self.staging.mkdir(mode=_CLOSED)
                os.chown(self.staging, uid, gid, follow_symlinks=False)
            os.fchown(directory, uid, gid)
        finally:
            os.close(directory)

    def open_staging(self) -> Path:
        """Make the staging directory, mode 0700 and empty, and give it."""
        self.close_staging()
        self.staging.mkdir(mode=_CLOSED)
        return self.staging

    def close_staging(self) -> None:
        """Remove the staging directory with what an earlier start left in it."""
        _remove(self.staging, self._owners)

    def open(self) -> None:
        """Let others enter (0755), if the directory was made here. One that was there keeps its mode."""
        if self._is_ours_to_open:
            self.path.chmod(_OPEN)
            self._is_ours_to_open = False


def _private_name(socket_name: str) -> str:
    """Give the name of the directory beside a socket: several services may share a run directory."""
    return f".{socket_name}.d"


def _remove(path: Path, owners: Collection[int]) -> None:
    """Remove a private directory with what an earlier start left in it. Raises UnsafeDirectory for what is none."""
    try:
        _check(path, owners)
    except FileNotFoundError:
        return
    for entry in path.iterdir():
        entry.unlink()
    path.rmdir()


def _check(path: Path, owners: Collection[int]) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise UnsafeDirectory(f"{path} is a symbolic link")
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeDirectory(f"{path} is not a directory")
    if status.st_uid not in owners:
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
