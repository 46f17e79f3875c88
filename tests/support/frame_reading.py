"""Reading one handmade frame, as the tests of headers need it."""

from netmon_collector.core.frames import Frame, parse_frame
from netmon_collector.core.links import NotIp, Unreadable
from netmon_collector.core.packet import Packet
from tests.support import frames as make

ETHERNET, RAW = 1, 101
LINK_TYPES = (0, 1, 12, 101, 108, 113, 149, 228, 229, 258, 276)

V4_ENDS = (make.IP_A, make.IP_B, 40000, 443)
V6_ENDS = (make.IP6_A, make.IP6_B, 40000, 443)
PACKET4 = make.ipv4(make.tcp(), make.TCP)
PACKET6 = make.ipv6(make.tcp(), make.TCP)


def parse(frame: bytes, link_type: int = ETHERNET, *, captured: int | None = None) -> Frame | NotIp | Unreadable:
    """Parse the frame between neighbours, as in a batch: reading over an edge would show."""
    size = len(frame) if captured is None else captured
    return parse_frame(b"\x45" * 7 + frame[:size] + b"\x11" * 99, 7, size, link_type, 12.5)


def read(frame: bytes, link_type: int = ETHERNET, *, captured: int | None = None) -> Packet:
    """The packet of a frame that is beyond doubt."""
    parsed = parse(frame, link_type, captured=captured)
    assert isinstance(parsed, Frame)
    assert parsed.doubt is None
    return parsed.packet


def ends(packet: Packet) -> tuple[bytes, bytes, int, int]:
    return packet.source, packet.destination, packet.source_port, packet.destination_port
