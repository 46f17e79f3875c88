"""A program on a terminal of its own: what it draws there, and what Ctrl-C does to it."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from tests.support.waiting import wait_for

PROGRAM = (sys.executable, "-m", "netmon_cli.main")


class PseudoTerminal:
    """A child on a terminal of ``columns`` by ``rows``. Use as a context manager."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], *, columns: int = 80, rows: int = 24
    ) -> None:
        self._output = b""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, size)
        self.pid = os.posix_spawnp(
            sys.executable,
            [sys.executable, "-c", _ON_TERMINAL, os.ttyname(secondary), *words],
            {**os.environ, "TERM": "xterm-256color", **environment},
            setsid=True,
        )
        os.close(secondary)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.primary)

    def wait_until(self, look: Callable[[str], bool], what: str) -> str:
        """Read until what was drawn so far passes; give it."""

        def seen() -> str | None:
            self._read()
            text = self.text
            return text if look(text) else None

        return wait_for(seen, seconds=30, what=f"{what}; drawn: {self.text!r}")

    def press(self, keys: bytes) -> None:
        os.write(self.primary, keys)

    def end(self) -> int:
        """Wait for the exit code; a signal that ended the program is its negative number."""

        def exited() -> tuple[int] | None:
            self._read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            return (os.waitstatus_to_exitcode(status),) if pid else None

        try:
            (code,) = wait_for(exited, seconds=30, what="the end of the program")
        except AssertionError:
            os.kill(self.pid, signal.SIGKILL)
            raise
        self._read()
        return code

    @property
    def text(self) -> str:
        return self._output.decode().replace("\r\n", "\n")

    def _read(self) -> None:
        while select.select([self.primary], [], [], 0)[0]:
            try:
                data = os.read(self.primary, 65536)
            except OSError:  # EIO: the last one on the other side has closed it
                return
            if not data:
                return
            self._output += data


# Makes the terminal the child's own before it becomes the program.
_ON_TERMINAL = """
import fcntl, os, sys, termios
descriptor = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
for standard in (0, 1, 2):
    os.dup2(descriptor, standard)
os.execvp(sys.argv[2], sys.argv[2:])
"""
