"""The kernel's counts of this machine's TCP sockets: read while they are open, and told when they are closed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from netmon.model import Degradation
from netmon_collector import clock
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.tcp_counts import SocketCounts
from netmon_collector.host.socket_endings import SocketEndings, find_once, open_socket_endings
from netmon_collector.host.tcp_info import TcpInfoReader, has_tcp_info

SHORTEST_SECONDS = 2.0
LONGEST_SECONDS = 30.0

CPU_SHARE = 0.003
"""Of one core: readings that cost more than this share of the shortest interval come less often."""

REST_SECONDS = 0.05
"""What is told of closed sockets is read this often at most: 1,000 a second would wake the loop for each."""

LONG_REST_SECONDS = 0.25
FEW_ENDINGS = 25
"""As few in one reading: with five times as many in the long rest the smallest buffer (300) is not half full."""

FAILED_COST_SECONDS = 0.1
"""A reading that failed counts as this much CPU, so that the next one waits."""

log = logging.getLogger(__name__)

Reading = tuple[list[SocketCounts], float, float]
"""Counts, when their reading began (Unix seconds), the CPU that it took."""

InThread = Callable[[Callable[[], Reading]], Awaitable[Reading]]


def open_tcp_watch(monitor: Monitor, in_thread: InThread, *, has_packets: bool) -> "TcpWatch":
    """Watch TCP sockets as far as this system tells of them. ``has_packets``: somebody captures packets beside it."""
    monitor.tcp.has_packets = has_packets
    endings = open_socket_endings(find=None if has_packets else find_once)
    return TcpWatch(monitor, TcpInfoReader() if has_tcp_info() else None, endings, in_thread)


def waiting_seconds(cost_seconds: float) -> float:
    """Give how long the next reading waits after one that took ``cost_seconds`` of CPU."""
    return min(max(SHORTEST_SECONDS, cost_seconds / CPU_SHARE), LONGEST_SECONDS)


class TcpWatch:
    """Feeds a monitor with counts of TCP sockets, in the event loop's thread but for the readings."""

    def __init__(
        self, monitor: Monitor, reader: TcpInfoReader | None, endings: SocketEndings | None, in_thread: InThread
    ) -> None:
        """``reader`` None: this system has no such counts. ``in_thread`` runs a reading outside the loop."""
        self._monitor = monitor
        self._reader = reader
        self._endings = endings
        self._in_thread = in_thread
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._error = ""
        self.is_running = True
        """Whether to count; what is told meanwhile is left out."""

    async def run(self) -> None:
        """Read and listen until cancelled."""
        self._loop = asyncio.get_running_loop()
        if self._endings is not None:
            self._loop.add_reader(self._endings.fileno(), self._hear)
        try:
            await self._follow()
        finally:
            self._stop_listening()

    def before_tick(self, now: float, wall_time: float) -> None:
        """Hand over what closed sockets had counted; call after the packets."""
        if self._endings is None:
            return
        rows, is_complete = self._endings.take()
        if self.is_running:
            self._monitor.tcp.close(rows, now, wall_time, is_complete=is_complete)

    def degraded(self) -> tuple[Degradation, ...]:
        """Give what is missing."""
        found: list[Degradation] = []
        if self._error:
            text = f"Round-trip times, retransmits and payload counts of TCP cannot be read: {self._error}."
            found.append(Degradation(code="tcp.failed", text=text))
        if self._endings is not None and self._endings.lost_count:
            text = "Sockets were closed faster than could be read: some connections lack their last payload counts"
            text += f" (it happened {self._endings.lost_count} times)."
            found.append(Degradation(code="tcp.endings_lost", text=text))
        return tuple(found)

    def close(self) -> None:
        """Close what is open."""
        self._stop_listening()
        if self._endings is not None:
            self._endings.close()
            self._endings = None

    async def _follow(self) -> None:
        pause = SHORTEST_SECONDS
        while True:
            await asyncio.sleep(pause)
            if self._reader is not None and self.is_running and self._monitor.tcp.is_wanted:
                pause = waiting_seconds(await self.read())

    async def read(self) -> float:
        """Read the counts of open sockets now, and hand them over; give the CPU that it took, in seconds."""
        reader = self._reader
        if reader is None:
            return 0.0
        try:
            rows, start_time, cost_seconds = await self._in_thread(lambda: _read(reader))
        except OSError as error:
            if not self._error:
                log.warning("counts of TCP sockets could not be read: %s", error.strerror or type(error).__name__)
            self._error = error.strerror or type(error).__name__
            return FAILED_COST_SECONDS
        self._error = ""
        before = clock.thread_cpu()
        reader.again(self._monitor.tcp.add(rows, start_time))
        return cost_seconds + clock.thread_cpu() - before

    def _hear(self) -> None:
        """Read what is told, then wait a little before the loop is woken again."""
        if self._endings is None or self._loop is None:
            return
        # Without packets the waiting socket that a closed one left tells of its FIN: it is looked for soon.
        is_calm = self._endings.hear() <= FEW_ENDINGS and self._monitor.tcp.has_packets
        self._loop.remove_reader(self._endings.fileno())
        self._rest = self._loop.call_later(LONG_REST_SECONDS if is_calm else REST_SECONDS, self._listen)

    def _listen(self) -> None:
        if self._endings is not None and self._loop is not None:
            self._loop.add_reader(self._endings.fileno(), self._hear)

    def _stop_listening(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self._endings is not None and self._loop is not None:
            self._loop.remove_reader(self._endings.fileno())


def _read(reader: TcpInfoReader) -> Reading:
    before, start_time = clock.thread_cpu(), clock.wall_time()
    rows = reader.read()
    return rows, start_time, clock.thread_cpu() - before
