"""A Unix socket that is born with its owner and mode: nobody can connect a moment too early."""

import grp
import os
import pwd
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netmon.serving.access_list import admit
from netmon.serving.directory import RunDirectory, check_path_length
from netmon.serving.lock import SocketLock

GROUP = "netmon"
"""The group whose members may use the services."""

# With them bind(2) makes a socket of mode 0660, or 0666. Connecting needs the right to write (unix(7)).
_UMASK = 0o117
_UMASK_OPEN = 0o111


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketAccess:
    """Who may connect, besides root: this user and this group. None leaves what the process itself has.

    ``is_open``: everybody may; ``uid`` is then only who started the service.
    ``server_uid``: whom the run directory may belong to besides root, because the server is going to be that user.
    """

    uid: int | None = None
    gid: int | None = None
    is_open: bool = False
    server_uid: int | None = None


def access_for_invoker(environ: Mapping[str, str], *, is_open: bool = False) -> SocketAccess:
    """Give the user who called sudo, and group ``netmon`` where it exists; nobody further unless run by root.

    ``is_open``: every user of the machine may connect; each sees and may what `CallerPolicy` says.

    Raises ValueError where SUDO_UID is no number of a user.
    """
    if os.geteuid() != 0:
        return SocketAccess(is_open=is_open)
    try:
        gid = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        gid = None
    text = environ.get("SUDO_UID", "")
    if not text:
        return SocketAccess(gid=gid, is_open=is_open)
    try:
        uid = pwd.getpwuid(int(text)).pw_uid
    except (ValueError, KeyError, OverflowError):
        raise ValueError("SUDO_UID is no number of a user") from None
    return SocketAccess(uid=uid, gid=gid, is_open=is_open)


class ServiceSocket:
    """The path of a service: locked, bound in private, moved to its place, bound again when it is gone.

    Measured why: a chmod after bind let 4,097 strangers in within 100 ms.
    """

    def __init__(self, path: Path, access: SocketAccess) -> None:
        self.path = path
        self._access = access
        self._directory = RunDirectory(path.parent, access.server_uid)
        self._lock = SocketLock(path)
        self._identity: tuple[int, int] | None = None

    @property
    def access(self) -> SocketAccess:
        """Who may connect."""
        return self._access

    @property
    def bound_path(self) -> Path:
        """The name under which the kernel knows the socket: the one that it was bound to."""
        return self._directory.staging / self.path.name

    def claim(self) -> None:
        """Make and check the directory and take the lock; nothing can be connected to yet.

        Raises ValueError for a path that is too long or holds something else than a socket, UnsafeDirectory,
        AlreadyRunning, OSError.
        """
        check_path_length(self.path)
        self._directory.prepare()
        self._lock.acquire()
        if self._read_identity() is None and os.path.lexists(self.path):
            raise ValueError(f"{self.path} exists and is no socket")

    def open_private(self) -> Path:
        """Make the directory of gRPC's own socket, mode 0700 and empty, if it is not there; give it."""
        return self._directory.open_private(self.path.name)

    def hand_over(self, uid: int, gid: int, *, enters_all: bool = False) -> None:
        """Give the claimed directory and the lock to the user that the server is going to be. Needs root.

        Raises UnsafeDirectory where something else lies in a directory that was there before, or where that user
        cannot come to it and not ``enters_all``; OSError.
        """
        if not enters_all:
            self._directory.check_entry(uid, gid)
        self._directory.hand_over(uid, gid, socket_name=self.path.name, lock_name=self._lock.path.name)
        self._lock.hand_over(uid, gid)

    def bind(self, bind: Callable[[str], None]) -> None:
        """Have ``bind`` bind and listen on the path that it is handed, and give that socket its owner.

        The umask is the process's for that moment: another thread's new files get the tight one too.
        """
        self._directory.open_staging()
        before = os.umask(_UMASK_OPEN if self._access.is_open else _UMASK)
        try:
            bind(str(self.bound_path))
        finally:
            os.umask(before)
        self._give()

    def publish(self) -> None:
        """Move the bound socket to its place, over a stale one, and open the directory for entering."""
        status = self.bound_path.lstat()
        self.bound_path.rename(self.path)
        self._identity = status.st_dev, status.st_ino
        self._directory.close_staging()
        self._directory.open()

    def _give(self) -> None:
        """Let in who may connect: as root by owner and group, after root was left by a list."""
        uid, gid = self._access.uid, self._access.gid
        if self._access.is_open or (uid is None and gid is None):
            return
        if os.geteuid() == 0:
            os.chown(self.bound_path, -1 if uid is None else uid, -1 if gid is None else gid, follow_symlinks=False)
        elif uid is not None or gid != os.getegid():
            admit(self.bound_path, uid=uid, gid=gid)

    @property
    def is_in_place(self) -> bool:
        """Whether the path still leads to the socket that was published last."""
        return self._identity is not None and self._read_identity() == self._identity

    def give_up(self) -> None:
        """Give up what was claimed; others may enter a directory that was made here. Raises ``OSError``."""
        self._directory.close_staging()
        self._directory.open()
        self._lock.release()

    def remove(self) -> None:
        """Remove the socket, if it is still ours, and give up the lock."""
        if self.is_in_place:
            self.path.unlink()
            self._directory.close_private()
        self._identity = None
        self._lock.release()

    def _read_identity(self) -> tuple[int, int] | None:
        try:
            status = self.path.lstat()
        except FileNotFoundError:
            return None
        return (status.st_dev, status.st_ino) if stat.S_ISSOCK(status.st_mode) else None
