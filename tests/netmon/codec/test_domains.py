"""Sums by domain, over the wire and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.domains import (
    domain_from_wire,
    domain_to_wire,
    source_from_wire,
    unnamed_from_wire,
    unnamed_reason_from_wire,
    unnamed_to_wire,
)
from netmon.model import DomainSource, UnnamedReason
from netmon.v1 import snapshot_pb2
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "domains": (models.domain_traffics, domain_to_wire, domain_from_wire),
    "unnamed": (models.unnamed_traffics, unnamed_to_wire, unnamed_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_words_that_only_a_newer_peer_knows_are_unspecified() -> None:
    assert source_from_wire(99) is DomainSource.UNSPECIFIED
    assert unnamed_reason_from_wire(99) is UnnamedReason.UNSPECIFIED


def test_a_domain_without_a_name_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match=r"^DomainTraffic\.name: missing"):
        domain_from_wire(snapshot_pb2.DomainTraffic())
