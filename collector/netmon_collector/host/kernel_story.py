"""What tracepoints told so far, for all who want to know: of sockets, and of processes."""

from typing import Final

from netmon_collector import clock
from netmon_collector.host.perf.kernel_trace import TraceReader
from netmon_collector.host.perf.records import Lost, Named, ProcessEnded, ProcessForked, Record, StateChange, TcpState
from netmon_collector.host.process_events import EventKind, ProcessEvent
from netmon_collector.host.traced_processes import TracedProcesses
from netmon_collector.host.traced_sockets import TracedSockets

__all__ = ["KernelStory"]

CHECK_SECONDS: Final = 1.0
"""How often it is made sure that all processors are told of still."""


class KernelStory:
    """Reads the trace whenever one of its listeners asks. Times are CLOCK_MONOTONIC seconds.

    For `YoungProcesses` it is what `ProcessEvents` is. Where a part of it was lost, what was open may have been closed
    in it, and any pid be another's: both are forgotten. What was closed before is kept.
    """

    patience_seconds = 10.0
    """Whoever waits on ``fileno`` is woken when a ring is half full."""

    def __init__(self, reader: TraceReader) -> None:
        """Listen to ``reader``, which is closed with this object."""
        self._reader = reader
        self._events: list[ProcessEvent] = []
        self._touched: dict[int, float] = {}
        self._checked_at = clock.monotonic()
        self.sockets = TracedSockets(clock.monotonic())
        self.processes = TracedProcesses()
        self.overrun_count = 0
        """How often the kernel had more to tell than fits."""
        self.is_broken = False
        """Whether what one processor does is told no more, for good: then nothing more is taken."""

    def fileno(self) -> int:
        """Give the descriptor that is readable when the state of a socket has changed."""
        return self._reader.fileno()

    def listen(self, now: float) -> None:
        """Take what happened until ``now``."""
        records = self._reader.read(now)
        if now - self._checked_at >= CHECK_SECONDS:
            self._checked_at = now
            if not self.is_broken and not self._reader.is_whole():
                self.is_broken = True
                self._lose(Lost(float("inf")))  # nothing is certain any more
        if self.is_broken:
            return
        for record in records:
            self._take(record)

    @property
    def has_more(self) -> bool:
        """Whether something happened that was not taken yet, and for which nobody is woken."""
        return bool(self._touched) or self._reader.holds_later

    def take_touched(self) -> dict[int, float]:
        """Give the pids that opened or closed a connection since the last call, and when last, the earliest first."""
        touched, self._touched = self._touched, {}
        return touched

    def read(self) -> list[ProcessEvent]:
        """Give what became of processes since the last call, until now."""
        self.listen(clock.monotonic())
        events, self._events = self._events, []
        return events

    def forget(self, before: float) -> None:
        """Forget sockets that were closed and processes that ended before that moment."""
        self.sockets.forget(before)
        self.processes.forget(before)

    def close(self) -> None:
        """Listen no more."""
        self._reader.close()

    def _take(self, record: Record) -> None:
        if isinstance(record, StateChange):
            self.sockets.add(record)
            if record.pid and record.state != TcpState.ESTABLISHED:  # that is the other side's doing
                self._touched[record.pid] = record.seconds
        elif isinstance(record, ProcessForked):
            self.processes.fork(record)
            self._events.append(ProcessEvent(EventKind.FORK, record.pid, record.seconds, record.parent_pid))
        elif isinstance(record, ProcessEnded):
            self.processes.end(record)
            self._events.append(ProcessEvent(EventKind.EXIT, record.pid, record.seconds))
        elif isinstance(record, Named):
            self.processes.name(record)
        else:
            self._lose(record)

    def _lose(self, lost: Lost) -> None:
        self.overrun_count += 1
        self.sockets.lose(lost.seconds)
        self.processes = TracedProcesses()
