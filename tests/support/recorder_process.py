"""The recorder as an installed program, over a file that may be there: started, measured and ended from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from netmon.model import RecordingState
from netmon_client import RecorderUnreachable
from netmon_client.history_answers import HistoryStatus
from netmon_client.history_client import HistoryClient, connect_history
from tests.support.waiting import wait_for

RECORDER = [str(Path(sys.executable).with_name("netmon-recorder"))]
_READY_SECONDS = 60.0


class RecorderProcess:
    """Runs of ``netmon-recorder`` over ``history.db`` of a folder, one at a time; their log is in ``log``."""

    def __init__(
        self, folder: Path, collector_socket: str, flags: tuple[str, ...], environment: Mapping[str, str]
    ) -> None:
        self.environment = {**os.environ, **environment}
        self.socket = str(folder / "recorder.sock")
        self.log = folder / "recorder.log"
        paths = ["--database", str(folder / "history.db"), "--socket", self.socket, "--collector", collector_socket]
        self.command = [*RECORDER, *paths, *flags]
        self._process = self._run()

    def start(self, *, waits: bool = True) -> "RecorderProcess":
        """Run it once more, after its end, and wait until it serves."""
        assert self._process.poll() is not None, "it runs"
        self._process = self._run()
        if waits:
            self.wait_until_serving()
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def client(self) -> HistoryClient:
        """Give a client of it, run by whoever runs the test."""
        return connect_history(self.socket)

    def status(self) -> HistoryStatus | None:
        """Give what it says of itself; None where it does not answer."""
        try:
            with self.client() as client:
                return client.status()
        except RecorderUnreachable:
            return None

    def wait_until_serving(self) -> None:
        """Wait until it answers."""

        def look() -> bool:
            assert self._process.poll() is None, self.log.read_text()
            return self.status() is not None

        wait_for(look, seconds=_READY_SECONDS, what="the recorder serves")

    def wait_for_status(self, look: Callable[[HistoryStatus], bool], what: str) -> HistoryStatus:
        """Wait until its status is so, and give it."""

        def seen() -> HistoryStatus | None:
            status = self.status()
            return status if status is not None and look(status) else None

        return wait_for(seen, seconds=_READY_SECONDS, what=what)

    def wait_until_recording(self) -> None:
        """Wait until it hears a collector."""

        def look() -> bool:
            status = self.status()
            return status is not None and status.recorder.recording_state is RecordingState.RECORDING

        wait_for(look, seconds=_READY_SECONDS, what="the recorder records")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def exit_code(self, seconds: float = 30.0) -> int:
        """Wait for its end."""
        return self._process.wait(seconds)

    def terminate(self) -> float:
        """Send SIGTERM; give how many seconds it took to end, with exit code 0."""
        begun = time.monotonic()
        self.signal(signal.SIGTERM)
        assert self.exit_code() == 0, self.log.read_text()
        return time.monotonic() - begun

    def kill(self) -> None:
        """Send SIGKILL if it runs, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _run(self) -> subprocess.Popen[bytes]:
        with self.log.open("a") as file:
            return subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=self.environment
            )


@contextmanager
def recorder(
    folder: Path, collector_socket: str, *flags: str, environment: Mapping[str, str] = MappingProxyType({})
) -> Generator[RecorderProcess]:
    """Run a recorder that serves; killed at the end if it still runs. ``environment`` is added to this program's."""
    running = RecorderProcess(folder, collector_socket, flags, environment)
    try:
        running.wait_until_serving()
        yield running
    finally:
        running.kill()
