"""What the course of a run is drawn from: bandwidth, tick by tick, and the gaps in it."""

from netmon.model import BandwidthSample, Gap, Snapshot
from netmon_collector.core.bandwidth import BandwidthHistory
from netmon_collector.core.ledger import Ledger
from netmon_collector.core.statement import loopback_bytes, network_bytes

__all__ = ["Timeline"]


class Timeline:
    """Samples and gaps. ``now`` is monotonic, ``wall_time`` Unix seconds."""

    def __init__(self) -> None:
        """Start empty."""
        self._bandwidth = BandwidthHistory()
        self._gaps: list[Gap] = []

    def add_tick(self, snapshot: Snapshot, ledger: Ledger) -> None:
        """Add the interval that a snapshot ends."""
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

    def add_gap(self, gap: Gap, now: float, wall_time: float) -> None:
        """Add a time that nothing was counted in."""
        self._bandwidth.add_gap(gap, now, wall_time)
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
