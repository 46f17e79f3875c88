"""The state of the collector survives the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.status import (
    caller_from_wire,
    caller_to_wire,
    interface_status_from_wire,
    interface_status_to_wire,
    owner_way_from_wire,
    owner_way_to_wire,
    status_from_wire,
    status_to_wire,
)
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "callers": (models.callers, caller_to_wire, caller_from_wire),
    "interface_statuses": (models.interface_statuses, interface_status_to_wire, interface_status_from_wire),
    "owner_ways": (models.owner_ways, owner_way_to_wire, owner_way_from_wire),
    "statuses": (models.statuses, status_to_wire, status_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])
