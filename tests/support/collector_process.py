"""The collector as an installed program: started in a namespace, measured and ended from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from netmon.model import CaptureState, Status
from netmon_client import Client, CollectorUnreachable, NetmonError, connect
from tests.support.namespaces import Namespace
from tests.support.stage import Stage
from tests.support.waiting import wait_for

COLLECTOR = str(Path(sys.executable).with_name("netmon-collector"))
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_READY_SECONDS = 60.0


class CollectorProcess:
    """One run of ``netmon-collector``; its log is in ``log``. ``is_apart``: in a session of its own, as a service."""

    def __init__(self, command: list[str], socket: str, log: Path, *, is_apart: bool = False) -> None:
        self.socket = socket
        self.log = log
        with log.open("a") as file:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=is_apart
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def uid(self) -> int:
        """The user that it is now."""
        return int(_line(Path(f"/proc/{self.pid}/status"), "Uid:")[1])

    def client(self) -> Client:
        """Give a client of it, run by whoever runs the test."""
        return connect(self.socket)

    def wait_until_ready(self, *interfaces: str) -> Status:
        """Wait until it answers and captures on ``interfaces``."""

        def look() -> Status | None:
            assert self._process.poll() is None, f"exited with {self._process.returncode}:\n{self.log.read_text()}"
            try:
                with self.client() as client:
                    status = client.status()
            except CollectorUnreachable:
                return None
            capturing = {one.name for one in status.interfaces if one.state is CaptureState.CAPTURING}
            return status if capturing.issuperset(interfaces) else None

        try:
            return wait_for(look, seconds=_READY_SECONDS, what=f"collector is ready on {interfaces}")
        except (AssertionError, NetmonError) as error:
            error.add_note(self.log.read_text())
            raise

    def exit_code(self, seconds: float = 30.0) -> int:
        """Wait for its end."""
        return self._process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def terminate(self) -> float:
        """Send SIGTERM; give how many seconds it took to end, with exit code 0."""
        begun = time.monotonic()
        self.signal(signal.SIGTERM)
        assert self._process.wait(30) == 0, self.log.read_text()
        return time.monotonic() - begun

    def kill(self) -> None:
        """Send SIGKILL, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def open_files(self) -> int:
        """How many descriptors it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def resident_bytes(self) -> int:
        """Resident set size."""
        return _kilobytes(Path(f"/proc/{self.pid}/status"), "VmRSS:") * 1024


def pss_bytes(pids: tuple[int, ...]) -> int:
    """Give the proportional set size of processes together."""
    return sum(_kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in pids) * 1024


def cpu_seconds(pids: tuple[int, ...]) -> float:
    """Give the CPU time of processes with all their threads, user and system, good to 10 ms each."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS_PER_SECOND


def _kilobytes(file: Path, name: str) -> int:
    return int(_line(file, name)[1])


def _line(file: Path, name: str) -> list[str]:
    return next(line.split() for line in file.read_text().splitlines() if line.startswith(name))


def collector_command(namespace: Namespace, socket: str, *flags: str) -> list[str]:
    """Give the command line of a collector in a namespace."""
    return namespace.command(COLLECTOR, "--socket", socket, *flags)


@contextmanager
def collector(
    stage: Stage, *flags: str, wait: bool = True, is_apart: bool = False, starter: int | None = None
) -> Generator[CollectorProcess]:
    """Run a collector on the near side, ready to count; killed at the end if it still runs.

    ``starter``: the number of the user who called sudo for it.
    """
    command = collector_command(stage.near.namespace, stage.socket, *flags)
    if starter is not None:
        command = ["env", f"SUDO_UID={starter}", *command]
    made = CollectorProcess(command, stage.socket, stage.directory / "collector.log", is_apart=is_apart)
    try:
        if wait:
            made.wait_until_ready(*(() if "--no-capture" in flags else (stage.near.interface, "lo")))
        yield made
    finally:
        made.kill()
