"""The dashboard as an installed program: started, asked for its link, ended."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.waiting import wait_for

DASHBOARD = str(Path(sys.executable).with_name("netmon-dashboard"))
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
_READY_SECONDS = 60.0


class DashboardProcess:
    """One run of ``netmon-dashboard``; what it says is in ``log``."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.log = log
        with log.open("w") as file:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        try:
            self.link = wait_for(self._find_link, seconds=_READY_SECONDS, what="the dashboard says its link")
        except AssertionError as error:
            self.kill()
            error.add_note(log.read_text())
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return self.link.partition("/?")[0]

    @property
    def port(self) -> int:
        port = urlsplit(self.link).port
        assert port is not None
        return port

    @property
    def token(self) -> str:
        return self.link.partition("token=")[2]

    def page(self, name: str, query: str = "") -> str:
        """Give the link of a page: the token is in it, as in the first link."""
        path = "" if name == "overview" else name
        return f"{self.origin}/{path}?token={self.token}{'&' if query else ''}{query}"

    def _find_link(self) -> str | None:
        assert self._process.poll() is None, f"exited with {self._process.returncode}:\n{self.log.read_text()}"
        found = _LINK.search(self.log.read_text())
        return found[0] if found else None

    def terminate(self, number: int = signal.SIGTERM) -> float:
        """Send SIGTERM or another signal; give how many seconds it took to end, with exit code 0."""
        begun = time.monotonic()
        self._process.send_signal(number)
        assert self._process.wait(30) == 0, self.log.read_text()
        return time.monotonic() - begun

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, and wait for nothing."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Send SIGKILL, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextmanager
def dashboard(socket: str, log: Path, *flags: str, prefix: Sequence[str] = ()) -> Generator[DashboardProcess]:
    """Run a dashboard of the collector at ``socket``; killed at the end if it still runs."""
    made = DashboardProcess([*prefix, DASHBOARD, "--socket", socket, *flags], log)
    try:
        yield made
    finally:
        made.kill()
