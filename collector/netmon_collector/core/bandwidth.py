"""The last minutes at one second: who moved how much when."""

from collections import deque
from collections.abc import Iterable

from netmon.model import ApplicationBandwidth, BandwidthSample, Gap

HISTORY_SECONDS = 900.0
"""How far back samples are kept."""

SAMPLE_SECONDS = 1.0
"""Length of a sample where ticks are not longer."""

BUSIEST_COUNT = 5
"""How many applications a sample names."""


class BandwidthHistory:
    """Samples of one second, made of ticks. Times within are monotonic; those handed out are Unix seconds."""

    def __init__(self) -> None:
        """Start empty."""
        self._samples: deque[tuple[float, BandwidthSample]] = deque()
        self._gaps: deque[tuple[float, Gap]] = deque()
        self._seconds = 0.0
        self._sent_bytes = 0
        self._received_bytes = 0
        self._loopback_bytes = 0
        self._dropped_packets = 0
        self._applications: dict[str, tuple[str, int, int]] = {}

    def add_tick(
        self,
        *,
        interval_seconds: float,
        sent_bytes: int,
        received_bytes: int,
        loopback_bytes: int,
        dropped_packets: int,
        applications: Iterable[tuple[str, str, int, int]],
        now: float,
        wall_time: float,
    ) -> None:
        """Add a tick's bytes; ``applications`` are (id, name, sent, received), loopback not counted."""
        self._seconds += interval_seconds
        self._sent_bytes += sent_bytes
        self._received_bytes += received_bytes
        self._loopback_bytes += loopback_bytes
        self._dropped_packets += dropped_packets
        for application_id, name, sent, received in applications:
            _, sent_before, received_before = self._applications.get(application_id, (name, 0, 0))
            self._applications[application_id] = (name, sent_before + sent, received_before + received)
        # A tick may come a little early: what is nearly a second is one.
        if self._seconds >= SAMPLE_SECONDS * 0.95:
            self._finish(now, wall_time)

    def _finish(self, now: float, wall_time: float) -> None:
        busiest = sorted(self._applications.items(), key=lambda item: -(item[1][1] + item[1][2]))[:BUSIEST_COUNT]
        sample = BandwidthSample(
            time=wall_time,
            interval_seconds=self._seconds,
            sent_bytes=self._sent_bytes,
            received_bytes=self._received_bytes,
            loopback_bytes=self._loopback_bytes,
            dropped_packets=self._dropped_packets,
            applications=tuple(
                ApplicationBandwidth(
                    application_id=key, application_name=name, sent_bytes=sent, received_bytes=received
                )
                for key, (name, sent, received) in busiest
                if sent or received
            ),
        )
        self._samples.append((now, sample))
        self._seconds = 0.0
        self._sent_bytes = self._received_bytes = self._loopback_bytes = self._dropped_packets = 0
        self._applications = {}
        while self._samples[0][0] < now - HISTORY_SECONDS:
            self._samples.popleft()
        while self._gaps and self._gaps[0][0] < now - HISTORY_SECONDS:
            self._gaps.popleft()

    def add_gap(self, gap: Gap, now: float, wall_time: float) -> None:
        """Say that something is missing before ``now``; a sample that was begun before it ends short."""
        if self._seconds:
            self._finish(now, wall_time)
        self._gaps.append((now, gap))

    def since(self, window_seconds: float, now: float) -> tuple[tuple[BandwidthSample, ...], tuple[Gap, ...]]:
        """Give samples and gaps that ended within the last ``window_seconds``, oldest first."""
        begin = now - window_seconds
        samples = tuple(sample for when, sample in self._samples if when > begin)
        return samples, tuple(gap for when, gap in self._gaps if when > begin)
