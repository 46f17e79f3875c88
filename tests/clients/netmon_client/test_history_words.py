import pytest

from netmon.model import (
    BucketSize,
    Caller,
    HistoryGap,
    HistoryGapKind,
    Protocol,
    Scope,
    StorageState,
    UsageDimension,
    UsageKey,
    Visibility,
)
from netmon_client.history_words import (
    BUCKETS,
    EVERY_DIMENSION,
    brief_gap_kind,
    bucket_name,
    gap_kind_words,
    group_name,
    group_title,
    missing_seconds,
    own_part_words,
    storage_words,
)

KEY = UsageKey(
    user="anna",
    application_id="exe:/usr/bin/firefox",
    application_name="firefox",
    remote_host="203.0.113.7",
    domain="example.org",
    protocol=Protocol.TCP,
    scope=Scope.INTERNET,
    interface="wlan0",
    pid=4711,
    process_name="firefox",
)


@pytest.mark.parametrize(
    ("name", "expected", "nameless"),
    [
        ("app", "firefox", "(no owner)"),
        ("domain", "example.org", "(no domain)"),
        ("host", "203.0.113.7", "(no host)"),
        ("proto", "tcp", "(unknown)"),
        ("user", "anna", "(no owner)"),
        ("scope", "internet", "(unknown)"),
        ("iface", "wlan0", "(no interface)"),
        ("process", "firefox (4711)", "(no process)"),
    ],
)
def test_a_group_has_a_name_in_each_dimension(name: str, expected: str, nameless: str) -> None:
    dimension = EVERY_DIMENSION[name]
    assert group_name(KEY, dimension) == expected
    assert group_name(UsageKey(), dimension) == nameless
    assert group_name(UsageKey(is_folded=True), dimension) == "(many small ones)"
    assert group_title(dimension)


def test_processes_that_are_not_told_apart_are_called_what_the_recorder_calls_them() -> None:
    assert group_name(UsageKey(process_name="(other users)"), UsageDimension.PROCESS) == "(other users)"


def test_every_word_is_there_for_every_member() -> None:
    assert all(gap_kind_words(kind) and brief_gap_kind(kind) for kind in HistoryGapKind)
    assert all(storage_words(state) for state in StorageState)
    assert set(EVERY_DIMENSION.values()) == set(UsageDimension) - {UsageDimension.UNSPECIFIED}
    assert all(bucket_name(bucket) == name for name, bucket in BUCKETS.items())
    assert bucket_name(BucketSize.RANGE) == "range"


def test_what_is_missing_is_summed_by_kind_within_the_range() -> None:
    gaps = (
        HistoryGap(kind=HistoryGapKind.SUSPENDED, since_time=0.0, until_time=30.0),
        HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=40.0, until_time=60.0),
        HistoryGap(kind=HistoryGapKind.DROPS, since_time=60.0, until_time=70.0, dropped_packets=3),
        HistoryGap(kind=HistoryGapKind.RECORDER_OFF, since_time=90.0),
    )
    assert missing_seconds(gaps, 20.0, 100.0) == [
        (HistoryGapKind.RECORDER_OFF, 30.0),
        (HistoryGapKind.SUSPENDED, 10.0),
    ]


def test_only_who_sees_their_own_part_alone_is_told_so() -> None:
    assert own_part_words(Caller(uid=0)) == ""
    assert own_part_words(Caller(uid=1000, sees=Visibility.OWN)).startswith("Your own part: ")
