"""Sums survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.traffic import (
    interface_traffic_from_wire,
    interface_traffic_to_wire,
    scope_traffic_from_wire,
    scope_traffic_to_wire,
    traffic_from_wire,
    traffic_to_wire,
    unattributed_from_wire,
    unattributed_to_wire,
)
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "traffics": (models.traffics, traffic_to_wire, traffic_from_wire),
    "scope_traffics": (models.scope_traffics, scope_traffic_to_wire, scope_traffic_from_wire),
    "interface_traffics": (models.interface_traffics, interface_traffic_to_wire, interface_traffic_from_wire),
    "unattributed_traffics": (models.unattributed_traffics, unattributed_to_wire, unattributed_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])
