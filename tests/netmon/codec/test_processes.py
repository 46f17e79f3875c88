"""Processes and applications survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon import codec
from netmon.codec.processes import (
    application_from_wire,
    application_to_wire,
    process_from_wire,
    process_to_wire,
)
from netmon.model import Process
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "processes": (models.processes, process_to_wire, process_from_wire),
    "applications": (models.applications, application_to_wire, application_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_text_that_is_no_utf_8_is_an_error_on_the_way_out() -> None:
    spoilt = Process(id="1", pid=1, start_time=1.0, name="\udcff")
    with pytest.raises(ValueError, match="surrogates"):
        codec.process_to_wire(spoilt)
