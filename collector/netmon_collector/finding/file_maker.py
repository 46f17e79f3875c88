"""Files in one directory for a process that may make none there: a child that is the directory's owner, and only that.

A recording's files belong to the user who asked for it, and begin whenever an interface comes.
"""

import errno
import logging
import os
import signal
import socket
import struct
from pathlib import Path
from typing import Final, NoReturn

from netmon_collector.finding.channel import pair
from netmon_collector.privileges.drop import Drop, drop
from netmon_collector.privileges.landlock import Places
from netmon_collector.privileges.users import User

__all__ = ["FileMaker"]

NAME_LIMIT_BYTES: Final = 255
_ANSWER: Final = struct.Struct("=i")
"""An errno, 0 where the file comes with it."""
_ANSWER_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


class FileMaker:
    """Makes files of mode 0600 in a directory. Start it as root, before the drop and the first thread."""

    def __init__(self, directory: int) -> None:
        """Fork the child, for the directory with this descriptor. Raises ``OSError``."""
        self._channel, theirs = pair()
        status = os.fstat(directory)
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(theirs, directory, User(status.st_uid, status.st_gid))
        theirs.close()
        self._channel.settimeout(_ANSWER_SECONDS)

    def create(self, name: str) -> int:
        """Make a file and give its descriptor, for writing.

        Raises ``OSError``: it exists, there is no room for a descriptor, the child has ended, or it does not answer.
        After the last there are no more files: the answer may still come, and would be taken for that of the next one.
        """
        try:
            self._channel.send(os.fsencode(name))
            data, descriptors, _, _ = socket.recv_fds(self._channel, _ANSWER.size, 1)
        except TimeoutError as error:
            self.close()
            raise TimeoutError(errno.ETIMEDOUT, "who makes files does not answer") from error
        if len(data) != _ANSWER.size:
            raise OSError(errno.EPIPE, "who makes files has ended")
        (number,) = _ANSWER.unpack(data)
        if not number and not descriptors:
            number = errno.EMFILE  # the kernel leaves out what finds no room (net/core/scm.c, scm_detach_fds)
        if number:
            raise OSError(number, os.strerror(number))
        return descriptors[0]

    def close(self) -> None:
        """End the child."""
        self._channel.close()


def _be_child(channel: socket.socket, directory: int, user: User) -> NoReturn:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # the main process tells when it is over
        _close_others(2, channel.fileno(), directory)
        drop(Drop(user=user, capabilities=(), places=Places(owned=(Path(f"/proc/self/fd/{directory}"),))))
        while name := channel.recv(NAME_LIMIT_BYTES + 1):
            _answer(channel, name, directory)
        code = 0
    except ConnectionError:
        code = 0
    except Exception:
        log.exception("files cannot be made")
    finally:
        os._exit(code)


def _answer(channel: socket.socket, name: bytes, directory: int) -> None:
    if len(name) > NAME_LIMIT_BYTES or b"/" in name or name in {b".", b".."}:
        channel.send(_ANSWER.pack(errno.EINVAL))
        return
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        made = os.open(name, flags, 0o600, dir_fd=directory)
    except (OSError, ValueError) as error:  # the latter for a zero byte
        channel.send(_ANSWER.pack(getattr(error, "errno", None) or errno.EINVAL))
        return
    try:
        socket.send_fds(channel, [_ANSWER.pack(0)], [made])
    finally:
        os.close(made)


def _close_others(*kept: int) -> None:
    start = 0
    for one in sorted(kept):
        os.closerange(start, one)
        start = one + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))
