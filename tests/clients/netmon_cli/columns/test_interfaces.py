from dataclasses import replace

import pytest

from netmon.model import CaptureState, Drops, InterfaceStatus
from netmon_cli.columns.column import Look
from netmon_cli.columns.interfaces import INTERFACE_COLUMNS, INTERFACE_ORDERS, interface_rows
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS

LOOK = Look(now=SNAPSHOT.time)
COLUMNS = {column.key: column for column in INTERFACE_COLUMNS}
FAILED = InterfaceStatus(
    name="wlan0", state=CaptureState.FAILED, reason="no such device", drops=Drops(kernel_dropped_packets=1200)
)
ROWS = interface_rows(SNAPSHOT, replace(STATUS, interfaces=(*STATUS.interfaces, FAILED)))


def test_sums_and_states_come_together() -> None:
    eth0, wlan0 = ROWS
    assert [COLUMNS[key].show(eth0, LOOK).text for key in ("iface", "state", "last")] == [
        "eth0",
        "● capturing",
        "1s ago",
    ]
    assert eth0.traffic == SNAPSHOT.interfaces[0].traffic
    assert [COLUMNS[key].show(wlan0, LOOK).text for key in ("state", "why", "drops", "last")] == [
        "✕ failed",
        "no such device",
        "1,200",
        "—",
    ]


def test_without_a_status_the_sums_stand_alone() -> None:
    (row,) = interface_rows(SNAPSHOT, None)
    assert COLUMNS["state"].show(row, LOOK).text == "—"
    assert COLUMNS["state"].value(row, LOOK) is None


@pytest.mark.parametrize("key", sorted(INTERFACE_ORDERS))
def test_every_key_sorts(key: str) -> None:
    assert len(sorted(ROWS, key=INTERFACE_ORDERS[key])) == len(ROWS)


def test_times_are_written_as_everywhere() -> None:
    eth0, wlan0 = ROWS
    assert COLUMNS["last"].value(eth0, LOOK) == "2023-11-14T22:13:40Z"
    assert COLUMNS["last"].value(wlan0, LOOK) is None
