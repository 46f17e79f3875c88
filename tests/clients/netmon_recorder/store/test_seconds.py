import sqlite3
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.model import (
    BucketSize,
    CleanupSelection,
    EntityQuery,
    ExportBatch,
    ExportHeader,
    ExportQuery,
    Filter,
    FilterField,
    HistoryGapKind,
    RetentionPolicy,
    Term,
    TimelineQuery,
    UsageDimension,
    UsageQuery,
    UsageRow,
    UsageSums,
)
from netmon_recorder.store import UsageBatch
from netmon_recorder.store.quota import used_bytes
from netmon_recorder.store.seconds import ROWS_A_SECOND
from netmon_recorder.store.sqlite import SqliteStore
from tests.support.history_stage import NOON, opened, row
from tests.support.kept_seconds import SECONDS, assert_stored_seconds_are_the_minutes, stored

_SECOND = BucketSize.SECOND
_PROCESS = UsageDimension.PROCESS


def second(time: float, received: int, pid: int = 100, **key: object) -> UsageRow:
    """Give what a process received in a second."""
    owned = {"pid": pid, "process_name": f"p{pid}", "process_start_time": 5.5} if pid else {}
    return row(time, received, **{**key, **owned})


def keep(store: SqliteStore, *seconds: UsageRow) -> None:
    """Keep seconds and the minutes that they are parts of, as one batch."""
    store.append(batch_of(*seconds))


def batch_of(*seconds: UsageRow) -> UsageBatch:
    """Give seconds with the minutes that they are parts of."""
    bare = [
        each._replace(
            start_time=each.start_time // 60 * 60,
            key=each.key._replace(pid=0, process_name="", process_start_time=None),
        )
        for each in seconds
    ]
    until = max((each.start_time + 1 for each in seconds), default=NOON)
    return UsageBatch(until_time=until, rows=tuple(bare), seconds=seconds)


def ask(store: SqliteStore, *group: UsageDimension, bucket: BucketSize = _SECOND, **changes: object) -> UsageQuery:
    """Give a question for the first ten seconds after noon."""
    query = UsageQuery(since_time=NOON, until_time=NOON + 10, bucket=bucket, group_by=group)
    return replace(query, **changes)  # type: ignore[arg-type]


def test_a_range_is_told_second_by_second_and_process_by_process(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100), second(NOON + 2, 300), second(NOON + 2, 50, pid=200), second(NOON + 3, 7, pid=0))
        answer = store.usage(ask(store, _PROCESS), NOON + 60)
    received = [bucket.total.received_bytes for bucket in answer.buckets if bucket.total is not None]
    assert received == [100, 0, 350, 7, 0, 0, 0, 0, 0, 0]
    named = [(each.key.pid, each.key.process_name, each.key.process_start_time) for each in answer.series]
    assert named == [(100, "p100", 5.5), (200, "p200", 5.5), (0, "", None)]
    assert [point.bucket_index for point in answer.series[0].points] == [0, 2]
    assert (answer.bucket, answer.oldest_time) == (_SECOND, NOON)


@pytest.mark.parametrize("bucket", [BucketSize.MINUTE, BucketSize.RANGE])
def test_processes_are_told_over_longer_stretches_too(tmp_path: Path, bucket: BucketSize) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100), second(NOON + 70, 10))
        query = ask(store, UsageDimension.DOMAIN, _PROCESS, bucket=bucket, until_time=NOON + 120, compare=True)
        answer = store.usage(query, NOON + 120)
    assert [(each.key.pid, each.key.domain, each.total.received_bytes) for each in answer.series] == [
        (100, "www.example.com", 110)
    ]


@pytest.mark.parametrize("bucket", [_SECOND, BucketSize.MINUTE, BucketSize.RANGE])
def test_the_biggest_processes_and_the_rest_are_the_same_beside_the_period_before(
    tmp_path: Path, bucket: BucketSize
) -> None:
    """With the period before all groups are held, without it those alone that are shown."""
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, *(second(NOON + n % 90, n % 13, pid=100 + n % 40, domain=f"{n % 3}.example") for n in range(300)))
        query = ask(store, _PROCESS, UsageDimension.DOMAIN, bucket=bucket, until_time=NOON + 120, top=7)
        answer = store.usage(query, NOON + 120)
        compared = store.usage(replace(query, compare=True), NOON + 120)
    assert (answer.rest_count, len(answer.series)) == (113, 7)
    assert answer.rest is not None
    assert compared.rest is not None
    assert [each.key for each in answer.series] == [each.key for each in compared.series]
    assert [each.points for each in answer.series] == [each.points for each in compared.series]
    assert (answer.rest.total, answer.rest.points) == (compared.rest.total, compared.rest.points)
    assert [bucket.total for bucket in answer.buckets] == [bucket.total for bucket in compared.buckets]


