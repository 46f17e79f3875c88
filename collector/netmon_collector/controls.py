"""What callers may change: start, stop, clear, refresh."""

import logging

from netmon.model import MonitoringState
from netmon_collector.source import Source

log = logging.getLogger(__name__)


class Controls:
    """Control over a run's source and its monitor."""

    def __init__(self, source: Source) -> None:
        """Control ``source``."""
        self._source = source
        self._monitor = source.monitor

    @property
    def monitoring_state(self) -> MonitoringState:
        """Whether the collector counts."""
        return self._monitor.monitoring_state

    async def start(self) -> bool:
        """Count again; tell whether that changed anything."""
        changed = self._monitor.start(self._source.now(), self._source.wall_time())
        if changed:
            self._source.start()
            log.info("monitoring started")
        return changed

    async def stop(self) -> bool:
        """Count no more; tell whether that changed anything."""
        if self.monitoring_state is MonitoringState.STOPPED:
            return False
        self._source.stop()
        self._monitor.stop(self._source.now(), self._source.wall_time())
        log.info("monitoring stopped")
        return True

    async def clear(self) -> float:
        """Move the baseline of all sums to now; give it in Unix seconds."""
        self._source.before_tick()
        epoch = self._monitor.clear(self._source.now(), self._source.wall_time())
        log.info("statistics cleared")
        return epoch

    async def refresh(self) -> tuple[int, int, int]:
        """Look at everything anew; give how many sockets, processes and interfaces there are."""
        return await self._source.refresh()
