"""What the course of a run is drawn from: bandwidth, tick by tick, and the gaps in it."""

from netmon.model import BandwidthSample, Gap, MonitoringState, Snapshot
from netmon_collector.core.bandwidth import BandwidthHistory
from netmon_collector.core.ledger import Ledger
from netmon_collector.core.statement import loopback_bytes, network_bytes

__all__ = ["Timeline"]


class Timeline:
    """Samples and gaps. ``now`` is monotonic seconds."""

    def __init__(self) -> None:
        """Start empty."""
        self._bandwidth = BandwidthHistory()
        self._gaps: list[Gap] = []

    def add_tick(self, snapshot: Snapshot, ledger: Ledger) -> None:
        """Add the interval that a snapshot ends; while stopped only one that holds what was counted before the stop."""
        is_running = snapshot.monitoring_state is MonitoringState.RUNNING
        if is_running or _has_counted(snapshot):
            self._add_interval(snapshot, ledger)
        if not is_running:
            self._bandwidth.end_sample(snapshot.monotonic_seconds, snapshot.time)

    def _add_interval(self, snapshot: Snapshot, ledger: Ledger) -> None:
        self._bandwidth.add_tick(
            interval_seconds=snapshot.interval_seconds,
            sent_bytes=snapshot.headline.interval_sent_bytes,
            received_bytes=snapshot.headline.interval_received_bytes,
            loopback_bytes=loopback_bytes(ledger),
            dropped_packets=snapshot.drops.interval_dropped_packets,
            applications=network_bytes(ledger),
            now=snapshot.monotonic_seconds,
            wall_time=snapshot.time,
        )

    def add_gap(self, gap: Gap, now: float) -> None:
        """Add a time that nothing was counted in."""
        self._bandwidth.add_gap(gap, now)
        self._gaps.append(gap)

    def since(
        self, window_seconds: float, now: float, *, only_uid: int | None = None
    ) -> tuple[tuple[BandwidthSample, ...], tuple[Gap, ...]]:
        """Give samples and gaps of the last ``window_seconds``, oldest first; see ``BandwidthHistory.since``."""
        return self._bandwidth.since(window_seconds, now, only_uid=only_uid)

    def take_gaps(self) -> tuple[Gap, ...]:
        """Give the gaps since the last call."""
        gaps = tuple(self._gaps)
        self._gaps.clear()
        return gaps


def _has_counted(snapshot: Snapshot) -> bool:
    totals = snapshot.totals
    moved = totals.interval_sent_packets or totals.interval_received_packets
    return bool(moved or snapshot.drops.interval_dropped_packets)
