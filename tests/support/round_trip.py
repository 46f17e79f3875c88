"""From the model to bytes and back."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Way = tuple[st.SearchStrategy[Any], Callable[[Any], Message], Callable[[Any], Any]]
"""Values, to the wire, from the wire."""

ROUND_TRIP = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def comes_back(data: st.DataObject, way: Way) -> bool:
    """Tell whether a value that hypothesis draws is equal to itself after the wire."""
    strategy, to_wire, from_wire = way
    value = data.draw(strategy)
    wire = to_wire(value)
    return bool(from_wire(type(wire).FromString(wire.SerializeToString())) == value)
