"""What the kernel tells of TCP sockets and processes as it happens, on all processors, in the order of time."""

import errno
import os
import select
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import ExitStack
from operator import itemgetter
from typing import Final

from netmon_collector.core.allowance import Allowance
from netmon_collector.host.perf.events import enable, online_processors, open_event, time_enabled
from netmon_collector.host.perf.records import Lost, Record, StateReader, TcpState
from netmon_collector.host.perf.ring import PerfRing
from netmon_collector.host.perf.tracefs import read_tracepoint

__all__ = ["TraceEvents", "TraceReader"]

ALL_PAGES: Final = 512
MOST_PAGES: Final = 64
FEWEST_PAGES: Final = 8
"""Of rings, for all processors and for each; 64 pages are 256 kB, within what anybody may lock (516 kB a processor,
kernel.perf_event_mlock_kb), and hold the forks and ends of 2,000 processes."""

BYTES_A_SECOND: Final = 4 << 20
"""How much is read: 40,000 records of 100 bytes, some 0.2 s. What is beyond is thrown away, and said to be lost."""

MUTED_SECONDS: Final = 0.5
"""After too much so long nothing is read, so that what is read then is whole for some seconds."""

_STATES: Final = (TcpState.SYN_SENT, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, TcpState.LAST_ACK)
_OPEN_STATES: Final = (TcpState.ESTABLISHED, TcpState.SYN_SENT, TcpState.CLOSE_WAIT)
_SECONDS: Final = itemgetter(0)
_IS_OFF: Final = (errno.ENODEV, errno.ENXIO)


class TraceEvents:
    """The open events. Opening takes rights, reading them does not: `TraceReader` may be another process's."""

    def __init__(self) -> None:
        """Open them. Raises ``OSError``: EACCES or EPERM without the rights; ``ValueError`` for a kernel not known."""
        tracepoint = read_tracepoint("sock", "inet_sock_set_state")
        self.reader = StateReader(tracepoint)
        self._open = ExitStack()
        self.events: list[int] = []
        try:
            self.processors = online_processors()
            for processor in self.processors:
                self._add(tracepoint.id, processor)
            for event in self.events:
                enable(event)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Have the kernel tell no more. May be called twice."""
        self._open.close()

    def _add(self, number: int, processor: int) -> None:
        try:
            event = open_event(number, _terms(), processor)
        except OSError as error:
            if error.errno in _IS_OFF:
                return  # it has been turned off
            raise
        self._open.callback(os.close, event)
        self.events.append(event)


class TraceReader:
    """Reads what the events tell. One at a time: the kernel has one ring for each event."""

    def __init__(self, opened: TraceEvents) -> None:
        """Map the rings. Raises ``OSError``."""
        self._records = opened.reader
        self._events, self._processors = opened.events, opened.processors
        self._times = [0] * len(opened.events)
        self._allowed = Allowance(BYTES_A_SECOND)
        self._muted_until = 0.0
        self._later: list[Record] = []
        """What one ring told of a moment at which another one had been read already."""
        self._open = ExitStack()
        try:
            self._epoll = self._open.enter_context(select.epoll())
            self._rings: list[PerfRing] = []
            for event in opened.events:
                ring = PerfRing(event, _pages(len(opened.events)))
                self._open.callback(ring.close)
                self._rings.append(ring)
                self._epoll.register(event, select.EPOLLIN)
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        """Give the descriptor that is readable when the state of a socket has changed."""
        return self._epoll.fileno()

    def read(self, now: float) -> Sequence[Record]:
        """Take what was told since the last time, until ``now`` (CLOCK_MONOTONIC), in the order of time."""
        self._epoll.poll(0, len(self._rings))  # it asks each event, which is readable until then
        found = self._later
        for ring in self._rings:
            data = ring.read()
            if not data:
                continue
            is_muted = now < self._muted_until
            if is_muted or self._allowed.take(len(data), now) < len(data):
                found.append(Lost(now))
                self._muted_until = self._muted_until if is_muted else now + MUTED_SECONDS
                continue
            try:
                found += self._records.read(data)
            except ValueError:  # what is not understood is as good as lost
                found.append(Lost(now))
        found.sort(key=_SECONDS)
        count = bisect_right(found, now, key=_SECONDS)
        self._later = found[count:]
        return found[:count]

    @property
    def holds_later(self) -> bool:
        """Whether something waits for the next ``read`` that nobody is woken for any more."""
        return bool(self._later)

    def is_whole(self) -> bool:
        """Whether all processors are told of still, since the last call some time ago.

        The kernel ends an event for good when its processor is turned off, as all but one are while a laptop sleeps.
        """
        times = [time_enabled(event) for event in self._events]
        is_told = all(now > before for now, before in zip(times, self._times, strict=True))
        self._times = times
        return is_told and online_processors() == self._processors

    def close(self) -> None:
        """Read no more. May be called twice."""
        self._open.close()


def _pages(count: int) -> int:
    """Give how large each of so many rings is: a power of two."""
    share = max(FEWEST_PAGES, min(MOST_PAGES, ALL_PAGES // count))
    return 1 << (share.bit_length() - 1)


def _terms() -> bytes:
    """Give which changes are told: who opens a connection, who closes it, and when it is there or gone between."""
    states = " || ".join(f"newstate == {state}" for state in _STATES)
    before = " || ".join(f"oldstate == {state}" for state in _OPEN_STATES)
    return f"protocol == 6 && ({states} || (newstate == {TcpState.CLOSED} && ({before})))".encode()
