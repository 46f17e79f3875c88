"""A whole recorder, and what may happen to it: each fault leads to what SECURITY.md and the README promise."""

import itertools
import random
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from netmon.model import BucketSize, HistoryGapKind, RecordingState, StorageState, UsageAnswer, UsageQuery
from netmon_client.history_answers import HistoryStatus
from netmon_recorder.store import StorageHeld
from netmon_recorder.store.sqlite import SqliteStore, open_store
from tests.support.clock_shim import ClockShim
from tests.support.heard_collector import HeardCollector, heard_collector
from tests.support.history_stage import keep, opened, row
from tests.support.recorder_process import RecorderProcess, recorder
from tests.support.small_disk import small_disk
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

_DAY = 86_400
_LONG = f"{'x' * 60}.example"


def is_in(state: StorageState) -> Callable[[HistoryStatus], bool]:
    return lambda status: status.storage.state is state


def has_written(status: HistoryStatus) -> bool:
    return status.storage.state is StorageState.WRITING and status.storage.last_write_time is not None


def codes(status: HistoryStatus) -> list[str]:
    return [note.code for note in status.storage.degraded]


def until_heard(heard: HeardCollector, kept: RecorderProcess) -> None:
    """Wait until the recorder has taken all that was sent: it tells of a stop that was sent after it."""
    for is_stopped, state in ((True, RecordingState.STOPPED), (False, RecordingState.RECORDING)):
        heard.stop(is_stopped=is_stopped)
        kept.wait_for_status(lambda status: status.recorder.recording_state is state, f"{state.name} is heard")  # noqa: B023


def keep_for_ever(store: SqliteStore, start: float) -> None:
    for number in itertools.count():
        keep(store, *(row(start, domain=f"{number}-{each}.example") for each in range(90)))


def asked(kept: RecorderProcess, *, since: float, until: float) -> UsageAnswer:
    with kept.client() as client:
        return client.usage(
            UsageQuery(bucket=BucketSize.DAY, include_loopback=True, since_time=since, until_time=until)
        )


def received(kept: RecorderProcess) -> int:
    now = time.time()
    return asked(kept, since=now - _DAY, until=now).total.received_bytes


def kinds(kept: RecorderProcess) -> set[HistoryGapKind]:
    now = time.time()
    return {gap.kind for gap in asked(kept, since=now - 600, until=now).gaps}


@pytest.mark.root
def test_a_full_disk_is_said_and_leaves_a_gap_and_a_freed_one_is_found_by_itself(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", megabytes=8) as disk,
        heard_collector() as heard,
        recorder(tmp_path, heard.socket, "--database", str(disk.folder / "history.db")) as kept,
    ):
        kept.wait_for_status(has_written, "the first batch")
        disk.fill()
        heard.restart()
        status = kept.wait_for_status(is_in(StorageState.DISK_FULL), "a full disk is said")
        assert codes(status) == ["history.disk_full"]
        heard.move(5_000)
        assert heard.is_live()
        assert received(kept) == 0, "what was kept before can still be asked"
        disk.free()
        kept.wait_for_status(is_in(StorageState.WRITING), "it goes on by itself")
        until_heard(heard, kept)
        assert received(kept) == heard.received
        assert HistoryGapKind.STORAGE in kinds(kept)
        kept.terminate()


@pytest.mark.root
def test_a_recorder_that_starts_on_a_full_disk_serves_what_it_has_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with (
        small_disk(tmp_path / "disk", megabytes=8) as disk,
        heard_collector() as heard,
        recorder(tmp_path, heard.socket, "--database", str(disk.folder / "history.db")) as kept,
    ):
        kept.wait_for_status(has_written, "the first batch")
        heard.move(5_000)
        until_heard(heard, kept)
        kept.terminate()
        disk.fill()
        kept.start()
        kept.wait_until_serving()
        assert received(kept) == 5_000
        heard.restart()
        kept.wait_for_status(is_in(StorageState.DISK_FULL), "a full disk is said")
        disk.free()
        kept.wait_for_status(is_in(StorageState.WRITING), "it goes on by itself")
        until_heard(heard, kept)
        kept.terminate()


def test_a_quota_that_is_reached_makes_room_of_the_oldest_by_itself(tmp_path: Path) -> None:
    begin = time.time() // _DAY * _DAY - 70 * _DAY
    with opened(tmp_path, now=begin) as store:
        for number in range(640):
            start = begin + number * 9_200
            keep(store, *(row(start + minute * 60, domain=f"{number}-{minute}.{_LONG}") for minute in range(90)))
    size = (tmp_path / "history.db").stat().st_size
    assert size > 17 << 20
    with heard_collector() as heard, recorder(tmp_path, heard.socket, "--quota", str(16 << 20)) as kept:
        kept.wait_for_status(has_written, "it wrote")
        status = kept.wait_for_status(lambda each: each.storage.last_cleanup_time is not None, "a cleanup of its own")
        heard.restart()
        status = kept.wait_for_status(is_in(StorageState.WRITING), "it writes again")
        assert status.storage.file_bytes < (16 << 20) + (6 << 20), "with journal and ballast"
        assert (tmp_path / "history.db").stat().st_size < 16 << 20


