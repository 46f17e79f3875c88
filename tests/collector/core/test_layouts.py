import sys

import pytest

from netmon_collector.core.layouts import LAYOUTS
from tests.support import frames as make

PACKET4 = make.ipv4(make.tcp(1, 2, flags=0x1F), make.TCP)
PACKET6 = make.ipv6(make.tcp(1, 2, flags=0x1F), make.TCP)
PORTS = b"\0\x01\0\x02"

AF_INET, AF_INET6_MACOS = (number.to_bytes(4, sys.byteorder) for number in (2, 30))

FRAMES = {
    0: (AF_INET + PACKET4, AF_INET6_MACOS + PACKET6),
    1: (make.ethernet(PACKET4), make.ethernet(PACKET6, 0x86DD)),
    12: (PACKET4, PACKET6),
    101: (PACKET4, PACKET6),
    108: (b"\0\0\0\x02" + PACKET4, b"\0\0\0\x1e" + PACKET6),
    113: (make.sll(PACKET4), make.sll(PACKET6, 0x86DD)),
    228: (PACKET4, None),
    229: (None, PACKET6),
    276: (make.sll2(PACKET4), make.sll2(PACKET6, 0x86DD)),
}


def test_there_is_a_frame_for_every_layout() -> None:
    assert FRAMES.keys() == LAYOUTS.keys()


@pytest.mark.parametrize("link_type", LAYOUTS)
def test_ipv4_fields_are_read_in_one_call(link_type: int) -> None:
    layout, frame = LAYOUTS[link_type], FRAMES[link_type][0]
    if frame is None:
        assert layout.link_ipv4 is None
        return
    fields = layout.read_ipv4(b"\xaa" * 3 + frame + bytes(40), 3)
    key = make.IP_A + make.IP_B + PORTS
    assert fields == (layout.link_ipv4, 0x45, 40, make.DO_NOT_FRAGMENT, make.TCP, key, 0x1F)


@pytest.mark.parametrize("link_type", LAYOUTS)
def test_ipv6_fields_are_read_in_one_call(link_type: int) -> None:
    layout, frame = LAYOUTS[link_type], FRAMES[link_type][1]
    if frame is None:
        assert layout.link_ipv6 is None
        return
    data = b"\xaa" * 3 + frame + bytes(40)
    assert layout.read_ipv6(data, 3) == (20, make.TCP, make.IP6_A + make.IP6_B + PORTS, 0x1F)
    assert layout.read_ipv4(data, 3)[:2] == (layout.link_ipv6, 0x60)


@pytest.mark.parametrize("link_type", LAYOUTS)
def test_reach_is_what_both_readers_need(link_type: int) -> None:
    layout = LAYOUTS[link_type]
    data = bytes(layout.reach)
    assert layout.read_ipv4(data, 0)
    assert layout.read_ipv6(data, 0)
    assert layout.reach == layout.link_length + 54
