"""Old rows out."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from netmon.model import BucketSize, CleanupSelection, HistoryGapKind, RetentionPolicy, UsageQuery
from netmon_recorder.store import StorageError, cleaning
from tests.support.history_stage import NOON, at, keep, opened, row

_B = BucketSize
_DAY = 86_400


def test_a_preview_tells_what_the_cleanup_then_deletes_and_the_file_shrinks(tmp_path: Path) -> None:
    policy = RetentionPolicy(minute_seconds=_DAY, hour_seconds=400 * _DAY)
    with opened(tmp_path, policy=policy) as store:
        for hour in range(72):
            start = NOON - 3 * _DAY + hour * 3600
            keep(
                store,
                *(row(start + minute * 60, domain=f"{each}.example") for minute in range(60) for each in range(9)),
            )
        plan = store.cleanup_plan(CleanupSelection(), NOON)
        size = store.status(NOON).file_bytes
        *steps, last = store.cleanup(CleanupSelection(), NOON)
        assert [tier.bucket for tier in plan.tiers] == [_B.MINUTE]
        assert plan.row_count == last.deleted_row_count == 48 * 60 * 9
        assert len(steps) >= 5
        assert all(step.deleted_row_count <= plan.row_count and not step.is_done for step in steps)
        assert last.is_done
        # What was promised is what the file lost, but for the pages that were not full.
        assert last.freed_bytes == pytest.approx(plan.freed_bytes, rel=0.03)
        assert store.status(NOON).file_bytes <= size - last.freed_bytes
        answer = store.usage(UsageQuery(since_time=NOON - 3 * _DAY, until_time=NOON, bucket=_B.HOUR), NOON)
        assert answer.total.received_bytes == 72 * 60 * 9 * 1000
        minutes = store.usage(UsageQuery(since_time=NOON - 2 * _DAY, until_time=NOON, bucket=_B.MINUTE), NOON)
        assert minutes.gaps[0].kind is HistoryGapKind.NOT_KEPT
        assert minutes.gaps[0].until_time == NOON - _DAY
        assert store.cleanup_plan(CleanupSelection(), NOON).row_count == 0


def test_a_month_is_the_sum_of_its_days_also_where_nobody_asks_for_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "_STEP_ROWS", 20)
    sums = [f"SELECT sum(received_bytes) FROM usage_{each}" for each in ("day", "month")]  # noqa: S608 -- names of this test
    with opened(tmp_path) as store:
        keep(store, *(row(at("2026-01-10") + each * _DAY) for each in range(100)))
        told: list[int] = []
        for _ in store.cleanup(CleanupSelection(older_than_time=at("2026-04-01")), at("2026-06-20")):
            days, months = (store._writer.execute(each).fetchone()[0] for each in sums)
            assert days == months
            told.append(days)
    assert (told[0], told[-1]) == (100_000, 19_000)
    assert len(set(told)) > 3


def test_the_writer_gets_in_between_two_steps(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for hour in range(30):
            start = NOON + hour * 3600
            keep(
                store,
                *(row(start + minute * 60, domain=f"{each}.example") for minute in range(60) for each in range(9)),
            )
        now = NOON + 30 * 3600
        for number, _ in enumerate(store.cleanup(CleanupSelection(older_than_time=now), now)):
            keep(store, row(now + number * 60))
        assert store.status(now).last_cleanup_time == now


def test_everything_older_goes_at_every_grain_by_whole_months_of_days(tmp_path: Path) -> None:
    times = [at(f"2026-0{month}-10 12:00") for month in range(1, 7)]
    now = at("2026-06-20")
    with opened(tmp_path) as store:
        keep(store, *(row(time) for time in times))
        *_, last = store.cleanup(CleanupSelection(older_than_time=at("2026-03-20")), now)
        query = UsageQuery(since_time=times[0], until_time=now, bucket=_B.MONTH)
        months = store.usage(query, now)
    # Minutes, quarters: January to March; days and months: January and February.
    assert last.deleted_row_count == 3 + 3 + 2 + 2
    assert [None if bucket.total is None else bucket.total.received_bytes for bucket in months.buckets] == [
        None,
        None,
        1000,
        1000,
        1000,
        1000,
    ]


def test_a_lock_that_another_program_takes_after_a_step_is_an_error_of_the_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON + each * 60, domain=f"{each}.example") for each in range(5)))
        store._writer.execute("PRAGMA busy_timeout = 1")
        other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
        write = store._connections.write

        def write_and_lose(work: Callable[[], None]) -> None:
            write(work)
            other.execute("BEGIN IMMEDIATE")

        monkeypatch.setattr(store._connections, "write", write_and_lose)
        with pytest.raises(StorageError, match="locked"):
            list(store.cleanup(CleanupSelection(older_than_time=NOON + 3600), NOON + 3600))
        other.close()
        monkeypatch.undo()
        keep(store, row(NOON + 3600))


def test_a_name_goes_with_the_last_row_of_it(tmp_path: Path) -> None:
    policy = RetentionPolicy(minute_seconds=_DAY, hour_seconds=2 * _DAY, day_seconds=3 * _DAY)
    with opened(tmp_path, policy=policy) as store:
        keep(store, row(NOON, domain="secret.example"))
        list(store.cleanup(CleanupSelection(), NOON + 2 * _DAY))
        assert store.status(NOON).key_count == 1, "of its day"
        list(store.cleanup(CleanupSelection(), NOON + 90 * _DAY))
        status = store.status(NOON)
        assert (status.key_count, status.name_count) == (0, 0)
        keep(store, row(NOON + 90 * _DAY, domain="other.example"))
        assert store.status(NOON).key_count == 1


def test_a_file_that_gives_no_pages_back_is_cleaned_to_an_end(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON + each * 60, domain=f"{each}.{'long' * 50}") for each in range(300)))
    with closing(sqlite3.connect(tmp_path / "history.db", isolation_level=None)) as connection:
        for statement in ("PRAGMA journal_mode = DELETE", "PRAGMA auto_vacuum = NONE", "VACUUM"):
            connection.execute(statement)
    with opened(tmp_path) as store:
        steps = store.cleanup(CleanupSelection(older_than_time=NOON + 200 * _DAY), NOON + 200 * _DAY)
        assert list(islice(steps, 50))[-1].is_done
        assert store.status(NOON).reusable_bytes > 0
