"""Processes as the kernel told of them: when they began, of whom, what they are called, and which of them are alike."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from netmon_collector.host.perf.records import Named, ProcessEnded, ProcessForked

__all__ = ["LIMIT", "Birth", "Run", "TracedProcesses"]

LIMIT: Final = 4_096
"""So many are remembered, those that began last: who is older is there to be read, mostly."""

Run = tuple[int, float]
"""One run of a program: the process that executed it, and when; 0.0: before anything was told."""


@dataclass(slots=True)
class Birth:
    """A process that began, in CLOCK_MONOTONIC seconds. ``name`` is the kernel's; empty: not told.

    ``run`` tells the program: who was forked has its parent's until it executes one of its own (``is_execed``).
    ``changed``: when it got its name or program.
    """

    seconds: float
    parent_pid: int
    changed: float
    run: Run
    name: bytes = b""
    is_execed: bool = False


class TracedProcesses:
    """Those that began lately, those that have ended among them."""

    def __init__(self) -> None:
        """Start with none."""
        self._born: dict[int, Birth] = {}
        self._runs: dict[int, Run] = {}
        """Of processes that are older, and have executed a program since."""
        self._ended: dict[int, float] = {}
        """When they did, the earliest first."""

    def fork(self, record: ProcessForked) -> None:
        """Take a process that began."""
        pid, parent_pid = record.pid, record.parent_pid
        parent = self._born.get(parent_pid)
        if parent is not None:
            birth = Birth(record.seconds, parent_pid, record.seconds, parent.run, parent.name)
        else:
            run = self._runs.get(parent_pid, (parent_pid, 0.0))
            birth = Birth(record.seconds, parent_pid, record.seconds, run)
        self._born.pop(pid, None)
        self._runs.pop(pid, None)
        self._ended.pop(pid, None)
        self._born[pid] = birth
        if len(self._born) > LIMIT:
            del self._born[next(iter(self._born))]

    def name(self, record: Named) -> None:
        """Take the name that a process got, and the program that it runs from then on."""
        birth = self._born.get(record.pid)
        run = (record.pid, record.seconds)
        if birth is not None:
            birth.name, birth.changed = record.name, record.seconds
            if record.is_execed:
                birth.run, birth.is_execed = run, True
        elif record.is_execed:
            self._runs.pop(record.pid, None)
            self._runs[record.pid] = run
            if len(self._runs) > LIMIT:
                del self._runs[next(iter(self._runs))]

    def end(self, record: ProcessEnded) -> None:
        """Take the end of a process."""
        if record.pid in self._born or record.pid in self._runs:
            self._ended[record.pid] = record.seconds

    def forget(self, before: float) -> None:
        """Forget those that ended before that moment."""
        gone = list(takewhile(lambda pid: self._ended[pid] < before, self._ended))
        for pid in gone:
            for kept in (self._ended, self._born, self._runs):
                kept.pop(pid, None)

    def changed(self, pid: int) -> float:
        """Give when a process began, or last got another name or program; 0.0: before anything was told."""
        birth = self._born.get(pid)
        return birth.changed if birth is not None else self._runs.get(pid, (pid, 0.0))[1]

    def of(self, pid: int) -> Birth | None:
        """Give the last process that began under a pid; None: it is older, or too many have begun since."""
        return self._born.get(pid)
