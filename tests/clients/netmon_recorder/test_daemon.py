import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import (
    AlertMeasure,
    AlertRule,
    BucketSize,
    HistoryGapKind,
    RecordingState,
    Snapshot,
    UsageDimension,
    UsageQuery,
)
from netmon.program_settings import SettingsError
from netmon.serving import AlreadyRunning
from netmon_client import AsyncHistoryClient, connect_history_async
from netmon_client.clock import wall_time
from netmon_client.testing import FakeCollector, a_status
from netmon_recorder.daemon import CannotServe, Daemon, access_to_history
from netmon_recorder.settings import Settings
from netmon_recorder.store import StorageTaken
from tests.support.counting_machine import CountingMachine
from tests.support.kept_seconds import stored


def settings_in(folder: Path, collector: str = "/nowhere/collector.sock") -> Settings:
    return Settings(
        database=folder / "history.db", socket=folder / "r" / "recorder.sock", collector=collector, time_zone="UTC"
    )


def is_there(path: Path | None) -> bool:
    return path is not None and path.is_socket()


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[AsyncHistoryClient]:
    """Run a daemon until the block is left, and look that it ends as it should."""
    stopped = asyncio.Event()
    daemon = asyncio.create_task(Daemon(settings).run(stopped))
    try:
        async with asyncio.timeout(30):
            while not is_there(settings.socket):
                assert not daemon.done(), daemon.exception()
                await asyncio.sleep(0.01)
        async with connect_history_async(str(settings.socket)) as client:
            yield client
    finally:
        stopped.set()
        async with asyncio.timeout(30):
            await daemon


async def until_recording(client: AsyncHistoryClient) -> None:
    async with asyncio.timeout(30):
        while True:
            status = await client.status()
            if status.recorder.recording_state is RecordingState.RECORDING and status.storage.last_write_time:
                return
            await asyncio.sleep(0.02)


async def test_without_a_collector_it_serves_and_waits(tmp_path: Path) -> None:
    async with running(settings_in(tmp_path)) as client:
        status = await client.status()
        assert (status.recorder.recording_state, status.recorder.pid) == (RecordingState.WAITING, os.getpid())
        assert status.recorder.collector_instance_id == ""
        assert status.storage.calendar.time_zone == "UTC"


async def test_it_records_asks_alerts_and_keeps_all_at_its_end(tmp_path: Path) -> None:
    machine = CountingMachine()
    machine.move(machine.open(), 5_000, 0)
    now = asyncio.get_running_loop().time()
    with FakeCollector(status=replace(a_status(), start_time=now)) as fake:
        settings = settings_in(tmp_path, fake.socket)
        async with running(settings) as client:
            await until_recording(client)
            status = await client.status()
            assert status.recorder.collector_instance_id == fake.instance_id
            rule = AlertRule(name="a", measure=AlertMeasure.TOTAL_BYTES, bound=1, window_seconds=60)
            await client.put_alert(rule)
        async with running(settings) as client:
            gaps = (await client.usage(UsageQuery())).gaps
            assert HistoryGapKind.COLLECTOR_OFF not in {gap.kind for gap in gaps}
            assert len((await client.alerts()).alerts) == 1


async def test_a_second_one_of_the_same_history_or_socket_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with running(settings) as client:
        with pytest.raises(StorageTaken) as taken:
            await Daemon(settings).run(asyncio.Event())
        assert taken.value.pid == os.getpid()
        with pytest.raises(AlreadyRunning):
            await Daemon(replace(settings, database=tmp_path / "other.db")).run(asyncio.Event())
        assert (await client.status()).recorder.pid == os.getpid()


async def test_settings_that_cannot_be_are_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(SettingsError, match="Mars"):
        await Daemon(replace(settings, time_zone="Mars/Olympus")).run(asyncio.Event())
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="is no socket"):
        await Daemon(replace(settings, socket=tmp_path / "file")).run(asyncio.Event())
    with pytest.raises(CannotServe):
        await Daemon(replace(settings, socket=tmp_path / "no" / "a" / "r.sock")).run(asyncio.Event())


def test_ones_own_history_is_ones_own_and_the_machines_is_everybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not access_to_history({}).is_open
    assert access_to_history({"STATE_DIRECTORY": "/var/lib/netmon"}).is_open
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert access_to_history({}).is_open


async def test_seconds_are_their_minutes_through_a_restart_of_the_collector_and_a_clear(tmp_path: Path) -> None:
    machine = CountingMachine(time=wall_time() // 60 * 60 - 60)
    # It began after the recorder, as far as that can know: its first snapshot counts.
    status = replace(a_status(), start_time=machine.time + 7200)
    key = machine.open()

    def moved(sent: int, instance_id: str) -> Snapshot:
        machine.move(key, sent, 10)
        return replace(machine.tick(), instance_id=instance_id)

    before = [moved(1_000, status.instance_id) for _ in range(3)]
    machine.clear()
    before.append(moved(500, status.instance_id))
    with FakeCollector(snapshots=before, status=status) as fake:
        settings = replace(settings_in(tmp_path, fake.socket), keep_seconds_hours=1.0)
        async with running(settings) as client:
            await until_recording(client)
            assert (await client.status()).recorder.seconds_reason == "kept for 1 h, as --keep-seconds says"
            fake.restart("another")
            machine.restart()
            fake.publish(moved(250, "another"))
        seconds, minutes = stored(tmp_path / "history.db")
        assert seconds == minutes
        assert sum(row[2] for row in minutes) >= 1_000
        # Without a collector nothing comes between the two questions.
        async with running(replace(settings, collector="/nowhere/collector.sock")) as client:
            since, until = machine.time - 60, machine.time + 60
            query = UsageQuery(since_time=since, until_time=until, group_by=(UsageDimension.PROCESS,))
            by_second = await client.usage(replace(query, bucket=BucketSize.SECOND))
            by_minute = await client.usage(replace(query, bucket=BucketSize.MINUTE, group_by=()))
    assert by_second.total == by_minute.total
    assert by_second.series[0].key.pid == 100
