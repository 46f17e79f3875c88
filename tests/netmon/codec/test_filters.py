"""Filters and views survive the wire, and nothing of them is dropped in silence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon import codec
from netmon.codec.filters import (
    filter_from_wire,
    filter_to_wire,
    view_from_wire,
    view_to_wire,
)
from netmon.model import FilterField, RowOrder, Section
from netmon.v1 import filter_pb2, monitor_service_pb2
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "filters": (models.filters, filter_to_wire, filter_from_wire),
    "views": (models.views, view_to_wire, view_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_a_section_of_a_newer_peer_does_not_turn_into_all_sections() -> None:
    view = monitor_service_pb2.View()
    view.sections.append(99)  # pyright: ignore[reportArgumentType] # what a newer peer may send
    assert codec.view_from_wire(view).sections == {Section.UNSPECIFIED}


def test_a_filter_field_of_a_newer_peer_stays_a_term() -> None:
    wire = filter_pb2.Filter(terms=[filter_pb2.FilterTerm()])
    wire.terms[0].field = 999  # pyright: ignore[reportAttributeAccessIssue]
    (term,) = codec.filter_from_wire(wire).terms
    assert term.field is FilterField.UNSPECIFIED


def test_a_filter_value_of_no_known_kind_is_an_error_that_says_where() -> None:
    wire = filter_pb2.Filter(terms=[filter_pb2.FilterTerm(values=[filter_pb2.FilterValue()])])
    with pytest.raises(ValueError, match=r"^Filter\.terms\[0\]\.values\[0\]:"):
        codec.filter_from_wire(wire)


def test_a_bound_that_is_no_number_is_an_error() -> None:
    bound = filter_pb2.FilterValue(range=filter_pb2.FilterRange(minimum=math.nan))
    with pytest.raises(ValueError, match=r"^Filter\.terms\[0\]\.values\[0\]\.range:"):
        codec.filter_from_wire(filter_pb2.Filter(terms=[filter_pb2.FilterTerm(values=[bound])]))


def test_an_order_of_a_newer_peer_is_the_usual_one() -> None:
    assert codec.row_order_from_wire(77) is RowOrder.UNSPECIFIED
