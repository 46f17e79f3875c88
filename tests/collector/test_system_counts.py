"""The system's counters of what is captured, for the ledger."""

import socket

from netmon_collector.capture.tap import Opening
from netmon_collector.system_counts import system_counts


def opening(name: str, index: int, *, is_loopback: bool = False) -> Opening:
    return Opening(interface=name, index=index, number=7, is_loopback=is_loopback)


def test_an_open_interface_has_its_counters_and_loopback_no_link_header() -> None:
    indexes = {name: index for index, name in socket.if_nameindex()}
    (row,) = system_counts([opening("lo", indexes["lo"], is_loopback=True)])
    assert (row.interface, row.opening, row.has_link_header) == ("lo", 7, False)
    assert row.byte_count >= row.packet_count >= 0


def test_an_interface_that_is_gone_is_left_out() -> None:
    assert system_counts([opening("gone0", 2**31 - 1)]) == ()
