"""A recorder fed by a counting machine, and what a storage would keep of it."""

from netmon.model import HistoryGap, HistoryGapKind, UsageRow, UsageSums
from netmon_client.testing.samples import START_TIME
from netmon_recorder.recording import Recording
from netmon_recorder.store import ResumePoint, UsageBatch
from tests.support.counting_machine import CountingMachine

T = START_TIME


class Notebook:
    """Keeps batches as a store does."""

    def __init__(self) -> None:
        self.batches: list[UsageBatch] = []
        self.rows: list[UsageRow] = []
        self.gaps: dict[tuple[HistoryGapKind, float], HistoryGap] = {}
        self.resume = ResumePoint()

    def keep(self, batch: UsageBatch) -> None:
        self.batches.append(batch)
        self.rows += batch.rows
        self.gaps.update({(gap.kind, gap.since_time): gap for gap in batch.gaps})
        self.resume = ResumePoint(
            until_time=batch.until_time,
            checkpoint=batch.checkpoint or self.resume.checkpoint,
            open_gaps=tuple(gap for gap in self.gaps.values() if gap.until_time is None),
        )

    @property
    def total(self) -> tuple[int, int, int]:
        return summed(self.rows)[:3]

    def of(self, kind: HistoryGapKind) -> list[tuple[float, float | None]]:
        return [
            (gap.since_time - T, gap.until_time and gap.until_time - T)
            for gap in self.gaps.values()
            if gap.kind is kind
        ]


def summed(rows: list[UsageRow]) -> UsageSums:
    total = UsageSums()
    for row in rows:
        total = total.plus(row.sums)
    return total


class Played:
    """A machine, its recorder and what that keeps."""

    def __init__(self, machine: CountingMachine | None = None) -> None:
        self.machine = machine or CountingMachine()
        self.notebook = Notebook()
        self.recording = Recording(ResumePoint(), self.machine.time, keeps_seconds=True)

    def meet(self, *, tells_start: bool = True) -> None:
        self.recording.meet(self.machine.instance_id, self.machine.began if tells_start else None)
        self.recording.take(self.machine.hello(), self.machine.time)

    def tick(self, seconds: float = 1.0) -> None:
        self.recording.take(self.machine.tick(seconds), self.machine.time)

    def keep(self) -> UsageBatch:
        batch = self.recording.batch(self.machine.time)
        self.notebook.keep(batch)
        self.recording.written()
        return batch

    def restart_recorder(self) -> None:
        self.recording = Recording(self.notebook.resume, self.machine.time, keeps_seconds=True)