def test_twenty_kills_lose_nothing_of_a_collector_that_runs_on(tmp_path: Path) -> None:
    chosen = random.Random(6)
    with heard_collector() as heard, recorder(tmp_path, heard.socket) as kept:
        kept.wait_for_status(has_written, "the first batch")
        for number in range(20):
            heard.move(chosen.randrange(1, 10_000))
            # Every other one in the middle of its start, the rest in that of their first batch.
            end = time.monotonic() + chosen.random() * (0.1 if number % 2 else 0.8)
            wait_for(lambda: time.monotonic() > end, seconds=30, what="some moment")  # noqa: B023
            kept.kill()
            kept.start(waits=number % 2 == 0)
        kept.wait_until_serving()
        heard.move()
        until_heard(heard, kept)
        kept.terminate()
        status = kept.start().status()
        assert status is not None
        assert status.storage.degraded == ()
        assert received(kept) == heard.received
        assert HistoryGapKind.RECORDER_OFF in kinds(kept)


def test_a_damaged_page_is_set_aside_at_the_start_and_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "history.db"

    def damage() -> None:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size // 3 // 4096 * 4096)
            file.write(b"\xa5" * (size // 3))

    now = time.time()
    with opened(tmp_path, now=now - _DAY) as store:
        for number in range(60):
            keep(store, *(row(now - 7_200 + number * 60, domain=f"{each}.example") for each in range(90)))
    (tmp_path / "history.db.running").touch()
    damage()
    with heard_collector() as heard, recorder(tmp_path, heard.socket) as kept:
        status = kept.wait_for_status(has_written, "the first batch")
        assert codes(status) == ["history.set_aside"]
        assert len(list(tmp_path.glob("*.damaged-*"))) == 1
        path.unlink()
        heard.restart()
        status = kept.wait_for_status(lambda each: "history.gone" in codes(each), "a removed file is said")
        heard.move(4_000)
        until_heard(heard, kept)
        kept.terminate()
        kept.start()
        assert received(kept) == heard.received


def test_a_newer_history_and_a_second_recorder_are_refused_with_their_own_codes(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with heard_collector() as heard, recorder(tmp_path, heard.socket) as kept:
        second = subprocess.run(kept.command, capture_output=True, text=True, check=False, timeout=30)
        assert (second.returncode, second.stderr.splitlines()[-1]) == (
            75,
            f"netmon-recorder: already running, pid {kept.pid}",
        )
        assert kept.status() is not None, "the first is untouched"
        kept.terminate()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.read_bytes()
        newer = subprocess.run(kept.command, capture_output=True, text=True, check=False, timeout=30)
        assert newer.returncode == 78
        assert "update it" in newer.stderr
        assert path.read_bytes() == before


def test_a_reader_that_never_ends_stops_the_writing_and_its_end_lets_it_go_on(tmp_path: Path) -> None:
    path, now = tmp_path / "history.db", time.time()
    journal = tmp_path / "history.db-wal"
    with opened(tmp_path, now=now) as store:
        keep(store, row(now - 60))
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        store = open_store(path, now=now)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM key").fetchone()
        with pytest.raises(StorageHeld):
            keep_for_ever(store, now - 9_000)
        store.close()
        with heard_collector() as heard, recorder(tmp_path, heard.socket) as kept:
            status = kept.wait_for_status(is_in(StorageState.FAILED), "the reader is said")
            assert any("holds its journal" in note.text for note in status.storage.degraded)
            assert journal.stat().st_size < 64e6
            reader.execute("COMMIT")
            kept.wait_for_status(has_written, "it goes on by itself")
            assert journal.stat().st_size < 20e6


def test_a_clock_that_is_set_on_or_back_by_an_hour_loses_and_doubles_nothing(tmp_path: Path) -> None:
    shim = ClockShim(tmp_path)
    with heard_collector() as heard, recorder(tmp_path, heard.socket, environment=shim.environment) as kept:

        def step(seconds: int) -> None:
            shim.step(seconds)
            heard.shift_seconds = shim.seconds

        kept.wait_for_status(has_written, "the first batch")
        for seconds in (3_600, -3_600, -3_600, 3_600):
            heard.move(1_000)
            step(seconds)
            heard.move(1_000)
        step(-3_600)
        heard.move(1_000)
        met_before = heard.instance_id
        until_heard(heard, kept)
        heard.restart()  # after the clock was set back: it says that it began before what is recorded already
        heard.move(1_000)
        kept.wait_for_status(lambda each: each.recorder.collector_instance_id not in {"", met_before}, "it is met")
        kept.terminate()
        step(7_200)  # as far ahead as it was: what lies after the clock is in no answer, and midnight may come between
        kept.start()
        now = time.time()
        answer = asked(kept, since=now - _DAY, until=now + _DAY)
        assert answer.total.received_bytes == heard.received
        assert all(bucket.total is None or bucket.total.received_bytes >= 0 for bucket in answer.buckets)
        assert HistoryGapKind.CLOCK in {gap.kind for gap in answer.gaps}
