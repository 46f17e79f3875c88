from datetime import UTC

import pytest

from netmon.model import BucketSize, UsageDimension, UsageKey, UsageSums
from netmon_cli.columns.column import Look
from netmon_cli.columns.history import HISTORY_ORDERS, HistoryRow, HistoryScale, change_words, history_columns

LOOK = Look(now=0.0)
KEY = UsageKey(application_id="exe:/usr/bin/firefox", application_name="firefox", domain="example.org")
ROW = HistoryRow(
    start_time=1_700_000_000.0,
    end_time=1_700_003_600.0,
    key=KEY,
    sums=UsageSums(1000, 2000, 30, 4),
    previous=UsageSums(500, 1000, 3, 1),
    recorded_seconds=3600.0,
)
UNKNOWN = HistoryRow(start_time=0.0, end_time=3600.0, note="the machine slept")


def scale(**changes: object) -> HistoryScale:
    usual = {"bucket": BucketSize.HOUR, "zone": UTC, "greatest": 6000, "total": UsageSums(2000, 4000, 60, 8)}
    return HistoryScale(**{**usual, **changes})  # type: ignore[arg-type]


def shown(row: HistoryRow, **changes: object) -> dict[str, str]:
    return {column.key: column.show(row, LOOK).text for column in history_columns(scale(**changes))}


def values(row: HistoryRow, **changes: object) -> dict[str, object]:
    return {column.field: column.value(row, LOOK) for column in history_columns(scale(**changes))}


def test_a_bucket_shows_its_time_its_sums_and_a_bar_of_the_greatest() -> None:
    cells = shown(ROW)
    assert (cells["time"], cells["total"], cells["bar"]) == ("2023-11-14 22:13", "3.00 kB", "█████")
    assert "share" not in cells


def test_what_is_unknown_is_no_zero() -> None:
    cells, raw = shown(UNKNOWN), values(UNKNOWN)
    assert {cells[key] for key in ("received", "sent", "total", "connections")} == {"—"}
    assert (cells["bar"], cells["note"]) == ("░░░░░░░░░░", "the machine slept")
    assert {raw[name] for name in ("received_bytes", "total_bytes", "packet_count", "recorded_seconds")} == {None}


@pytest.mark.parametrize(
    ("bucket", "first_day", "expected"),
    [
        (BucketSize.SECOND, 1, "2023-11-14 22:13:20"),
        (BucketSize.MINUTE, 1, "2023-11-14 22:13"),
        (BucketSize.DAY, 1, "Tue 2023-11-14"),
        (BucketSize.MONTH, 1, "2023-11"),
        (BucketSize.MONTH, 14, "Tue 2023-11-14"),
    ],
)
def test_a_time_is_as_fine_as_its_bucket(bucket: BucketSize, first_day: int, expected: str) -> None:
    assert shown(ROW, bucket=bucket, month_first_day=first_day)["time"] == expected


def test_groups_have_a_column_each_a_share_and_their_identity() -> None:
    dimensions = (UsageDimension.APPLICATION, UsageDimension.DOMAIN)
    cells = shown(ROW, dimensions=dimensions, has_times=False)
    assert (cells["app"], cells["domain"], cells["share"]) == ("firefox", "example.org", "50.0 %")
    assert cells["id"] == "exe:/usr/bin/firefox"
    assert "time" not in cells
    rest = HistoryRow(start_time=0.0, end_time=1.0, sums=UsageSums(), rest=1234)
    assert shown(rest, dimensions=dimensions, has_times=False)["app"] == "(1,234 more)"


def test_applications_of_one_name_are_told_apart() -> None:
    told = {"dimensions": (UsageDimension.APPLICATION,), "ambiguous": frozenset({"firefox"})}
    assert shown(ROW, **told)["app"] == "firefox (exe:/usr/bin/firefox)"
    assert values(ROW, **told)["application_name"] == "firefox"


def test_a_comparison_shows_what_was_and_what_changed() -> None:
    cells, raw = shown(ROW, compares=True), values(ROW, compares=True)
    assert (cells["previous"], cells["change"]) == ("1.50 kB", "+100 %")
    assert (raw["previous_total_bytes"], raw["change_bytes"]) == (1500, 1500)
    assert shown(UNKNOWN, compares=True)["change"] == "—"
    totals = {column.key: column.total for column in history_columns(scale(compares=True)) if column.total is not None}
    assert set(totals) >= {"received", "sent", "total", "previous", "change", "connections"}


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(5, None, "—"), (5, 0, "new"), (0, 0, "="), (100, 100, "="), (50, 100, "-50 %"), (5000, 100, "50-fold")],
)
def test_a_change_is_said_briefly(now: int, before: int | None, expected: str) -> None:
    assert change_words(now, before) == expected


def test_rows_are_ordered_by_what_they_hold() -> None:
    assert sorted([ROW, UNKNOWN], key=HISTORY_ORDERS["total"]) == [UNKNOWN, ROW]
    assert all(column.order(UNKNOWN) is not None for column in history_columns(scale(compares=True)))
