"""What the recorder makes of the stream: usage by minute, gaps, a checkpoint. Pure; times are Unix seconds."""

from dataclasses import dataclass
from typing import Final

from netmon.model import (
    Gap,
    GapCause,
    HistoryGap,
    HistoryGapKind,
    MonitoringState,
    RecordingState,
    Snapshot,
)
from netmon_client.feed import Disconnected, FeedItem, Heartbeat
from netmon_recorder.recording.checkpoint import Checkpoint, decode_checkpoint, encode_checkpoint
from netmon_recorder.recording.gap_book import GapBook
from netmon_recorder.recording.meter import Meter
from netmon_recorder.recording.usage_book import UsageBook
from netmon_recorder.store import ResumePoint, UsageBatch

LATEST_SECONDS: Final = 3600.0
"""A recorder that was off for longer begins anew: what the collector counted meanwhile would all stand in the wrong
hour. The gap says that it is missing."""

OUTAGE_SECONDS: Final = 3.0
"""A loss of the same run of the collector for less is no gap: its counters went on, and nothing is missing."""

TIDY_SECONDS: Final = 55.0
"""Batches that come sooner, because history was asked, forget no connection sooner (``ABSENT_ROUNDS``)."""

STEP_SECONDS: Final = 60.0
"""Of a clock that was set forward by more, and of a stretch in which nothing was heard, a gap tells."""

