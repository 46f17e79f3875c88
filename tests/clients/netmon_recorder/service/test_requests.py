import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from netmon.model import Filter, FilterField, RetentionPolicy, Term
from netmon.serving import InvalidRequest
from netmon.v1 import history_storage_pb2
from netmon_recorder.service.requests import (
    LONGEST_KEPT_SECONDS,
    check,
    read_firing_limit,
    read_name,
    read_selection,
    read_time,
    refusing,
)


@pytest.mark.parametrize(
    ("field", "said", "expected"),
    [
        ("query", "UsageQuery.top: too many", "query.top: too many"),
        ("query", "Filter.terms[0].field: unknown", "query.filter.terms[0].field: unknown"),
        ("query", "UsageQuery.filter.terms[0]: bad", "query.filter.terms[0]: bad"),
        ("query", "Calendar.time_zone: not one", "query.calendar.time_zone: not one"),
        ("rule", "AlertRule.name: missing", "rule.name: missing"),
        ("", "TestAlertRequest.since_time: not before", "since_time: not before"),
        ("query", "no good at all", "query: no good at all"),
    ],
)
def test_a_field_is_named_as_the_request_has_it(field: str, said: str, expected: str) -> None:
    with pytest.raises(InvalidRequest) as refused, refusing(field):
        raise ValueError(said)
    assert refused.value.text == expected


def test_a_filter_that_is_too_long_is_refused() -> None:
    terms = tuple(Term(field=FilterField.DOMAIN, values=("x",)) for _ in range(1_000))
    with pytest.raises(InvalidRequest, match=r"query\.filter"):
        check("query", Filter(terms=terms))


def test_times_names_and_numbers_are_checked() -> None:
    assert read_time(Timestamp(seconds=5), "since_time") == 5.0
    with pytest.raises(InvalidRequest, match="since_time"):
        read_time(Timestamp(seconds=-(10**15)), "since_time")
    assert read_name("a", "name") == "a"
    for wrong in ("", "x" * 65):
        with pytest.raises(InvalidRequest, match="name"):
            read_name(wrong, "name")
    assert [read_firing_limit(0), read_firing_limit(7)] == [100, 7]
    with pytest.raises(InvalidRequest, match="firing_limit"):
        read_firing_limit(1_001)


def test_a_cleanup_keeps_nothing_for_longer_than_a_century() -> None:
    wire = history_storage_pb2.CleanupSelection()
    wire.policy.hour_seconds = LONGEST_KEPT_SECONDS
    assert read_selection(wire).policy == RetentionPolicy(
        minute_seconds=0, hour_seconds=LONGEST_KEPT_SECONDS, day_seconds=0, quota_bytes=0
    )
    wire.policy.hour_seconds += 1
    with pytest.raises(InvalidRequest, match=r"^selection\.policy\.hour_seconds: more than 100 years"):
        read_selection(wire)
