from netmon.model import AggregationReport, CacheReport, CleanupPlan, CleanupProgress, RetentionPolicy, Visibility
from netmon_client.testing.history_samples import HISTORY_TIME, a_history_status
from netmon_dashboard.config.facts import (
    aggregation_text,
    cache_text,
    day_text,
    deleted_text,
    plan_text,
    policy_text,
    recorder_facts,
    rows_text,
)


def test_the_recorder_says_what_it_keeps_and_where() -> None:
    facts = dict(recorder_facts(a_history_status(), HISTORY_TIME))
    assert "pid 4801, recording since 2h00" in facts["Recorder"]
    assert "2.50 MB; 50.0 GB free" in facts["Size"]
    assert "12,000 rows, about 480 kB" in facts["By minute"]


def test_who_sees_a_part_alone_is_shown_no_count_that_was_not_told() -> None:
    facts = dict(recorder_facts(a_history_status(sees=Visibility.OWN), HISTORY_TIME))
    assert facts["Free"] == "50.0 GB on its disk"
    assert facts["By minute"] == f"{day_text(HISTORY_TIME - 86_400)} to {day_text(HISTORY_TIME)}"
    assert "Size" not in facts


def test_sizes_are_in_the_units_that_were_chosen() -> None:
    facts = dict(recorder_facts(a_history_status(), HISTORY_TIME, "iec"))
    assert "2.38 MiB; 46.6 GiB free" in facts["Size"]
    assert "about 469 KiB" in facts["By minute"]
    assert plan_text(CleanupPlan(row_count=1, freed_bytes=2_100_000), "iec").endswith("frees 2.00 MiB")


def test_a_policy_is_said_in_days() -> None:
    assert policy_text(RetentionPolicy()) == "minutes 30 days, hours 366 days, days for ever"
    policy = RetentionPolicy(minute_seconds=0, hour_seconds=86_400, day_seconds=86_400, quota_bytes=10**9)
    assert policy_text(policy) == "no minutes, hours 1 day, days 1 day; at most 1.00 GB"


def test_a_plan_says_how_much_how_old_and_what_it_frees() -> None:
    plan = CleanupPlan(row_count=12_340, freed_bytes=2_100_000, oldest_time=1_785_585_600.0)
    assert plan_text(plan) == "Would delete 12,340 rows, oldest 2026-08-01, frees 2.10 MB"
    assert plan_text(CleanupPlan()) == "Nothing is that old: nothing would be deleted."


def test_what_was_done_is_said_with_numbers() -> None:
    assert rows_text(1) == "1 row"
    done = CleanupProgress(deleted_row_count=1_000, row_count=1_000, freed_bytes=5_000, is_done=True)
    assert deleted_text(done) == "Deleted 1,000 rows; 5.00 kB given back to the disk."
    assert aggregation_text(AggregationReport(read_row_count=9, seconds=0.25)).endswith("all sums were right.")
    assert "3 rows of hours and days mended" in aggregation_text(AggregationReport(mended_day_row_count=3))
    assert "2 keys and 1 names" in cache_text(CacheReport(removed_key_count=2, removed_name_count=1))
