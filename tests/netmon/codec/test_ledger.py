"""Accounts of interfaces survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.ledger import (
    interface_ledger_from_wire,
    interface_ledger_to_wire,
    ledger_sums_from_wire,
    ledger_sums_to_wire,
)
from netmon.model import InterfaceLedger
from netmon.v1 import ledger_pb2
from tests.support import ledger_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "ledger_sums": (models.ledger_sums, ledger_sums_to_wire, ledger_sums_from_wire),
    "interface_ledgers": (models.interface_ledgers, interface_ledger_to_wire, interface_ledger_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_a_system_that_tells_nothing_is_not_one_that_counted_nothing() -> None:
    wire = interface_ledger_to_wire(InterfaceLedger(name="en0"))
    assert not wire.total.HasField("system_bytes")
    assert interface_ledger_from_wire(wire).total.system_bytes is None


def test_an_account_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"InterfaceLedger\.name"):
        interface_ledger_from_wire(ledger_pb2.InterfaceLedger())