@pytest.mark.parametrize("bucket", [_SECOND, BucketSize.MINUTE, BucketSize.RANGE])
def test_a_question_for_processes_holds_no_more_of_them_than_it_shows(tmp_path: Path, bucket: BucketSize) -> None:
    """What one question takes stays with the recorder: where processes come by the second it grew for an hour."""
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, *(second(NOON + n % 60, 1 + n, pid=100_000 + n) for n in range(3_000)))
        query = ask(store, _PROCESS, bucket=bucket, until_time=NOON + 60, top=20)
        store.usage(query, NOON + 60)
        tracemalloc.start()
        try:
            answer = store.usage(query, NOON + 60)
            _, most_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert answer.rest_count == 2_980
    assert most_bytes < 400_000, "as a mapping they are 1.6 MB"


def test_filters_mean_in_seconds_what_they_mean_elsewhere(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100), second(NOON, 5, domain="other.example"))
        only = Filter(terms=(Term(field=FilterField.DOMAIN, values=("other.example",)),))
        answer = store.usage(ask(store, UsageDimension.DOMAIN, filter=only), NOON + 60)
    assert [(each.key.domain, each.total.received_bytes) for each in answer.series] == [("other.example", 5)]


def test_what_no_second_tells_stands_at_the_minutes_beginning_of_no_process(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        store.append(UsageBatch(until_time=NOON + 60, rows=(row(NOON, 1000),), seconds=(second(NOON + 5, 400),)))
        answer = store.usage(ask(store, _PROCESS), NOON + 60)
    told = [(each.key.pid, each.key.is_folded, each.points[0].bucket_index) for each in answer.series]
    assert told == [(0, True, 0), (100, False, 5)]
    assert answer.total.received_bytes == 1000


def _second(time: int, received: int, pid: int, host: int) -> UsageRow:
    return second(NOON + time, received, pid, remote_host=f"10.0.0.{host}")


_ROWS = st.lists(
    st.builds(
        _second,
        st.integers(0, 130),
        st.integers(0, 10**9),
        st.integers(0, 3),
        st.integers(0, 200),
    ),
    max_size=300,
)


@settings(max_examples=20, deadline=None)
@given(st.lists(_ROWS, min_size=1, max_size=3))
def test_the_seconds_of_a_minute_are_its_rows_exactly_whatever_is_folded(batches: list[list[UsageRow]]) -> None:
    assert_stored_seconds_are_the_minutes(batch_of(*rows) for rows in batches)


def test_a_second_has_a_bounded_number_of_rows(tmp_path: Path) -> None:
    rows = [
        second(NOON, 1 + number, pid=1 + number, remote_host=f"10.0.{number // 250}.{number % 250}", domain=f"{number}")
        for number in range(3000)
    ]
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, *rows)
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM usage_second").fetchone()
    seconds, minutes = stored(tmp_path / "history.db")
    assert count <= 2 * ROWS_A_SECOND
    assert seconds == minutes


def test_before_what_is_kept_there_is_a_gap_and_a_range_with_nothing_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        with pytest.raises(ValueError, match="since_time: no seconds are kept"):
            store.usage(ask(store), NOON + 60)
        keep(store, second(NOON, 100))
        answer = store.usage(ask(store, since_time=NOON - 5), NOON + 60)
        assert (answer.gaps[0].kind, answer.gaps[0].until_time) == (HistoryGapKind.NOT_KEPT, NOON)
        assert answer.buckets[0].total is None
        with pytest.raises(ValueError, match=r"since_time: seconds reach back to 20..-..-..T12:00:00Z"):
            store.usage(ask(store, since_time=NOON - 50, until_time=NOON - 20), NOON + 60)


