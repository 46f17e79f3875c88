"""The state of a run, put together from its parts when somebody asks."""

import os
from collections.abc import Callable
from dataclasses import replace

from netmon import __version__
from netmon.model import Caller, Degradation, Drops, InterfaceStatus, ProcessCost, Queue, ServiceLimits, Status
from netmon_collector import clock
from netmon_collector.core.questions import WAITING_LIMIT
from netmon_collector.host.resources import read_own_resources
from netmon_collector.source import Source


class StatusBoard:
    """Gives the status of a run."""

    def __init__(
        self,
        source: Source,
        interval_seconds: float,
        warnings: tuple[Degradation, ...] = (),
        limits: Callable[[], ServiceLimits] = ServiceLimits,
    ) -> None:
        """Begin the uptime now. ``warnings`` are degradations of the run itself, whatever its source.

        ``limits`` tells how much is served, when somebody asks.
        """
        self._warnings = warnings
        self._limits = limits
        self._source = source
        self._monitor = source.monitor
        self._interval_seconds = interval_seconds
        self._started_at = clock.monotonic()
        self._start_time = clock.wall_time()

    def status(self, caller: Caller, subscriber_count: int) -> Status:
        """Give the state as ``caller`` may see it."""
        monitor = self._monitor
        snapshot = monitor.latest
        processes = self._processes()
        return Status(
            version=__version__,
            instance_id=monitor.instance_id,
            start_time=self._start_time,
            uptime_seconds=clock.monotonic() - self._started_at,
            monitoring_state=monitor.monitoring_state,
            monitoring_since=monitor.monitoring_since,
            packet_source=monitor.packet_source,
            statistics_epoch=monitor.statistics_epoch,
            interval_seconds=self._interval_seconds,
            active_connection_count=snapshot.active_connection_count if snapshot is not None else 0,
            listening_count=snapshot.listening_count if snapshot is not None else 0,
            tracked_connection_count=monitor.tracked_count,
            tracked_connection_limit=monitor.tracked_limit,
            interfaces=tuple(self._with_packets(row) for row in self._source.interfaces()),
            drops=snapshot.drops if snapshot is not None else Drops(),
            owner_ways=self._source.owner_ways(),
            attributed_share=snapshot.attributed_share if snapshot is not None else None,
            degraded=(*self._warnings, *self._source.degraded()),
            caller=caller,
            subscriber_count=subscriber_count,
            pids=(os.getpid(), *self._source.helper.pids),
            cpu_seconds=sum(process.cpu_seconds for process in processes),
            resident_bytes=sum(process.resident_bytes for process in processes),
            names=monitor.naming.status(),
            ledger=monitor.interface_ledgers,
            processes=processes,
            queues=self._queues(),
            limits=self._limits(),
        )

    def _processes(self) -> tuple[ProcessCost, ...]:
        own = read_own_resources()
        main = ProcessCost(role="main", pid=os.getpid(), cpu_seconds=own.cpu_seconds, resident_bytes=own.resident_bytes)
        return (main, *self._source.helper.costs)

    def _queues(self) -> tuple[Queue, ...]:
        events, questions = self._monitor.events, self._monitor.questions
        waiting = 0 if questions is None else questions.waiting_count
        return (
            Queue(name="questions", depth=waiting, limit=WAITING_LIMIT),
            Queue(name="events", depth=events.count, limit=events.limit),
        )

    def _with_packets(self, row: InterfaceStatus) -> InterfaceStatus:
        return replace(row, last_packet_time=self._monitor.last_packet_time(row.name))
