"""The store as a whole: threads, state, the end."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netmon.model import BucketSize, StorageState, UsageQuery
from netmon_recorder.store import StorageError
from netmon_recorder.store.sqlite import open_store
from tests.support.history_stage import NOON, keep, opened, row


def test_questions_and_batches_of_several_threads_do_not_get_into_each_other(tmp_path: Path) -> None:
    query = UsageQuery(since_time=NOON, until_time=NOON + 3600, bucket=BucketSize.MINUTE)
    with opened(tmp_path) as store, ThreadPoolExecutor(6) as pool:
        writes = [pool.submit(keep, store, row(NOON + minute * 60)) for minute in range(40)]
        asks = [pool.submit(store.usage, query, NOON + 3600) for _ in range(20)]
        for each in (*writes, *asks):
            each.result()
        # A question sees whole batches: buckets and total of one answer are of one moment.
        for answer in (ask.result() for ask in asks):
            assert (
                sum(bucket.total.received_bytes for bucket in answer.buckets if bucket.total)
                == answer.total.received_bytes
            )
        assert store.usage(query, NOON + 3600).total.received_bytes == 40_000


def test_a_closed_store_may_be_closed_again_and_leaves_no_journal(tmp_path: Path) -> None:
    store = open_store(tmp_path / "history.db", now=NOON)
    keep(store, row(NOON))
    store.close()
    store.close()
    assert {file.name for file in tmp_path.iterdir()} == {"history.db", "history.db.lock", "history.db.ballast"}


def test_a_batch_that_cannot_be_kept_leaves_nothing_and_can_be_sent_again(tmp_path: Path) -> None:
    query = UsageQuery(since_time=NOON, until_time=NOON + 60, bucket=BucketSize.MINUTE)
    with opened(tmp_path) as store:
        store._writer.execute(
            "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.usage_day BEGIN SELECT raise(FAIL, 'no'); END"
        )
        with pytest.raises(StorageError, match="no"):
            keep(store, row(NOON))
        assert store.status(NOON).state is StorageState.FAILED
        assert store.usage(query, NOON + 60).total.received_bytes == 0
        store._writer.execute("DROP TRIGGER temp.stop")
        keep(store, row(NOON))
        assert store.usage(query, NOON + 60).total.received_bytes == 1000
