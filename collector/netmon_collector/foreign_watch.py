"""Looks into other network namespaces while traffic that passes this machine has no owner, and seldom."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from netmon_collector import clock
from netmon_collector.core.foreign import Foreign
from netmon_collector.host.foreign_sockets import ForeignSockets
from netmon_collector.host.ports import ForeignLister, ForeignListing
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable

__all__ = ["ForeignWatch", "open_foreign_watch"]

LOOK_SECONDS: Final = 2.0
CPU_SHARE: Final = 0.005
"""Of one core, at most: a look that cost much is followed by a longer pause."""

log = logging.getLogger(__name__)

_Timed = tuple[ForeignListing, float]
InThread = Callable[[Callable[[], _Timed]], Awaitable[_Timed]]


class ForeignWatch:
    """Feeds ``foreign`` from ``sockets``, which are read by ``in_thread``."""

    def __init__(
        self,
        foreign: Foreign,
        sockets: ForeignLister,
        in_thread: InThread,
    ) -> None:
        """Look at nothing yet; ``run`` does."""
        self._foreign = foreign
        self._sockets = sockets
        self._in_thread = in_thread
        self._error = ""
        self.left_out_count = 0
        """How many namespaces had to wait for their turn in the newest look."""

    async def run(self) -> None:
        """Look when there is something to name, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.sleep(await self.look_once())

    async def look_once(self) -> float:
        """Look if there is something to name; give how many seconds more its cost is worth."""
        wanted = self._foreign.wanted
        if not wanted:
            self._foreign.settle_outsides()  # programs in the kernel may have named all that passes
            return 0.0
        try:
            listing, cpu_seconds = await self._in_thread(partial(self._look, wanted))
        except OSError as error:
            before, self._error = self._error, error.strerror or type(error).__name__
            if self._error != before:
                log.warning("other network namespaces could not be looked into: %s", self._error)
            return 0.0
        self._error = ""
        self.left_out_count = listing.scan.left_out_count
        self._foreign.settle(listing.scan, listing.processes)
        return cpu_seconds / CPU_SHARE

    def _look(self, wanted: frozenset[bytes]) -> _Timed:
        cpu_before = clock.thread_cpu()
        listing = self._sockets.look(clock.wall_time(), wanted)
        return listing, clock.thread_cpu() - cpu_before + listing.elsewhere_cpu_seconds


def open_foreign_watch(
    foreign: Foreign, in_thread: InThread, sockets: ForeignLister | None = None
) -> ForeignWatch | None:
    """Give a watch on this system, by ``sockets`` where another process looks; None where it has no namespaces."""
    if not sys.platform.startswith("linux"):
        return None
    return ForeignWatch(foreign, sockets or ForeignSockets(ProcessTable(ProcProcessReader())), in_thread)
