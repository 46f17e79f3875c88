"""Times and lengths of time."""

import math

import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given
from hypothesis import strategies as st

from netmon import codec
from netmon.codec.values import split_seconds
from tests.support import model_strategies as models


@given(seconds=models.lengths.map(float.__neg__) | models.lengths)
def test_lengths_of_time_come_back_with_their_sign(seconds: float) -> None:
    assert codec.seconds_from_wire(codec.seconds_to_wire(seconds), "field") == seconds


@given(seconds=st.floats(0, 4e9))
def test_times_are_rounded_to_a_microsecond(seconds: float) -> None:
    assert abs(codec.time_from_wire(codec.time_to_wire(seconds), "field") - seconds) <= 1e-6


@pytest.mark.parametrize("wire", [Duration(seconds=2**40), Duration(nanos=10**9), Duration(seconds=1, nanos=-1)])
def test_a_length_of_time_that_is_none_is_an_error(wire: Duration) -> None:
    with pytest.raises(ValueError, match=r"^View\.interval:"):
        codec.seconds_from_wire(wire, "View.interval")


@pytest.mark.parametrize(
    ("seconds", "parts"),
    [
        (0.0, (0, 0)),
        (1.9999996, (2, 0)),
        (1.9999994, (1, 999_999_000)),
        (-0.25, (-1, 750_000_000)),
        (1_760_000_000.123456, (1_760_000_000, 123_456_000)),
    ],
)
def test_seconds_are_split_with_the_fraction_upwards(seconds: float, parts: tuple[int, int]) -> None:
    assert split_seconds(seconds) == parts


@pytest.mark.parametrize("seconds", [math.nan, math.inf])
def test_what_is_no_finite_number_is_no_time(seconds: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        codec.time_to_wire(seconds)
