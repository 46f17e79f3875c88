"""Alerts survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.history_alert import (
    alert_firing_from_wire,
    alert_firing_to_wire,
    alert_rule_from_wire,
    alert_rule_to_wire,
    alert_state_from_wire,
    alert_state_to_wire,
    alert_test_from_wire,
    alert_test_to_wire,
)
from tests.support import history_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "alert_rules": (models.alert_rules, alert_rule_to_wire, alert_rule_from_wire),
    "alert_firings": (models.alert_firings, alert_firing_to_wire, alert_firing_from_wire),
    "alert_states": (models.alert_states, alert_state_to_wire, alert_state_from_wire),
    "alert_tests": (models.alert_tests, alert_test_to_wire, alert_test_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])
