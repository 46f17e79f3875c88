"""Events survive the wire."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from netmon import codec
from netmon.codec.events import (
    event_from_wire,
    event_to_wire,
)
from netmon.v1 import event_pb2
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "events": (models.events, event_to_wire, event_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_an_event_of_a_newer_kind_is_left_out_and_alone_it_is_an_error() -> None:
    unknown = event_pb2.Event(sequence=1, time=Timestamp(seconds=1))
    known = event_pb2.Event(
        sequence=2,
        time=Timestamp(seconds=2),
        monitoring_changed=event_pb2.MonitoringChanged(),
    )
    assert [event.sequence for event in codec.known_events_from_wire((unknown, known))] == [2]
    with pytest.raises(ValueError, match=r"^Event\.kind:"):
        codec.event_from_wire(unknown)
