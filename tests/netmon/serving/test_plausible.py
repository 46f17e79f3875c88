import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from netmon.serving import InvalidRequest
from netmon.serving.plausible import LIST_LIMIT, TEXT_LIMIT, check_request
from netmon.v1 import history_pb2
from netmon.v1 import monitor_service_pb2 as pb


def problem_of(request: Message) -> str:
    with pytest.raises(InvalidRequest) as refused:
        check_request(request)
    return refused.value.text


def test_what_makes_sense_passes() -> None:
    check_request(pb.StreamSnapshotsRequest())
    check_request(
        pb.StreamSnapshotsRequest(
            interval=Duration(seconds=2), view=pb.View(sections=[pb.SECTION_DOMAINS], row_limit=5)
        )
    )
    check_request(
        history_pb2.UsageQuery(since_time=Timestamp(seconds=10**9), group_by=[history_pb2.USAGE_DIMENSION_USER])
    )


def test_each_kind_of_nonsense_is_named_with_its_path() -> None:
    term = pb.View()
    term.filter.terms.add().values.add(pattern="x" * (TEXT_LIMIT + 1))
    assert problem_of(term) == "filter.terms[0].values[0].pattern: at most 4096 characters"
    assert problem_of(pb.View.FromString(b"\x22\x02\x01\x63")) == "sections[1]: not one that is known here"
    many = pb.View(sections=[pb.SECTION_DOMAINS] * (LIST_LIMIT + 1))
    assert problem_of(many) == "sections: at most 256 of them"
    assert problem_of(pb.StreamEventsRequest(after_sequence=2**63)).startswith("after_sequence: at most 9223372036854")
    range_ = pb.View()
    range_.filter.terms.add().values.add().range.minimum = float("inf")
    assert problem_of(range_) == "filter.terms[0].values[0].range.minimum: not a finite number"


@given(seconds=st.integers(-(2**63), 2**63 - 1), nanos=st.integers(-(2**31), 2**31 - 1))
def test_a_length_of_time_is_what_a_duration_may_hold_and_not_negative(seconds: int, nanos: int) -> None:
    request = pb.GetBandwidthHistoryRequest(window=Duration(seconds=seconds, nanos=nanos))
    if 0 <= seconds <= 315_576_000_000 and 0 <= nanos < 10**9:
        check_request(request)
    else:
        assert problem_of(request) in ("window: negative", "window: not a length of time")


@given(seconds=st.integers(-(2**63), 2**63 - 1), nanos=st.integers(-(2**31), 2**31 - 1))
def test_a_time_lies_between_1970_and_9999(seconds: int, nanos: int) -> None:
    request = history_pb2.UsageQuery(since_time=Timestamp(seconds=seconds, nanos=nanos))
    if 0 <= seconds <= 253_402_300_799 and 0 <= nanos < 10**9:
        check_request(request)
    else:
        assert problem_of(request) in ("since_time: not a time", "since_time: before 1970")
