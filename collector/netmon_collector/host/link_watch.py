"""A wake-up when interfaces or addresses change. What changed is read by listing them again."""

import errno
import socket
import sys

# linux/rtnetlink.h
_RTMGRP_LINK = 0x1
_RTMGRP_IPV4_IFADDR = 0x10
_RTMGRP_IPV6_IFADDR = 0x100

_RECEIVE_BYTES = 1 << 16
_MAX_MESSAGES = 4096
"""How many messages one ``drain`` takes: a machine that changes without end must still be listed."""


class LinkWatch:
    """A socket on which the system tells of changes: route netlink on Linux, PF_ROUTE on macOS.

    Readable when something changed. Belongs to the thread that waits on it.
    """

    def __init__(self, watched: socket.socket) -> None:
        """Watch a socket that is already subscribed; it is made non-blocking and closed with this object."""
        watched.settimeout(0)
        self._socket = watched

    def fileno(self) -> int:
        """Give the descriptor to wait on."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Take all messages; say whether anything changed. Lost messages (ENOBUFS) are a change too."""
        has_changed = False
        for _ in range(_MAX_MESSAGES):
            try:
                if not self._socket.recv(_RECEIVE_BYTES):
                    return has_changed
            except BlockingIOError:
                return has_changed
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
            has_changed = True
        return has_changed

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def open_link_watch() -> LinkWatch | None:
    """Subscribe to changes; None where the system has no such socket or refuses it."""
    try:
        return LinkWatch(_subscribe())
    except OSError:
        return None


def _subscribe() -> socket.socket:
    if sys.platform == "darwin":
        # route(4): every message is a copy for each listener. Untested on a Mac.
        return socket.socket(socket.AF_ROUTE, socket.SOCK_RAW, 0)
    if not sys.platform.startswith("linux"):
        raise OSError(errno.EOPNOTSUPP, "no way to watch interfaces is known here")
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    try:
        netlink.bind((0, _RTMGRP_LINK | _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV6_IFADDR))
    except OSError:
        netlink.close()
        raise
    return netlink