def test_questions_that_seconds_cannot_answer_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100))
        with pytest.raises(ValueError, match=r"UsageQuery\.group_by: processes are kept in seconds alone"):
            store.usage(ask(store, _PROCESS, bucket=BucketSize.HOUR), NOON + 60)
        with pytest.raises(ValueError, match=r"UsageQuery\.bucket: more than 10,000"):
            store.usage(ask(store, until_time=NOON + 20_000), NOON + 30_000)
        with pytest.raises(ValueError, match=r"EntityQuery\.dimension"):
            store.entities(EntityQuery(dimension=_PROCESS), NOON + 60)
        with pytest.raises(ValueError, match=r"TimelineQuery\.dimension"):
            store.timeline(TimelineQuery(dimension=_PROCESS, values=("1",)), NOON + 60)


def test_an_export_of_seconds_has_the_process(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100), second(NOON + 2, 300))
        header, *batches, _ = store.export(ExportQuery(bucket=_SECOND), NOON + 60)
    rows = [each for batch in batches if isinstance(batch, ExportBatch) for each in batch.rows]
    assert isinstance(header, ExportHeader)
    assert header.estimated_row_count == 2
    assert [(each.start_time, each.key.pid, each.key.domain, each.sums.received_bytes) for each in rows] == [
        (NOON, 100, "www.example.com", 100),
        (NOON + 2, 100, "www.example.com", 300),
    ]


def test_old_seconds_go_with_their_processes_and_the_minutes_stay(tmp_path: Path) -> None:
    with opened(tmp_path, policy=RetentionPolicy(second_seconds=3600)) as store:
        keep(store, second(NOON - 7200, 100), second(NOON, 50, pid=200))
        list(store.cleanup(CleanupSelection(), NOON + 1))
        tiers = {tier.bucket: tier.row_count for tier in store.status(NOON).tiers}
        assert (tiers[_SECOND], tiers[BucketSize.MINUTE]) == (1, 2)
        assert store.usage(ask(store), NOON + 60).oldest_time == NOON - 3600, "whole minutes go"
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT pid FROM process").fetchall() == [(200,)]


def test_the_quota_takes_seconds_first(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        for minute in range(60):
            keep(store, *(second(NOON + minute * 60 + each, 100 + each) for each in range(60)))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        quota = used_bytes(connection)
    smaller = RetentionPolicy(second_seconds=SECONDS.second_seconds, quota_bytes=quota)
    with opened(tmp_path, policy=smaller) as store:
        plan = store.cleanup_plan(CleanupSelection(), NOON + 3600)
        assert {tier.bucket for tier in plan.tiers} == {_SECOND}
        assert plan.row_count > 0


def test_switched_on_again_seconds_begin_anew(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100))
    with opened(tmp_path) as store:
        keep(store, second(NOON + 60, 100))
        with pytest.raises(ValueError, match="no seconds are kept"):
            store.usage(ask(store), NOON + 120)
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON + 120, 100))
        answer = store.usage(ask(store, until_time=NOON + 130), NOON + 180)
        assert answer.oldest_time == NOON + 120
        assert answer.gaps[0].until_time == NOON + 120
        assert answer.total == UsageSums(20, 200, 6, 2)  # those of before are there still, and said to be not all


def test_seconds_of_before_there_were_minutes_of_processes_are_summed_once(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON, 100), second(NOON + 59, 20), second(NOON + 60, 3, pid=200))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.executescript("DROP TABLE usage_process; PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)")
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, second(NOON + 61, 4, pid=200))
        question = ask(store, _PROCESS, bucket=BucketSize.MINUTE, until_time=NOON + 120)
        answer = store.usage(question, NOON + 120)
    by_minute = {each.key.pid: [point.sums.received_bytes for point in each.points] for each in answer.series}
    assert by_minute == {100: [120], 200: [7]}
    stored(tmp_path / "history.db")


def test_minutes_of_processes_go_with_their_seconds(tmp_path: Path) -> None:
    with opened(tmp_path, policy=SECONDS) as store:
        keep(store, *(second(NOON + number * 20, 1) for number in range(30)))
        plan = store.cleanup_plan(CleanupSelection(policy=RetentionPolicy(second_seconds=330)), NOON + 600)
        assert plan.row_count == 12, "the seconds of whole minutes alone"
        *_, last = store.cleanup(CleanupSelection(policy=RetentionPolicy(second_seconds=330)), NOON + 600)
        assert (last.deleted_row_count, last.row_count) == (12, 12)
        question = ask(store, _PROCESS, bucket=BucketSize.RANGE, until_time=NOON + 600)
        assert store.usage(question, NOON + 600).total.received_bytes == 18
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT count(*) FROM usage_process").fetchone() == (6,)
    stored(tmp_path / "history.db")
