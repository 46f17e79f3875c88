"""Work that is done once for all who asked for it within a while."""

import asyncio
from collections.abc import Callable

__all__ = ["Gathering"]


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
