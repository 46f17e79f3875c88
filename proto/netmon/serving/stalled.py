"""Whether a peer reads: found by what waits unread in the socket to it.

A frozen process answers nothing, and grpc does not notice: with a full socket buffer its keepalive ping is never
written, and a call that is cancelled stays until its connection ends. So the socket itself is looked at: something
waits, and nothing was taken out of it for the whole limit. From a slow reader's socket something is.
"""

import fcntl
import socket
import struct
import sys
from typing import Final

# asm-generic/ioctls.h; for Unix sockets the memory of what the peer has not read (unix_outq_len, net/unix/af_unix.c).
_SIOCOUTQ: Final = 0x5411
_SO_NWRITE: Final = 0x1024  # macOS sys/socket.h
_NUMBER: Final = struct.Struct("i")
_ZERO: Final = bytes(_NUMBER.size)


class ReadingWatch:
    """Watches the peer of one socket. ``before_send`` and ``after_send`` surround each write; ``look`` at times."""

    __slots__ = ("_has_read", "_level", "_read_at", "_socket")

    def __init__(self, watched: socket.socket) -> None:
        self._socket = watched
        self._level = 0
        self._has_read = True
        self._read_at = 0.0

    def before_send(self) -> None:
        """Note what was taken since the last write."""
        if not self._has_read:
            self._compare(unread_bytes(self._socket))

    def after_send(self) -> None:
        """Note what waits now: nothing needs it where the peer is known to have read since the last look."""
        if not self._has_read:
            self._level = unread_bytes(self._socket)

    def look(self, now: float) -> float:
        """Give for how many seconds nothing was taken although something waits; 0 where all is well."""
        waiting = unread_bytes(self._socket)
        self._compare(waiting)
        self._level = waiting
        if self._has_read:
            self._has_read = False
            self._read_at = now
        return now - self._read_at

    def _compare(self, waiting: int) -> None:
        if waiting == 0 or waiting < self._level:
            self._has_read = True


def unread_bytes(sent_on: socket.socket) -> int:
    """Give how much of what was sent on a Unix socket its peer has not read; on Linux as memory. Raises OSError."""
    if sys.platform == "darwin":
        return sent_on.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    (count,) = _NUMBER.unpack(fcntl.ioctl(sent_on.fileno(), _SIOCOUTQ, _ZERO))
    return count
