from dataclasses import replace

from netmon.model import CaptureState, InterfaceStatus
from netmon_cli.listings.interfaces import interface_listing
from netmon_cli.shape import Shape
from tests.clients.netmon_cli.rows import SNAPSHOT, STATUS


def test_interfaces_that_carry_packets_come_first() -> None:
    down = InterfaceStatus(name="eth1", state=CaptureState.DOWN)
    listing = interface_listing(SNAPSHOT, replace(STATUS, interfaces=(down, *STATUS.interfaces)), Shape())
    assert [row.name for row in listing.rows] == ["eth0", "eth1"]
    assert listing.sums == SNAPSHOT.interfaces[0].traffic
