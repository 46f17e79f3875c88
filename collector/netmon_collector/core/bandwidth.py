"""The last minutes at one second: who moved how much when."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from netmon.model import OTHER_USERS_ID, ApplicationBandwidth, BandwidthSample, Gap
from netmon_collector.core.bandwidth_sample import KeptSample, PackedSamples, Share, pack
from netmon_collector.core.rows import OTHER_USERS_NAME

HISTORY_SECONDS = 900.0
"""How far back samples are kept."""

SAMPLE_SECONDS = 1.0
"""Length of a sample where ticks are not longer."""

BUSIEST_COUNT = 5
"""How many applications a sample names."""


PACKED_COUNT = 60
"""How many samples are packed at a time; the last ones, up to twice as many, are at hand."""

USER_COUNT = 32
"""How many users, the busiest, a sample is kept apart for."""


class NetworkBytes(NamedTuple):
    """What one application of one user moved over a network. Empty id: what has no owner."""

    application_id: str
    application_name: str
    uid: int | None
    sent_bytes: int
    received_bytes: int


class BandwidthHistory:
    """Samples of one second, made of ticks. Times within are monotonic; those handed out are Unix seconds."""

    def __init__(self) -> None:
        """Start empty."""
        self._packed: deque[PackedSamples] = deque()
        self._samples: list[KeptSample] = []
        self._gaps: deque[tuple[float, Gap]] = deque()
        self._seconds = 0.0
        self._sent_bytes = 0
        self._received_bytes = 0
        self._loopback_bytes = 0
        self._dropped_packets = 0
        self._applications: dict[tuple[str, int | None], NetworkBytes] = {}

    def add_tick(
        self,
        *,
        interval_seconds: float,
        sent_bytes: int,
        received_bytes: int,
        loopback_bytes: int,
        dropped_packets: int,
        applications: Iterable[NetworkBytes],
        now: float,
        wall_time: float,
    ) -> None:
        """Add a tick's bytes; loopback is not counted in those of ``applications``."""
        self._seconds += interval_seconds
        self._sent_bytes += sent_bytes
        self._received_bytes += received_bytes
        self._loopback_bytes += loopback_bytes
        self._dropped_packets += dropped_packets
        for part in applications:
            key = part.application_id, part.uid
            before = self._applications.get(key)
            self._applications[key] = part if before is None else _added(before, part)
        # A tick may come a little early: what is nearly a second is one.
        if self._seconds >= SAMPLE_SECONDS * 0.95:
            self._finish(now, wall_time)

    def _finish(self, now: float, wall_time: float) -> None:
        parts = [part for part in self._applications.values() if part.sent_bytes or part.received_bytes]
        rows = _Rows()
        sample = BandwidthSample(
            time=wall_time,
            interval_seconds=self._seconds,
            sent_bytes=self._sent_bytes,
            received_bytes=self._received_bytes,
            loopback_bytes=self._loopback_bytes,
            dropped_packets=self._dropped_packets,
            applications=rows.busiest(_merged(parts)),
        )
        ownerless = rows.busiest([part for part in parts if not part.application_id])
        self._samples.append(KeptSample(now, sample, ownerless, _by_user(parts, rows)))
        self._seconds = 0.0
        self._sent_bytes = self._received_bytes = self._loopback_bytes = self._dropped_packets = 0
        self._applications = {}
        if len(self._samples) >= 2 * PACKED_COUNT:
            self._packed.append(pack(self._samples[:PACKED_COUNT]))
            del self._samples[:PACKED_COUNT]
        while self._packed and self._packed[0].now < now - HISTORY_SECONDS:
            self._packed.popleft()
        while self._gaps and self._gaps[0][0] < now - HISTORY_SECONDS:
            self._gaps.popleft()

    def end_sample(self, now: float, wall_time: float) -> None:
        """End short the sample that was begun, if there is one."""
        if self._seconds:
            self._finish(now, wall_time)

    def add_gap(self, gap: Gap, now: float) -> None:
        """Say that something is missing before ``now``; a sample begun earlier ends short where the gap begins."""
        self.end_sample(now, gap.since_time)
        self._gaps.append((now, gap))

    def since(
        self, window_seconds: float, now: float, *, only_uid: int | None = None
    ) -> tuple[tuple[BandwidthSample, ...], tuple[Gap, ...]]:
        """Give samples and gaps that ended within the last ``window_seconds``, oldest first.

        ``only_uid``: with the applications of this user alone, those of others as one.
        """
        begin = now - min(window_seconds, HISTORY_SECONDS)
        packed = [each for each in self._packed if each.now > begin]
        gaps = tuple(gap for when, gap in self._gaps if when > begin)
        if only_uid is None:
            wholes = [whole for each in packed for whole in each.wholes()]
            wholes += [(sample.now, sample.whole) for sample in self._samples]
            return tuple([whole for when, whole in wholes if when > begin]), gaps
        kept = [*(sample for each in packed for sample in each.samples()), *self._samples]
        return tuple([_as_seen_by(only_uid, sample) for sample in kept if sample.now > begin]), gaps


