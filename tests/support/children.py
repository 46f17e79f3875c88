"""Child processes that say when they are ready and live until they are told to end."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager

_WAIT_SECONDS = 30


class Child:
    """A Python program under test: writes lines, and ends when its standard input is closed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self) -> str:
        """Wait for the next line that the child writes."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the child ended early"
        return line.strip()

    def tell(self, text: str = "") -> None:
        """Write a line to the child."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()

    def close_input(self) -> None:
        """Let the child end, and leave it a zombie."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def end(self) -> None:
        """Let the child end, and wait until it is reaped."""
        self.close_input()
        self._process.wait(_WAIT_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def running(code: str, *arguments: str | bytes, command: Sequence[str | bytes] = ()) -> Generator[Child]:
    """Run Python code; ``command`` stands before the interpreter, or in place of ``python -c`` where code is empty."""
    words = [*command, *((sys.executable, "-c", code) if code else ()), *arguments]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    child = Child(process)
    try:
        yield child
    finally:
        child.end()
