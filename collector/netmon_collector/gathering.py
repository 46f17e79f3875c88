"""What may wait for more of its kind: packets in their ring, and work that is done once for all who asked for it."""

import asyncio
from collections.abc import Callable

from netmon_collector.host.ports import OwnerFinder

__all__ = ["GATHER_SECONDS", "REST_SECONDS", "Gathering", "rest_seconds"]

GATHER_SECONDS = 0.2
"""New connections wait this long for others to be asked for with them: the kernel keeps what it saw of them, or they
were looked up at their first packet. Most short ones are over by then, and asked for once. On a busy machine an answer
took 310 us, one of eight together 70."""

REST_SECONDS = 0.1
"""So long packets wait in their ring after others were read, where single connections are answered for: numbers are
told at ticks, before which all handles are read, and first packets reach who looks them up another way. On cold caches
a wake-up costs 0.45 ms: 25 a second are 1.1 % of a core. Where sockets are only listed, packets are read as they come,
for a listing must not come late."""


def rest_seconds(finder: OwnerFinder | None) -> float:
    """Give how long a handle rests that was read, where ``finder`` answers for single connections."""
    return 0.0 if finder is None else REST_SECONDS


class Gathering:
    """Calls ``work`` some time after the first ``soon``, once for all of them. Lives in the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Callable[[], object], *, seconds: float) -> None:
        """Nothing is asked for yet."""
        self._loop = loop
        self._work = work
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Ask for it."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._run)

    def cancel(self) -> None:
        """It was done otherwise, or never shall be."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        self._work()
