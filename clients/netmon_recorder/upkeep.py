"""Old history out: soon after the start, each hour, and as soon as the quota is near.

In steps, so that it takes no core for itself.
"""

import asyncio
import logging
from collections.abc import Callable
from itertools import chain, repeat
from typing import Final

from netmon.model import CleanupSelection
from netmon_client.clock import monotonic
from netmon_recorder.store import StorageError, StorageKeeper

FIRST_SECONDS: Final = 60.0
"""How soon it begins: a recorder that runs for less than an hour each time would else never delete anything."""

EACH_SECONDS: Final = 3600.0
"""How often what the policy no longer keeps is deleted."""

DOUBTFUL_SECONDS: Final = 31 * 86_400.0
"""Where what was recorded last is so long ago, the machine was off, or its clock is wrong, as before it is set after a
start: by such a clock all that is kept may look old. Within ``EACH_SECONDS`` it is set, where it ever will be."""

_STEP_PAUSE_SECONDS: Final = 0.05

log = logging.getLogger(__name__)


class Upkeep:
    """Cleans a storage for as long as it runs. ``last_time``: when something was recorded last before it began."""

    def __init__(self, store: StorageKeeper, wall_time: Callable[[], float], last_time: float | None = None) -> None:
        self._store = store
        self._wall_time = wall_time
        self._last_time = last_time
        self._is_due = asyncio.Event()
        self._is_in_vain = False

    async def look(self) -> None:
        """Look whether a cleanup is due before its hour: after each batch, whether it was kept or not.

        After one that found nothing to delete the next waits for its hour.
        """
        if self._is_in_vain:
            return
        try:
            if await asyncio.to_thread(self._store.needs_cleanup):
                self._is_due.set()
        except StorageError as error:
            log.warning("nobody can say whether the quota is near: %s", type(error).__name__)

    async def run(self, first_seconds: float = FIRST_SECONDS, each_seconds: float = EACH_SECONDS) -> None:
        """Clean soon, then each hour, and when it is due, for ever; not so soon by a clock that may be wrong."""
        trusting_at, was_told = monotonic() + each_seconds, False
        for seconds in chain((first_seconds,), repeat(each_seconds)):
            try:
                async with asyncio.timeout(seconds):
                    await self._is_due.wait()
            except TimeoutError:
                log.debug("the hour's cleanup")
            self._is_due.clear()
            if monotonic() < trusting_at and self._is_clock_doubtful():
                if not was_told:
                    log.warning("nothing was recorded for a month: the cleanup waits, in case the clock is wrong")
                was_told = True
                continue
            try:
                await self.clean()
            except StorageError as error:
                log.warning("old history could not be deleted: %s", type(error).__name__)

    def _is_clock_doubtful(self) -> bool:
        return self._last_time is not None and self._wall_time() - self._last_time > DOUBTFUL_SECONDS

    async def clean(self) -> None:
        """Delete what the policy and the quota no longer keep; where that is not enough, unused names too."""
        self._is_in_vain = False
        steps = self._store.cleanup(CleanupSelection(), self._wall_time())
        deleted = 0
        while True:
            progress = await asyncio.to_thread(next, steps, None)
            if progress is not None:
                deleted = progress.deleted_row_count
            if progress is None or progress.is_done:
                break
            await asyncio.sleep(_STEP_PAUSE_SECONDS)
        if await asyncio.to_thread(self._store.needs_cleanup):
            report = await asyncio.to_thread(self._store.refresh_caches)
            self._is_in_vain = not deleted and not report.removed_key_count
