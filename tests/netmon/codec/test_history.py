"""Usage survives the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.history import (
    history_gap_from_wire,
    history_gap_to_wire,
    usage_answer_from_wire,
    usage_answer_to_wire,
    usage_key_from_wire,
    usage_key_to_wire,
    usage_point_from_wire,
    usage_point_to_wire,
    usage_query_from_wire,
    usage_query_to_wire,
    usage_row_from_wire,
    usage_row_to_wire,
    usage_sums_from_wire,
    usage_sums_to_wire,
)
from netmon.model import BucketSize, UsageAnswer, UsageBucket
from netmon.v1 import history_pb2
from tests.support import history_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "usage_sums": (models.usage_sums, usage_sums_to_wire, usage_sums_from_wire),
    "usage_keys": (models.usage_keys, usage_key_to_wire, usage_key_from_wire),
    "usage_rows": (models.usage_rows, usage_row_to_wire, usage_row_from_wire),
    "usage_points": (models.usage_points, usage_point_to_wire, usage_point_from_wire),
    "history_gaps": (models.history_gaps, history_gap_to_wire, history_gap_from_wire),
    "usage_queries": (models.usage_queries, usage_query_to_wire, usage_query_from_wire),
    "usage_answers": (models.usage_answers, usage_answer_to_wire, usage_answer_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_a_row_without_a_start_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^UsageRow\.start_time: missing$"):
        usage_row_from_wire(history_pb2.UsageRow())


def test_absent_sums_are_no_zeros() -> None:
    bucket = UsageBucket(start_time=0.0, end_time=3600.0)
    answer = UsageAnswer(since_time=0.0, until_time=3600.0, bucket=BucketSize.HOUR, buckets=(bucket,))
    (wire,) = usage_answer_to_wire(answer).buckets
    assert not wire.HasField("total")
    assert usage_answer_from_wire(usage_answer_to_wire(answer)).buckets[0].total is None
