"""Batches in."""

from pathlib import Path

from netmon.model import BucketSize, HistoryGap, HistoryGapKind, RetentionPolicy, UsageDimension, UsageQuery
from netmon_recorder.store import ROWS_A_MINUTE, UsageBatch
from tests.support.history_stage import NOON, keep, opened, row


def test_rows_of_one_minute_add_up_over_batches(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON + 1.5, received=1), row(NOON + 59, received=2))
        keep(store, row(NOON, received=4))
        tiers = store.status(NOON).tiers
        assert [tier.row_count for tier in tiers] == [1, 1, 1, 1]
        rows = store._writer.execute(
            "SELECT received_bytes, packet_count, connection_count FROM usage_minute"
        ).fetchall()
    assert rows == [(7, 9, 3)]


def test_a_crowded_minute_is_folded_with_the_same_sum(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON, received=number, domain=f"{number}.example") for number in range(500)))
        query = UsageQuery(
            since_time=NOON, until_time=NOON + 60, bucket=BucketSize.MINUTE, group_by=(UsageDimension.DOMAIN,)
        )
        answer = store.usage(query, NOON + 60)
        assert store.status(NOON).tiers[0].row_count <= ROWS_A_MINUTE
    assert answer.total.received_bytes == sum(range(500))
    assert answer.series[0].key.is_folded
    assert answer.series[1].key.domain == "499.example"


def test_a_crowded_minute_is_no_larger_where_it_comes_in_many_batches(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON, domain="first.example"))
        for batch in range(20):
            numbers = range(batch * 50, batch * 50 + 50)
            keep(store, row(NOON, domain="first.example"), *(row(NOON, domain=f"{each}.example") for each in numbers))
        status = store.status(NOON)
        rows = store._writer.execute("SELECT sum(received_bytes), count(*) FROM usage_minute").fetchone()
        query = UsageQuery(since_time=NOON, bucket=BucketSize.MINUTE, group_by=(UsageDimension.DOMAIN,), top=200)
        domains = {each.key.domain: each.total for each in store.usage(query, NOON + 60).series}
    assert rows[0] == 21_000 + 1_000_000
    assert rows[1] <= ROWS_A_MINUTE
    assert status.key_count <= ROWS_A_MINUTE
    assert domains["first.example"].received_bytes == 21_000, "what the minute has is added to"


def test_a_minute_stays_small_also_after_the_clock_was_set_back(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON + 7_200), row(NOON + 7_260))
        for batch in range(5):
            keep(store, *(row(NOON, domain=f"{each}.example") for each in range(batch * 40, batch * 40 + 40)))
        (count,) = store._writer.execute("SELECT count(*) FROM usage_minute WHERE bucket = ?", (NOON // 60,)).fetchone()
    assert count <= ROWS_A_MINUTE


def test_a_gap_is_ended_by_one_of_the_same_kind_and_start(tmp_path: Path) -> None:
    lasting = HistoryGap(kind=HistoryGapKind.COLLECTOR_OFF, since_time=NOON)
    ended = HistoryGap(kind=HistoryGapKind.COLLECTOR_OFF, since_time=NOON, until_time=NOON + 90)
    with opened(tmp_path) as store:
        keep(store, gaps=(lasting,))
        assert store.resume_point().open_gaps == (lasting,)
        keep(store, gaps=(ended,))
        assert store.resume_point().open_gaps == ()
        assert store.status(NOON).gap_count == 1


def test_the_next_writer_finds_how_far_the_last_one_was(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.resume_point().until_time is None
        store.append(UsageBatch(until_time=NOON, rows=(row(NOON - 60),), checkpoint=b"\0here"))
        store.append(UsageBatch(until_time=NOON + 60))
    with opened(tmp_path) as store:
        point = store.resume_point()
    assert (point.until_time, point.checkpoint) == (NOON + 60, b"\0here")


def test_a_tier_that_nobody_wants_is_not_written(tmp_path: Path) -> None:
    with opened(tmp_path, policy=RetentionPolicy(minute_seconds=0)) as store:
        keep(store, row(NOON))
        status = store.status(NOON)
        assert [tier.row_count for tier in status.tiers] == [0, 1, 1, 1]
        assert status.tiers[0].oldest_time is None
