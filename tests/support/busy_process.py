"""The busy collector as a process of its own, so that its work is not counted with that of who watches it."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def busy_collector(socket: str, *flags: str | int) -> Generator[int]:
    """Run ``tests.support.busy_collector`` at ``socket`` until the end; give its pid when it serves."""
    command = [sys.executable, "-m", "tests.support.busy_collector", "--socket", socket, *map(str, flags)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("ready "), f"the busy collector said {said!r}"
            yield process.pid
        finally:
            process.terminate()
            process.wait(10)
