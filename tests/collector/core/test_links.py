import pytest

from netmon_collector.core.links import NotIp, Unreadable, wire_header_bytes
from tests.support import frames as make
from tests.support.frame_reading import PACKET4, PACKET6, V4_ENDS, V6_ENDS, ends, parse, read


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (1, make.ethernet(PACKET4)),
        (1, make.ethernet(make.vlan(PACKET4), 0x8100)),
        (1, make.ethernet(make.vlan(make.vlan(PACKET4), 0x8100), 0x88A8)),
        (113, make.sll(PACKET4)),
        (113, make.sll(make.vlan(PACKET4), 0x8100)),
        (276, make.sll2(PACKET4)),
        (12, PACKET4),
        (101, PACKET4),
        (228, PACKET4),
        (0, b"\x02\0\0\0" + PACKET4),
        (0, b"\0\0\0\x02" + PACKET4),
        (108, b"\0\0\0\x02" + PACKET4),
        (258, make.pktap(make.ethernet(PACKET4), 1)),
        (258, make.pktap(PACKET4, 12, length=108)),
        (149, make.pktap(b"\x02\0\0\0" + PACKET4, 0)),
    ],
)
def test_every_link_type_leads_to_the_ipv4_header(link_type: int, frame: bytes) -> None:
    packet = read(frame, link_type)
    assert ends(packet) == V4_ENDS
    assert packet.length == 40


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (1, make.ethernet(PACKET6, 0x86DD)),
        (1, make.ethernet(make.vlan(PACKET6, 0x86DD), 0x8100)),
        (113, make.sll(PACKET6, 0x86DD)),
        (276, make.sll2(PACKET6, 0x86DD)),
        (12, PACKET6),
        (101, PACKET6),
        (229, PACKET6),
        *((0, bytes((family, 0, 0, 0)) + PACKET6) for family in (10, 24, 28, 30)),
        *((108, bytes((0, 0, 0, family)) + PACKET6) for family in (24, 28, 30)),
        (258, make.pktap(make.ethernet(PACKET6, 0x86DD), 1)),
    ],
)
def test_every_link_type_leads_to_the_ipv6_header(link_type: int, frame: bytes) -> None:
    packet = read(frame, link_type)
    assert ends(packet) == V6_ENDS
    assert packet.length == 60


@pytest.mark.parametrize(("packet_type", "is_outgoing"), [(0, False), (1, False), (2, False), (3, None), (4, True)])
def test_cooked_headers_tell_direction_and_sender(packet_type: int, is_outgoing: bool | None) -> None:
    for link_type, frame in (
        (113, make.sll(PACKET4, packet_type=packet_type)),
        (276, make.sll2(PACKET4, packet_type=packet_type)),
    ):
        packet = read(frame, link_type)
        assert packet.is_outgoing is is_outgoing
        assert packet.source_mac == make.MAC_A


def test_a_cooked_sender_that_is_no_mac_is_left_out() -> None:
    assert read(make.sll(PACKET4, source=b""), 113).source_mac == b""
    assert read(make.sll2(PACKET4, source=b"\x01\x02"), 276).source_mac == b""


def test_ethernet_does_not_tell_the_direction() -> None:
    assert read(make.ethernet(PACKET4)).is_outgoing is None


def test_pktap_tells_process_and_direction() -> None:
    packet = read(make.pktap(make.ethernet(PACKET4), flags=2, pid=4711, command=b"curl\0rest"), 258)
    assert (packet.process_id, packet.process_name, packet.is_outgoing) == (4711, "curl", True)
    assert packet.source_mac == make.MAC_A
    packet = read(make.pktap(make.ethernet(PACKET4), flags=1, pid=-1, command=b"stale"), 258)
    assert (packet.process_id, packet.process_name, packet.is_outgoing) == (None, "", False)
    assert read(make.pktap(make.ethernet(PACKET4), flags=0), 258).is_outgoing is None
    assert read(make.pktap(make.ethernet(PACKET4), command=b"\xff\xfe" * 10), 258).process_name == "\ufffd" * 20


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (1, make.ethernet(bytes(46), 0x0806)),
        (1, make.ethernet(make.vlan(bytes(46), 0x0806), 0x8100)),
        (1, make.ethernet(bytes(46), 0x0026)),
        (113, make.sll(bytes(46), 0x0806)),
        (276, make.sll2(bytes(46), 0x88CC)),
        (0, b"\x07\0\0\0" + bytes(40)),
        (108, b"\x02\0\0\0" + PACKET4),
        (258, make.pktap(b"", record_type=0)),
        (258, make.pktap(make.ethernet(bytes(46), 0x0806))),
    ],
)
def test_frames_without_ip_are_no_error(link_type: int, frame: bytes) -> None:
    assert parse(frame, link_type) is NotIp.NOT_IP


@pytest.mark.parametrize(
    ("link_type", "frame", "reason"),
    [
        (105, PACKET4, "unknown_link_type"),
        (1, b"", "truncated_link_header"),
        (1, make.ethernet(b"")[:13], "truncated_link_header"),
        (1, make.ethernet(b"\0\x05\x08", 0x8100), "truncated_link_header"),
        (113, make.sll(b"")[:15], "truncated_link_header"),
        (276, make.sll2(b"")[:19], "truncated_link_header"),
        (0, b"\x02\0\0", "truncated_link_header"),
        (258, make.pktap(b"")[:107], "truncated_link_header"),
        (258, make.pktap(b"")[:120], "truncated_link_header"),
        (258, b"\xff\xff\xff\x7f" + make.pktap(make.ethernet(PACKET4))[4:], "truncated_link_header"),
        (258, make.pktap(b"", 105), "unknown_link_type"),
        (258, make.pktap(make.pktap(make.ethernet(PACKET4)), 258), "bad_pktap_header"),
        (258, b"\x6b\0\0\0" + make.pktap(b"")[4:], "bad_pktap_header"),
        (1, make.ethernet(make.vlan(make.vlan(make.vlan(PACKET4), 0x8100), 0x8100), 0x88A8), "too_many_vlan_tags"),
    ],
)
def test_a_link_header_that_cannot_be_read_has_a_stable_reason(link_type: int, frame: bytes, reason: str) -> None:
    parsed = parse(frame, link_type)
    assert isinstance(parsed, Unreadable)
    assert parsed.value == reason


def test_only_ethernet_headers_are_on_the_wire() -> None:
    assert [wire_header_bytes(link_type) for link_type in (1, 0, 101, 113, 258, 276, -1)] == [14, 0, 0, 0, 0, 0, 0]
