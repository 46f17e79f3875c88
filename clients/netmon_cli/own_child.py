"""A program that this one starts, and ends again: it and nothing else."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from netmon_client.clock import monotonic

__all__ = ["ChildFailed", "OwnChild", "isolated"]

_STOP_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.1
_SHOWN_LINES: Final = 5

_Found = TypeVar("_Found")


class ChildFailed(Exception):
    """A program that was started did not come up; the text says why and what to do."""


def isolated(program: str) -> list[str]:
    """Give the words that start an installed program of ours, by its name in the environment of this program.

    Isolated, so that it imports nothing from the folder that this was called in; and writing no bytecode, which would
    leave files of root in a user's checkout.
    """
    return [sys.executable, "-I", "-B", str(Path(sys.executable).parent / program)]


class OwnChild:
    """A running child; leaving the context ends it: SIGTERM to its pid, then wait.

    It has a process group of its own, so that Ctrl-C reaches this program first and no view sees its collector vanish.
    What it writes is kept from the screen; ``lines`` gives it. ``name`` is how messages call it: "collector".
    """

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self._name = name
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the child
        try:
            self._child = subprocess.Popen(  # noqa: S603 -- our own program, from our own prefix
                command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, process_group=0
            )
        except OSError:
            self._log.close()
            raise

    @property
    def pid(self) -> int:
        """The child's, or that of the sudo before it."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended: negative for a signal, None while it runs."""
        return self._child.poll()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._log.close()

    def lines(self) -> list[str]:
        """Give what it has written so far, without empty lines."""
        # The child writes at the same offset as this side would move with seek (fork(2)): pread leaves it alone.
        descriptor = self._log.fileno()
        written = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        return [line for line in written.decode(errors="backslashreplace").splitlines() if line.strip()]

    def warnings(self) -> list[str]:
        """Give the last lines that it wrote and that are more than routine."""
        return [line for line in self.lines() if " INFO " not in line][-_SHOWN_LINES:]

    def wait_for(
        self, look: Callable[[], _Found | None], *, seconds: float, exit_words: Callable[[int], str]
    ) -> _Found:
        """Give the first answer of ``look`` that is not None.

        Raise `ChildFailed` where the child ends before, with what its exit code means, or when it takes too long.
        """
        pause = threading.Event()
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            exit_code = self.exit_code
            if exit_code is not None:
                raise ChildFailed(
                    "\n".join([*self.warnings(), f"The {self._name} did not start. {exit_words(exit_code)}"])
                )
            found = look()
            if found is not None:
                return found
            pause.wait(_POLL_SECONDS)
        raise ChildFailed("\n".join([*self.warnings(), f"The {self._name} does not answer after {seconds:.0f} s."]))

    def stop(self) -> None:
        """End it. May be called twice."""
        if self._child.poll() is not None:
            return
        try:
            os.kill(self._child.pid, signal.SIGTERM)
        except PermissionError:
            # sudo runs as root; it hands SIGTERM on to what it started (sudo(8), "Signal handling").
            kill = ["kill", "-TERM", str(self._child.pid)]
            quietly = ["sudo", "-n", *kill]
            done = subprocess.run(quietly, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 -- as above
            if done.returncode and sys.stdin.isatty():
                # Whoever was asked for a password at the start may be asked again after some minutes (sudoers(5)).
                sys.stderr.write(f"The {self._name} was started by sudo: it takes sudo to end it.\n")
                asking = ["sudo", *kill]
                # Ctrl-C is an answer too, of which the line below tells what follows. subprocess would then kill the
                # sudo that asks, which is root's: it ends by the same Ctrl-C.
                with suppress(KeyboardInterrupt, PermissionError):
                    subprocess.run(asking, check=False)  # noqa: S603 -- as above
        try:
            self._child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"The {self._name} still runs. End it:  sudo kill {self._child.pid}\n")