_MISSED_CAUSES: Final = frozenset({GapCause.SLOW_READER, GapCause.EXPIRED, GapCause.OVERLOAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPosition:
    """Whether it records, since when, and which run of the collector it follows (empty: none)."""

    state: RecordingState
    since_time: float
    instance_id: str


class Recording:
    """Fed with the items of the stream; gives batches. ``now`` is when the recorder began."""

    def __init__(self, resume: ResumePoint, now: float, *, keeps_seconds: bool = False) -> None:
        self._usage = UsageBook(keeps_seconds=keeps_seconds)
        self._gaps = GapBook(resume.open_gaps)
        self._meter = Meter()
        self._instance_id = ""
        self._unrecorded_since = self._lost_at = now
        self._last_time, self._last_monotonic = now, 0.0
        self._slept_seconds = 0.0  # of which the next snapshot's clock knows; that comes before the news or after it
        self._reached_time = now  # the latest that was recorded, also before the clock was set back
        self._is_lost = True
        self._is_changed = self._has_followed = False
        self._tidied_at = now
        self._begin_time: float | None = None
        self._storage_failed_at: float | None = None
        self._monitoring = MonitoringState.UNSPECIFIED
        self._state, self._state_since = RecordingState.WAITING, now
        if resume.until_time is not None:
            self._resume(resume.until_time, resume.checkpoint, now)

    @property
    def position(self) -> RecordingPosition:
        """Give whether it records."""
        instance_id = "" if self._is_lost else self._instance_id
        return RecordingPosition(state=self._state, since_time=self._state_since, instance_id=instance_id)

    @property
    def is_full(self) -> bool:
        """Whether a batch should not wait for the minute's end."""
        return self._usage.is_full

    def knows(self, instance_id: str) -> bool:
        """Whether a run of the collector is the one whose counters are known."""
        return instance_id == self._instance_id

    def meet(self, instance_id: str, start_time: float | None) -> None:
        """Follow a run of the collector; ``start_time`` None: it could not be asked.

        What one that began after the last recorded moment has counted is new, all of it, and so it is of one that took
        the place of the run that was followed, whatever the clock says (it may have been set back); what an older one
        counted before it was first seen, nobody can place in time.
        """
        if self.knows(instance_id):
            return
        is_new = self._has_followed or (start_time is not None and start_time >= self._unrecorded_since)
        self._is_changed = bool(self._instance_id)
        self._instance_id = instance_id
        self._meter = Meter(skips_first=not is_new)
        self._begin_time = start_time if is_new else None
        self._last_monotonic = 0.0

    def take(self, item: FeedItem, now: float) -> None:
        """Take an item of the stream."""
        if isinstance(item, Snapshot):
            if self.knows(item.instance_id):
                self._take_snapshot(item)
        elif isinstance(item, Gap):
            self._take_gap(item)
        elif isinstance(item, Heartbeat):
            if not self._is_lost:
                self._note_monitoring(item.monitoring_state, item.time)
        elif isinstance(item, Disconnected) and not self._is_lost:
            self._is_lost, self._lost_at = True, self._unrecorded_since
            self._note_state(RecordingState.WAITING, now)

    def batch(self, now: float) -> UsageBatch:
        """Give what has come since the last one; `written` or `put_back` must follow."""
        if self._is_lost and now - self._lost_at >= OUTAGE_SECONDS:
            self._gaps.begin(HistoryGapKind.COLLECTOR_OFF, self._lost_at)
        until_time = max(now, self._unrecorded_since) if self._is_lost else self._unrecorded_since
        if self._storage_failed_at is not None:
            since_time = self._storage_failed_at
            self._gaps.add(
                HistoryGap(kind=HistoryGapKind.STORAGE, since_time=since_time, until_time=max(since_time, until_time))
            )
        if not 0 <= now - self._tidied_at < TIDY_SECONDS:
            self._tidied_at = now
            self._meter.tidy()
        checkpoint = None
        if self._instance_id:
            checkpoint = encode_checkpoint(Checkpoint(instance_id=self._instance_id, marks=self._meter.marks()))
        return UsageBatch(
            until_time=until_time,
            rows=self._usage.take(),
            seconds=self._usage.take_seconds(),
            asked=self._usage.take_asked(),
            gaps=self._gaps.take(),
            checkpoint=checkpoint,
        )

    def written(self) -> None:
        """Say that the batch is kept."""
        self._storage_failed_at = None

    def put_back(self, batch: UsageBatch, since_time: float) -> None:
        """Say that the batch could not be kept: it is tried again with the next. ``since_time``: what is kept ends."""
        if self._storage_failed_at is None:
            self._storage_failed_at = since_time
        self._usage.put_back(batch.rows, batch.seconds)
        self._usage.put_asked_back(batch.asked)
        self._gaps.put_back(batch.gaps)

    def _resume(self, until_time: float, checkpoint: bytes | None, now: float) -> None:
        self._gaps.end_all(min(until_time, now))
        self._reached_time = max(until_time, now)
        if until_time < now:
            self._gaps.add(HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=until_time, until_time=now))
        if now - until_time > LATEST_SECONDS:
            return
        self._unrecorded_since = self._last_time = min(until_time, now)
        if checkpoint is None:
            return
        try:
            known = decode_checkpoint(checkpoint)
        except ValueError:  # of another version, say: as if there were none
            return
        self._instance_id, self._meter = known.instance_id, Meter(known.marks)

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self._end_outage(snapshot)
        self._note_step(snapshot)
        self._note_monitoring(snapshot.monitoring_state, snapshot.time)
        reading = self._meter.read(snapshot)
        for row in reading.rows:
            # Where much time lies between two snapshots, a row's bytes stand where it was last active.
            active = snapshot.time if row.last_time is None else max(row.last_time, self._last_time)
            self._usage.add_row(row, min(active, snapshot.time))
        self._usage.learn(snapshot.connections)
        for scope, counts in reading.rest:
            self._usage.add_rest(scope, counts, snapshot.time)
        if reading.dropped_packets:
            since_time = min(self._last_time, snapshot.time)
            self._gaps.add_drops(since_time, snapshot.time, reading.dropped_packets)
        self._last_time, self._last_monotonic = snapshot.time, snapshot.monotonic_seconds
        self._unrecorded_since = snapshot.time
        self._reached_time = max(self._reached_time, snapshot.time)
        self._has_followed = True

    def _end_outage(self, snapshot: Snapshot) -> None:
        if not self._is_lost:
            return
        until_time = snapshot.time
        if self._begin_time is not None:
            until_time = min(max(self._begin_time, self._lost_at), until_time)
        if self._gaps.lasts(HistoryGapKind.COLLECTOR_OFF):
            self._gaps.end(HistoryGapKind.COLLECTOR_OFF, until_time)
        elif until_time > self._lost_at and (self._is_changed or until_time - self._lost_at >= OUTAGE_SECONDS):
            self._gaps.add(
                HistoryGap(kind=HistoryGapKind.COLLECTOR_OFF, since_time=self._lost_at, until_time=until_time)
            )
        self._is_lost = self._is_changed = False
        self._begin_time = None
        self._monitoring = MonitoringState.UNSPECIFIED

    def _note_step(self, snapshot: Snapshot) -> None:
        """Tell of time that nobody lived through: the wall clock was set forward."""
        slept, self._slept_seconds = self._slept_seconds, 0.0
        if not self._last_monotonic:
            return
        stepped = (snapshot.time - self._last_time) - (snapshot.monotonic_seconds - self._last_monotonic) - slept
        if stepped > STEP_SECONDS and snapshot.time > self._reached_time:
            self._gaps.add(
                HistoryGap(kind=HistoryGapKind.CLOCK, since_time=self._reached_time, until_time=snapshot.time)
            )

    def _note_monitoring(self, state: MonitoringState, time: float) -> None:
        if state is self._monitoring:
            return
        self._monitoring = state
        if state is MonitoringState.STOPPED:
            self._gaps.begin(HistoryGapKind.STOPPED, min(time, self._last_time))
            self._note_state(RecordingState.STOPPED, time)
        else:
            self._gaps.end(HistoryGapKind.STOPPED, time)
            self._note_state(RecordingState.RECORDING, time)

    def _note_state(self, state: RecordingState, time: float) -> None:
        if state is not self._state:
            self._state, self._state_since = state, time

    def _take_gap(self, gap: Gap) -> None:
        since_time, until_time = gap.since_time, gap.until_time
        if until_time is None or not 0 < since_time < until_time:
            return  # what lasts is told by the snapshots
        if gap.cause is GapCause.SUSPENDED:
            self._gaps.drop_within(HistoryGapKind.MISSED, since_time, until_time)
            if not self._gaps.drop_within(HistoryGapKind.CLOCK, since_time, until_time):
                self._slept_seconds += until_time - since_time
            self._gaps.add(HistoryGap(kind=HistoryGapKind.SUSPENDED, since_time=since_time, until_time=until_time))
        elif gap.cause in _MISSED_CAUSES and until_time - since_time >= STEP_SECONDS:
            # Counters went on: nothing is lost but the place in time, which matters from a minute on.
            self._gaps.add(HistoryGap(kind=HistoryGapKind.MISSED, since_time=since_time, until_time=until_time))
