"""A collector that this program starts, and ends again: it and nothing else."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from netmon.model import Status
from netmon_client import Client
from netmon_client.clock import monotonic
from netmon_client.errors import NetmonError

__all__ = ["CollectorFailed", "OwnCollector", "beside_interpreter", "exit_words"]

_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.1
_SHOWN_WARNINGS: Final = 5

_EXIT_WORDS: Final = {
    2: "It refused its settings (the line above says which); they stand in /etc/netmon/collector.toml too.",
    69: "Something that it needs is missing: libpcap, or the interface (the line above says which).",
    75: "A collector is running already, at another socket. Use it:  NETMON_SOCKET=PATH netmon-cli stream",
    77: "It has no right to capture packets. As root:  sudo make run     without root:  make demo",
}


def beside_interpreter() -> str:
    """Give the path of ``netmon-collector`` in the environment that this program runs in."""
    return str(Path(sys.executable).parent / "netmon-collector")


def exit_words(exit_code: int) -> str:
    """Say what an exit code of the collector means, and what to do."""
    if exit_code < 0:
        return f"It was ended by signal {-exit_code}."
    return _EXIT_WORDS.get(
        exit_code, f"It ended with code {exit_code}; run it by hand to see why:  sudo netmon-collector"
    )


class CollectorFailed(Exception):
    """The collector did not come up; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a collector is started. ``with_sudo``: through sudo, whose password was asked for already."""

    program: Sequence[str]
    arguments: Sequence[str]
    with_sudo: bool = False

    def command(self) -> list[str]:
        """Give the command line."""
        sudo = [shutil.which("sudo") or "sudo"] if self.with_sudo else []
        return [*sudo, *self.program, *self.arguments]


class OwnCollector:
    """A running child; leaving the context ends it: SIGTERM to its pid, then wait.

    It has a process group of its own, so that Ctrl-C reaches this program first and no view sees its collector vanish.
    What it logs is kept from the screen, where it would tear the live view; ``warnings`` gives what matters of it.
    """

    def __init__(self, plan: Plan) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the child
        self._child = subprocess.Popen(  # noqa: S603 -- our own program, from our own prefix
            plan.command(), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, process_group=0
        )

    @property
    def pid(self) -> int:
        """The child's, or that of the sudo before it."""
        return self._child.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._log.close()

    def wait_until_it_answers(self, client: Client) -> Status:
        """Give its status as soon as it answers. Raise `CollectorFailed` if it ends before, or takes too long."""
        pause = threading.Event()
        deadline = monotonic() + _START_SECONDS
        why = ""
        while monotonic() < deadline:
            exit_code = self._child.poll()
            if exit_code is not None:
                raise CollectorFailed(
                    "\n".join([*self.warnings(), f"The collector did not start. {exit_words(exit_code)}"])
                )
            try:
                return client.status()
            except NetmonError as error:
                why = str(error)
            pause.wait(_POLL_SECONDS)
        raise CollectorFailed(f"The collector does not answer after {_START_SECONDS:.0f} s: {why}.")

    def warnings(self) -> list[str]:
        """Give the last lines of its log that are more than routine."""
        self._log.seek(0)
        lines = self._log.read().decode(errors="backslashreplace").splitlines()
        return [line for line in lines if line.strip() and " INFO " not in line][-_SHOWN_WARNINGS:]

    def stop(self) -> None:
        """End it. May be called twice."""
        if self._child.poll() is not None:
            return
        try:
            os.kill(self._child.pid, signal.SIGTERM)
        except PermissionError:
            # sudo runs as root; it hands SIGTERM on to what it started (sudo(8), "Signal handling").
            kill = ["sudo", "-n", "kill", "-TERM", str(self._child.pid)]
            subprocess.run(kill, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 -- as above
        try:
            self._child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            text = f"The collector still runs. End it:  sudo kill {self._child.pid}\n"
            sys.stderr.write(text)
