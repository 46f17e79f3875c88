"""What the collector bears survives the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.load import (
    process_cost_from_wire,
    process_cost_to_wire,
    queue_from_wire,
    queue_to_wire,
    service_limits_from_wire,
    service_limits_to_wire,
    stream_lag_from_wire,
    stream_lag_to_wire,
)
from netmon.v1 import status_pb2 as pb
from tests.support import load_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "process_costs": (models.process_costs, process_cost_to_wire, process_cost_from_wire),
    "queues": (models.queues, queue_to_wire, queue_from_wire),
    "stream_lags": (models.stream_lags, stream_lag_to_wire, stream_lag_from_wire),
    "service_limits": (models.service_limits, service_limits_to_wire, service_limits_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_what_has_no_name_is_refused_by_the_name_of_its_field() -> None:
    with pytest.raises(ValueError, match=r"ProcessCost\.role"):
        process_cost_from_wire(pb.ProcessCost())
    with pytest.raises(ValueError, match=r"Queue\.name"):
        queue_from_wire(pb.Queue())
    with pytest.raises(ValueError, match=r"StreamLag\.stream"):
        stream_lag_from_wire(pb.StreamLag())


def test_a_mean_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"StreamLag\.mean_behind_count"):
        stream_lag_from_wire(pb.StreamLag(stream="events", mean_behind_count=float("nan")))
