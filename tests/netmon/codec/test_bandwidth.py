"""Samples survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.bandwidth import (
    application_bandwidth_from_wire,
    application_bandwidth_to_wire,
    bandwidth_sample_from_wire,
    bandwidth_sample_to_wire,
)
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "application_bandwidths": (
        models.application_bandwidths,
        application_bandwidth_to_wire,
        application_bandwidth_from_wire,
    ),
    "bandwidth_samples": (models.bandwidth_samples, bandwidth_sample_to_wire, bandwidth_sample_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])
