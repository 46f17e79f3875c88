"""Snapshots, and what a stream says around them."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon import codec
from netmon.codec.snapshots import (
    degradation_from_wire,
    degradation_to_wire,
    drops_from_wire,
    drops_to_wire,
    gap_from_wire,
    gap_to_wire,
    snapshot_from_wire,
    snapshot_to_wire,
)
from netmon.v1 import event_pb2, monitor_service_pb2, snapshot_pb2
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "degradations": (models.degradations, degradation_to_wire, degradation_from_wire),
    "drops": (models.drops, drops_to_wire, drops_from_wire),
    "snapshots": (models.snapshots, snapshot_to_wire, snapshot_from_wire),
    "gaps": (models.gaps, gap_to_wire, gap_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


@pytest.mark.parametrize("field", ["time", "statistics_epoch", "totals", "headline", "instance_id"])
def test_a_snapshot_without_a_needed_part_is_an_error_that_names_it(field: str) -> None:
    wire = snapshot_pb2.Snapshot(instance_id="i")
    for part in (wire.time, wire.statistics_epoch, wire.totals, wire.headline):
        part.SetInParent()
    wire.ClearField(field)  # pyright: ignore[reportArgumentType] # one of the names above
    with pytest.raises(ValueError, match=f"^Snapshot.{field}: missing"):
        codec.snapshot_from_wire(wire)


_DECODERS: list[tuple[type[Any], Callable[[Any], object]]] = [
    (snapshot_pb2.Snapshot, codec.snapshot_from_wire),
    (monitor_service_pb2.View, codec.view_from_wire),
    (event_pb2.Event, codec.event_from_wire),
]


@settings(deadline=None)
@given(body=st.binary(max_size=200), which=st.sampled_from(_DECODERS))
def test_any_bytes_give_a_value_or_a_value_error(body: bytes, which: tuple[type[Any], Callable[[Any], object]]) -> None:
    message, from_wire = which
    with suppress(DecodeError):
        wire = message.FromString(body)
        with suppress(ValueError):
            from_wire(wire)