def _added(one: NetworkBytes, other: NetworkBytes) -> NetworkBytes:
    return one._replace(
        sent_bytes=one.sent_bytes + other.sent_bytes, received_bytes=one.received_bytes + other.received_bytes
    )


def _merged(parts: list[NetworkBytes]) -> list[NetworkBytes]:
    """Give applications, whoever uses them."""
    merged: dict[str, NetworkBytes] = {}
    for part in parts:
        before = merged.get(part.application_id)
        merged[part.application_id] = part if before is None else _added(before, part)
    return list(merged.values())


class _Rows:
    """Rows of one sample. An application that one user alone has is the same row for all and for that user."""

    def __init__(self) -> None:
        self._made: dict[NetworkBytes, ApplicationBandwidth] = {}

    def busiest(self, parts: list[NetworkBytes]) -> tuple[ApplicationBandwidth, ...]:
        """Give the rows of those that moved most."""
        parts.sort(key=lambda part: -(part.sent_bytes + part.received_bytes))
        return tuple([self._row(part) for part in parts[:BUSIEST_COUNT]])

    def _row(self, part: NetworkBytes) -> ApplicationBandwidth:
        row = self._made.get(part)
        if row is None:
            row = self._made[part] = ApplicationBandwidth(
                application_id=part.application_id,
                application_name=part.application_name,
                sent_bytes=part.sent_bytes,
                received_bytes=part.received_bytes,
            )
        return row


def _by_user(parts: list[NetworkBytes], rows: _Rows) -> tuple[Share, ...]:
    users: dict[int | None, list[NetworkBytes]] = {}
    for part in parts:
        if part.application_id:
            users.setdefault(part.uid, []).append(part)
    shares = [
        Share(uid, rows.busiest(own), sum(part.sent_bytes for part in own), sum(part.received_bytes for part in own))
        for uid, own in users.items()
    ]
    shares.sort(key=lambda share: -(share.sent_bytes + share.received_bytes))
    return tuple(shares[:USER_COUNT])


def _as_seen_by(uid: int, sample: KeptSample) -> BandwidthSample:
    whole = sample.whole
    own = next((share for share in sample.users if share.uid == uid), Share(uid, (), 0, 0))
    sent = whole.sent_bytes - own.sent_bytes - sum(part.sent_bytes for part in sample.ownerless)
    received = whole.received_bytes - own.received_bytes - sum(part.received_bytes for part in sample.ownerless)
    parts = [*own.applications, *sample.ownerless]
    if sent > 0 or received > 0:
        parts.append(
            ApplicationBandwidth(
                application_id=OTHER_USERS_ID,
                application_name=OTHER_USERS_NAME,
                sent_bytes=max(0, sent),
                received_bytes=max(0, received),
            )
        )
    parts.sort(key=lambda part: -(part.sent_bytes + part.received_bytes))
    return replace(whole, applications=tuple(parts[:BUSIEST_COUNT]))
