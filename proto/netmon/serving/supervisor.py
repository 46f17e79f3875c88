"""What a service says to the manager that started it: ready, alive, stopping (sd_notify(3): one datagram a word)."""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from typing import Final, Self

_BEATS_A_PERIOD: Final = 2
"""sd_watchdog_enabled(3) asks for a sign of life every half of the period."""

_MICROSECONDS: Final = 1e6

_LOGGER = logging.getLogger(__name__)


class Supervisor:
    """The one that waits for word, if there is one: without it every call does nothing.

    Build it where the process has its rights and its name space still: later on only the open socket is written to.
    """

    def __init__(self, path: str = "", watchdog_seconds: float = 0.0) -> None:
        self.watchdog_seconds = watchdog_seconds
        self._socket: socket.socket | None = None
        if path:
            self._connect(path)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID``, which systemd sets for Type=notify."""
        text = environ.get("WATCHDOG_USEC", "")
        is_ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        seconds = int(text) / _MICROSECONDS if is_ours and text.isascii() and text.isdecimal() else 0.0
        return cls(environ.get("NOTIFY_SOCKET", ""), seconds)

    def ready(self, status: str) -> None:
        """Say that the service can be used; ``status`` is the line that ``systemctl status`` shows."""
        self._say(f"READY=1\nSTATUS={status}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._say("STOPPING=1")

    async def keep_alive(self) -> None:
        """Say again and again that the event loop runs, for ever; where no watchdog asks, only wait."""
        if self._socket is None or self.watchdog_seconds <= 0:
            await asyncio.Event().wait()
        while True:
            self._say("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / _BEATS_A_PERIOD)

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self, path: str) -> None:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0))
        made.settimeout(0)
        try:
            made.connect("\0" + path[1:] if path.startswith("@") else path)
        except (OSError, ValueError) as error:
            made.close()
            _LOGGER.warning("the service manager cannot be told: %s", type(error).__name__)
            return
        self._socket = made

    def _say(self, text: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(text.encode())
        except OSError as error:
            # A manager that is not there or does not read must not end the service: it tells by itself what it missed.
            _LOGGER.warning("the service manager does not listen: %s", type(error).__name__)
