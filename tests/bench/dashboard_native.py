"""Streamlit's own way over the same feed: native_dashboard/app.py, run as people run it."""

import signal
import socket as sockets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.page_probe import Selectors
from tests.bench.served_pages import ServedPages
from tests.support.waiting import wait_for

_APP = Path(__file__).parent / "native_dashboard" / "app.py"
_READY_SECONDS = 30.0

SELECTORS = Selectors(
    figure="[data-testid=stMetricValue]",
    around="body",
    hovered="[data-testid=stVegaLiteChart]",
    tip="#vg-tooltip-element.visible",
)


@contextmanager
def native_dashboard(socket: str) -> Generator[ServedPages]:
    """Serve it on a free port; ended at the end."""
    port = _free_port()
    flags = ("--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}")
    quiet = ("--browser.gatherUsageStats=false", "--server.fileWatcherType=none", "--logger.level=error")
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), *flags, *quiet, "--", socket]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(port), seconds=_READY_SECONDS, what="streamlit serves")
        origin = f"http://127.0.0.1:{port}"
        yield ServedPages(
            pid=process.pid,
            links={"overview": f"{origin}/", "connections": f"{origin}/connections"},
            selectors=SELECTORS,
        )
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with sockets.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    with sockets.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
