import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import pytest

from netmon.model import HistoryGapKind, RecordingState, Snapshot
from netmon_client import connect_async
from netmon_client.testing import FakeCollector, a_status
from netmon_client.testing.samples import START_TIME
from netmon_recorder.recording import Recorder, Recording
from netmon_recorder.recording.recorder import FRESH_SECONDS
from netmon_recorder.store import ResumePoint, StorageFull, UsageBatch
from tests.support.counting_machine import CountingMachine

NOW = START_TIME + 10.0


class Writer:
    """A storage that keeps batches, or refuses them; it may be held up in the middle of one."""

    def __init__(self) -> None:
        self.kept: list[UsageBatch] = []
        self.is_full = False
        self.failure: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.begun = threading.Event()
        self.looks = 0

    def resume_point(self) -> ResumePoint:
        return ResumePoint()

    def append(self, batch: UsageBatch) -> None:
        self.begun.set()
        assert self.may_go_on.wait(10)
        if self.is_full:
            raise StorageFull("no room")
        if self.failure is not None:
            raise self.failure
        self.kept.append(batch)

    @property
    def sent_bytes(self) -> int:
        return sum(row.sums.sent_bytes for batch in self.kept for row in batch.rows)


def snapshots(*amounts: int) -> Iterable[Snapshot]:
    machine = CountingMachine()
    key = machine.open()
    for amount in amounts:
        machine.move(key, amount, 0)
        yield machine.tick()


def recorder_of(
    fake: FakeCollector,
    writer: Writer,
    after: Callable[[float], Awaitable[None]] | None = None,
    *,
    clock: Callable[[], float] = lambda: NOW,
) -> Recorder:
    async def nothing(now: float) -> None:
        assert now

    async def look() -> None:
        writer.looks += 1

    return Recorder(
        collector=connect_async(fake.socket),
        writer=writer,
        recording=Recording(ResumePoint(), START_TIME),
        wall_time=clock,
        after_batch=after or nothing,
        after_try=look,
    )


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not look():  # noqa: ASYNC110 -- what is looked at rings no bell
            await asyncio.sleep(0.01)


async def test_it_follows_the_collector_and_writes_what_came() -> None:
    status = replace(a_status(), start_time=START_TIME)
    writer = Writer()
    with FakeCollector(snapshots=[*snapshots(500, 700)], status=status) as fake:
        recorder = recorder_of(fake, writer)
        following = asyncio.create_task(recorder.follow())
        await until(lambda: recorder.position.state is RecordingState.RECORDING)
        await until(lambda: recorder.position.instance_id == fake.instance_id)
        following.cancel()
        assert await recorder.write()
    assert writer.sent_bytes in {500, 1_200}
    assert writer.kept[0].checkpoint is not None


async def test_the_first_batch_is_written_as_soon_as_a_collector_is_met() -> None:
    writer, told = Writer(), list[float]()

    async def tell(now: float) -> None:
        told.append(now)

    with FakeCollector(snapshots=[*snapshots(500)], status=replace(a_status(), start_time=START_TIME)) as fake:
        recorder = recorder_of(fake, writer, tell)
        tasks = [asyncio.create_task(part) for part in (recorder.follow(), recorder.keep())]
        await until(lambda: told)
        for task in tasks:
            task.cancel()
    assert writer.sent_bytes == 500
    assert writer.looks == 1


async def test_what_has_come_is_written_before_history_is_asked_but_not_at_each_question() -> None:
    writer = Writer()
    with FakeCollector() as fake:
        clock = [START_TIME]
        recorder = recorder_of(fake, writer, clock=lambda: clock[0])
        await recorder.catch_up(None)
        assert writer.kept == [], "nothing can have come yet"
        clock[0] += FRESH_SECONDS
        await recorder.catch_up(START_TIME - 60)
        assert writer.kept == [], "what is asked for is kept already"
        await asyncio.gather(*(recorder.catch_up(None) for _ in range(5)))
        await recorder.catch_up(None)
        assert len(writer.kept) == 1
        clock[0] += FRESH_SECONDS
        await recorder.finish()
        await recorder.catch_up(None)
        assert len(writer.kept) == 2, "the last batch is the last"


async def test_a_question_waits_for_no_slow_storage_and_the_end_does() -> None:
    writer = Writer()
    writer.may_go_on.clear()
    with FakeCollector() as fake:
        clock = [START_TIME]
        recorder = recorder_of(fake, writer, clock=lambda: clock[0])
        clock[0] += FRESH_SECONDS
        await recorder.catch_up(None)
        assert writer.kept == []
        assert await asyncio.to_thread(writer.begun.wait, 10)
        finishing = asyncio.create_task(recorder.finish())
        writer.may_go_on.set()
        await finishing
    assert len(writer.kept) == 2


async def test_a_storage_that_takes_nothing_is_not_tried_at_each_question() -> None:
    writer = Writer()
    writer.is_full = True
    with FakeCollector() as fake:
        clock = [START_TIME]
        recorder = recorder_of(fake, writer, clock=lambda: clock[0])
        assert not await recorder.write()
        writer.begun.clear()
        clock[0] += 60
        await recorder.catch_up(None)
    assert not writer.begun.is_set()


async def test_what_is_refused_is_written_later(caplog: pytest.LogCaptureFixture) -> None:
    writer = Writer()
    writer.is_full = True
    with FakeCollector(snapshots=[*snapshots(500)], status=replace(a_status(), start_time=START_TIME)) as fake:
        recorder = recorder_of(fake, writer)
        following = asyncio.create_task(recorder.follow())
        await until(lambda: recorder.position.instance_id)
        await until(lambda: recorder.position.state is RecordingState.RECORDING)
        following.cancel()
        assert not await recorder.write()
        assert not await recorder.write()
        writer.is_full = False
        assert await recorder.write()
    assert writer.sent_bytes == 500
    assert [record.levelname for record in caplog.records if "history" in record.message].count("WARNING") == 1


async def test_what_waits_survives_an_error_that_nobody_thought_of() -> None:
    writer = Writer()
    with FakeCollector(snapshots=[*snapshots(500)], status=replace(a_status(), start_time=START_TIME)) as fake:
        recorder = recorder_of(fake, writer)
        following = asyncio.create_task(recorder.follow())
        await until(lambda: recorder.position.state is RecordingState.RECORDING)
        following.cancel()
        writer.failure = ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            await recorder.write()
        writer.failure = None
        await recorder.finish()
    assert writer.sent_bytes == 500
    assert HistoryGapKind.STORAGE in {gap.kind for gap in writer.kept[0].gaps}


async def test_a_write_that_is_cancelled_is_ended_first() -> None:
    writer = Writer()
    writer.may_go_on.clear()
    with FakeCollector() as fake:
        recorder = recorder_of(fake, writer)
        writing = asyncio.create_task(recorder.write())
        await asyncio.to_thread(writer.begun.wait, 10)
        writing.cancel()
        writer.may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
    assert len(writer.kept) == 1


async def test_a_collector_that_refuses_is_told_and_tried_again() -> None:
    fake = FakeCollector()
    fake.start(other_version=True)
    try:
        recorder = recorder_of(fake, Writer())
        following = asyncio.create_task(recorder.follow())
        await until(recorder.degraded)
        [note] = recorder.degraded()
        assert note.code == "recorder.refused"
        assert not following.done()
        following.cancel()
    finally:
        fake.close()
