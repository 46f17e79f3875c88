"""Ways in which a stream ends from outside: Ctrl-C, SIGTERM, a terminal that goes, and the end of ``--duration``."""

import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from types import FrameType, TracebackType
from typing import Self, TypeVar

from netmon_cli.failure import EXIT_HUNG_UP, EXIT_INTERRUPTED, EXIT_TERMINATED

__all__ = ["Stopped", "Stopping"]

Item = TypeVar("Item")


class Stopped(BaseException):
    """Somebody or something ended the stream. No Exception: nothing on the way may take it for a fault."""

    def __init__(self, reason: str, exit_code: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exit_code = exit_code


_SIGNALS = {
    signal.SIGINT: ("interrupted", EXIT_INTERRUPTED),
    signal.SIGTERM: ("terminated", EXIT_TERMINATED),
    signal.SIGHUP: ("hung up", EXIT_HUNG_UP),
    signal.SIGALRM: ("duration reached", 0),
}


class Stopping:
    """While entered, the four signals end `items` between two items, never in the middle of a line of output.

    A second signal ends the program wherever it is, for instance in a write to a pipe that nobody reads.
    """

    def __init__(self, duration_seconds: float | None = None) -> None:
        self._duration_seconds = duration_seconds
        self._is_waiting = False
        self._pending: Stopped | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            numbers = [signal.SIGINT, signal.SIGTERM]
            if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which it is under nohup
                numbers.append(signal.SIGHUP)
            if self._duration_seconds is not None:
                numbers.append(signal.SIGALRM)
            for number in numbers:
                self._before[number] = signal.signal(number, self._take)
            if self._duration_seconds is not None:
                signal.setitimer(signal.ITIMER_REAL, self._duration_seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if signal.SIGALRM in self._before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def items(self, source: Iterable[Item]) -> Generator[Item]:
        """Give the items of ``source`` until it ends, or raise `Stopped` between two of them. Close it when done."""
        iterator = iter(source)
        try:
            yield from self._until_stopped(iterator)
        finally:
            # A feed that is dropped half-way would be closed by the interpreter's last collection, when gRPC's threads
            # are gone and its channel waits for them for ever.
            if isinstance(iterator, Generator):
                iterator.close()

    def _until_stopped(self, iterator: Iterator[Item]) -> Iterator[Item]:
        while True:
            self._is_waiting = True
            try:
                if self._pending is not None:
                    raise self._pending
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self._is_waiting = False
            yield item

    def _take(self, number: int, _frame: FrameType | None) -> None:
        reason, exit_code = _SIGNALS[signal.Signals(number)]
        second = self._pending is not None
        self._pending = self._pending or Stopped(reason, exit_code)
        if self._is_waiting or second:
            self._is_waiting = False
            raise self._pending
