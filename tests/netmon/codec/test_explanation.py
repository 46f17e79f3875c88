"""What was tried for an owner survives the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.explanation import attempt_from_wire, attempt_to_wire, explanation_from_wire, explanation_to_wire
from netmon.v1 import explanation_pb2
from tests.support import explanation_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "attempts": (models.owner_attempts, attempt_to_wire, attempt_from_wire),
    "explanations": (models.explanations, explanation_to_wire, explanation_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_an_attempt_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match=r"OwnerAttempt\.way"):
        attempt_from_wire(explanation_pb2.OwnerAttempt())
