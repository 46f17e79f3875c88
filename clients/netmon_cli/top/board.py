"""What the stream has said so far, put together: the rows of now, those that ended a moment ago, the last minute."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from netmon.model import BandwidthSample, Connection, Snapshot
from netmon_cli.ended import EndedRows
from netmon_cli.top.spark import SPARK_SECONDS, Sample

__all__ = ["Board", "Moment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One tick. ``ended``: rows that ended within the last minute as they were then, and are in the snapshot no more.

    ``new``: ids of rows that the tick before did not have. ``samples``: the last minute, oldest first.
    """

    snapshot: Snapshot
    ended: tuple[Connection, ...] = ()
    new: frozenset[str] = frozenset()
    samples: tuple[Sample, ...] = ()


class Board:
    """Takes snapshots; gives moments. A new instance of the collector begins with an empty board."""

    def __init__(self) -> None:
        self._instance_id = ""
        self._known: frozenset[str] = frozenset()
        self._ended = EndedRows()
        self._samples: deque[Sample] = deque()
        self._is_first = True

    def add_past(self, samples: Iterable[BandwidthSample]) -> None:
        """Take the samples of before the first snapshot, oldest first."""
        for sample in samples:
            length = sample.interval_seconds or 1.0
            sent, received = sample.sent_bytes / length, sample.received_bytes / length
            self._add(Sample(time=sample.time, interval_seconds=length, sent=sent, received=received))

    def begin_view(self) -> None:
        """Have the next snapshot mark nothing as new: it is of another choice of rows."""
        self._is_first = True

    def forget_ended(self) -> None:
        """Let go of the rows that ended so far: their sums are of before."""
        self._ended.clear()

    def take(self, snapshot: Snapshot) -> Moment:
        """Take a tick."""
        if self._instance_id not in {"", snapshot.instance_id}:
            self._is_first = True
        self._instance_id = snapshot.instance_id
        ids = frozenset(row.id for row in snapshot.connections)
        new = frozenset[str]() if self._is_first else ids - self._known - self._ended.ids
        self._known, self._is_first = ids, False
        traffic = snapshot.headline
        self._add(
            Sample(
                time=snapshot.time,
                interval_seconds=snapshot.interval_seconds,
                sent=traffic.sent_bytes_per_second,
                received=traffic.received_bytes_per_second,
            )
        )
        return Moment(snapshot=snapshot, ended=self._ended.take(snapshot), new=new, samples=tuple(self._samples))

    def _add(self, sample: Sample) -> None:
        if self._samples and sample.time <= self._samples[-1].time:
            if sample.time > self._samples[-1].time - SPARK_SECONDS:
                return  # a bandwidth sample and the first snapshot may be of the same tick
            self._samples.clear()  # the machine's clock was set back
        self._samples.append(sample)
        while self._samples[0].time < sample.time - SPARK_SECONDS:
            self._samples.popleft()
