from netmon.model import NO_USAGE, ExportBatch, ExportEnd, UsageDimension, UsageQuery, UsageSums
from netmon_client.testing import a_history_status, a_usage_answer, an_export


def test_usage_adds_up_by_bucket_and_by_group() -> None:
    answer = a_usage_answer(UsageQuery(group_by=(UsageDimension.APPLICATION,), top=2, compare=True))
    by_bucket = sum_of([bucket.total for bucket in answer.buckets if bucket.total is not None])
    assert answer.rest is not None
    assert by_bucket == answer.total == sum_of([*(series.total for series in answer.series), answer.rest.total])
    for series in (*answer.series, answer.rest):
        assert sum_of([point.sums for point in series.points]) == series.total
    assert answer.buckets[2].total is None
    assert answer.buckets[-1].is_running
    assert answer.previous_total is not None


def test_without_a_group_there_is_no_series() -> None:
    answer = a_usage_answer(UsageQuery())
    assert (answer.series, answer.rest, answer.previous_total) == ((), None, None)


def test_an_export_holds_as_many_rows_as_its_end_says() -> None:
    items = an_export()
    rows = [row for item in items if isinstance(item, ExportBatch) for row in item.rows]
    assert items[-1] == ExportEnd(row_count=len(rows))
    assert sum_of([row.sums for row in rows]) == a_usage_answer().total
    assert rows == sorted(rows, key=lambda row: row.start_time)


def test_the_status_says_who_may_what() -> None:
    assert not a_history_status(may_control=False).recorder.caller.may_control


def sum_of(parts: list[UsageSums]) -> UsageSums:
    total = NO_USAGE
    for part in parts:
        total = total.plus(part)
    return total
