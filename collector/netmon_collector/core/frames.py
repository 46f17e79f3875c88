"""The full header parser: any bytes to a packet, or to the reason why there is none.

It is the slow road of the accounting (a few µs a frame): new flows, TCP's SYN, FIN and RST, and every shape that the
quick path does not know. It never raises, whatever the bytes, and its work is bounded: two VLAN tags, eight IPv6
extension headers, eight options of one of them.
"""

import struct
from enum import Enum, unique
from typing import NamedTuple

from netmon_collector.core.links import Link, NotIp, Unreadable, read_link
from netmon_collector.core.packet import Packet

ICMP = 1
TCP = 6
UDP = 17
ICMPV6 = 58
SCTP = 132
UDP_LITE = 136

PORT_PROTOCOLS = frozenset({TCP, UDP, SCTP, UDP_LITE})
"""IP protocols that begin with a source and a destination port of 16 bits each."""

MAX_EXTENSION_HEADERS = 8
MAX_OPTIONS = 8
"""Of a hop-by-hop header (RFC 8504, section 5.3, lets hosts stop there too)."""

MAX_JUMBO_BYTES = 8 * 65_535
"""What Linux can join to one packet at most (GSO_MAX_SIZE in include/linux/netdevice.h). A packet that claims more is
no capture of a real one, and must not put up to 4 GB on a counter."""

_HOP_BY_HOP = 0
_ROUTING = 43
_FRAGMENT = 44
_AUTHENTICATION = 51
_DESTINATION_OPTIONS = 60
_EXTENSIONS = frozenset({_HOP_BY_HOP, _ROUTING, _FRAGMENT, _AUTHENTICATION, _DESTINATION_OPTIONS})

_ECHO_REQUESTS = frozenset({(ICMP, 8), (ICMPV6, 128)})
_ECHO_REPLIES = frozenset({(ICMP, 0), (ICMPV6, 129)})

_OPTION_PAD1 = 0
_OPTION_JUMBO = 0xC2

_IPV4 = struct.Struct("!BxHHHxB2x4s4s")
_IPV6 = struct.Struct("!4xHBx16s16s")
_PORTS = struct.Struct("!HH")
_PROTOCOL_AND_ID = struct.Struct("!BH")
_UNSIGNED_32 = struct.Struct("!I")
_FRAGMENT_FIELDS = struct.Struct("!BxH4s")


@unique
class Doubt(Enum):
    """What is not sure of a packet that was counted all the same. The value is the stable name for reports."""

    LENGTH_UNKNOWN = "length_unknown"
    """BIG TCP: the header gives length 0, so the captured bytes were counted, which is a lower bound."""
    TOO_MANY_EXTENSION_HEADERS = "too_many_extension_headers"


class Frame(NamedTuple):
    """A packet, and what the accounting must know of it beyond the packet itself."""

    packet: Packet
    fragment_key: bytes = b""
    """Names the datagram that a fragment belongs to; empty for whole packets."""
    doubt: Doubt | None = None


class _Upper(NamedTuple):
    """What follows IPv6's own header. ``start`` is None where the ports cannot be in this packet or were cut off."""

    ip_protocol: int
    start: int | None
    fragment_id: bytes = b""
    is_later_fragment: bool = False
    doubt: Doubt | None = None


def parse_frame(
    data: bytes, offset: int, captured: int, link_type: int, time: float, *, is_whole: bool = False
) -> Frame | NotIp | Unreadable:
    """Read the headers of the frame in ``data[offset : offset + captured]``; ``is_whole``: nothing of it was cut off.

    ``link_type`` is libpcap's DLT value and ``time`` Unix seconds. Ports that were not captured, that lie in another
    fragment or that the protocol does not have are ``NO_PORT``. An echo's identifier stands as the port of the end that
    asks (RFC 792, RFC 4443): it tells pingers apart, and them from whoever answers. Of IP in IP, the outer packet is
    read.
    """
    end = min(offset + captured, len(data))
    link = read_link(data, offset, end, link_type)
    if not isinstance(link, Link):
        return link
    start = link.ip_start
    if start >= end:
        return Unreadable.TRUNCATED_IP_HEADER
    version = data[start] >> 4
    if link.ip_version and link.ip_version != version:
        return Unreadable.BAD_IP_VERSION
    if version == 4:
        frame = _read_ipv4(data, end, link, time)
    elif version == 6:
        frame = _read_ipv6(data, end, link, time)
    else:
        return Unreadable.BAD_IP_VERSION
    if is_whole and isinstance(frame, Frame) and frame.packet.length > end - start:
        return Unreadable.LONGER_THAN_FRAME  # the kernel drops it (ip_rcv_core, ip6_rcv_core)
    return frame


def _read_transport(packet: Packet, data: bytes, start: int, end: int, before: int) -> None:
    """Read ports and flags at ``start``. ``end`` is the packet's own: what lies behind is padding, never a port.

    ``before``: how many of the packet's bytes stand before ``start``.
    """
    if packet.ip_protocol in {ICMP, ICMPV6}:
        _read_echo(packet, data, start, end)
        return
    if packet.ip_protocol not in PORT_PROTOCOLS or end - start < 4:
        return
    packet.source_port, packet.destination_port = _PORTS.unpack_from(data, start)
    if packet.ip_protocol == TCP:
        if end - start >= 8:
            (packet.tcp_sequence,) = _UNSIGNED_32.unpack_from(data, start + 4)
        if end - start >= 14:
            packet.tcp_flags = data[start + 13]
            packet.tcp_payload_bytes = max(0, packet.length - before - (data[start + 12] >> 4) * 4)


def _read_echo(packet: Packet, data: bytes, start: int, end: int) -> None:
    if end - start < 8:
        return
    kind = (packet.ip_protocol, data[start])
    if kind in _ECHO_REQUESTS:
        packet.source_port = int.from_bytes(data[start + 4 : start + 6], "big")
    elif kind in _ECHO_REPLIES:
        packet.destination_port = int.from_bytes(data[start + 4 : start + 6], "big")


def _read_ipv4(data: bytes, end: int, link: Link, time: float) -> Frame | Unreadable:
    start = link.ip_start
    if end - start < 20:
        return Unreadable.TRUNCATED_IP_HEADER
    first, length, identification, fragment, protocol, source, destination = _IPV4.unpack_from(data, start)
    header_length = (first & 0x0F) * 4
    if header_length < 20:
        return Unreadable.BAD_IP_HEADER_LENGTH
    doubt = None
    if length == 0 and protocol == TCP:
        # A packet over 64 kB that the kernel joined or will split (iph_set_totlen in include/linux/ip.h).
        length = max(header_length, end - start)
        doubt = Doubt.LENGTH_UNKNOWN
    elif length < header_length:
        return Unreadable.BAD_IP_TOTAL_LENGTH
    is_later_fragment = bool(fragment & 0x1FFF)
    packet = Packet(
        time=time,
        ip_protocol=protocol,
        source=source,
        destination=destination,
        length=length,
        is_later_fragment=is_later_fragment,
        source_mac=link.source_mac,
        is_outgoing=link.is_outgoing,
        process_id=link.process_id,
        process_name=link.process_name,
    )
    if not is_later_fragment:
        _read_transport(packet, data, start + header_length, min(end, start + length), header_length)
    if fragment & 0x3FFF:
        # RFC 791: these four name a datagram.
        return Frame(packet, source + destination + _PROTOCOL_AND_ID.pack(protocol, identification), doubt)
    return Frame(packet, b"", doubt)


def _read_ipv6(data: bytes, end: int, link: Link, time: float) -> Frame | Unreadable:
    start = link.ip_start
    if end - start < 40:
        return Unreadable.TRUNCATED_IP_HEADER
    payload_length, next_header, source, destination = _IPV6.unpack_from(data, start)
    length = 40 + payload_length
    doubt = None
    if payload_length == 0:
        jumbo = _find_jumbo_length(data, start + 40, end) if next_header == _HOP_BY_HOP else None
        if jumbo is not None:
            # RFC 2675, section 3: what fits the ordinary length must use it.
            if not 65_535 < jumbo <= MAX_JUMBO_BYTES:
                return Unreadable.BAD_JUMBO_LENGTH
            length = 40 + jumbo
        elif next_header == TCP:
            # BIG TCP without the option. No other packet is taken for one: a frame's padding would count.
            length = end - start
            doubt = Doubt.LENGTH_UNKNOWN
    packet_end = min(end, start + length)
    upper = _walk_extensions(data, start + 40, packet_end, next_header)
    packet = Packet(
        time=time,
        ip_protocol=upper.ip_protocol,
        source=source,
        destination=destination,
        length=length,
        is_later_fragment=upper.is_later_fragment,
        source_mac=link.source_mac,
        is_outgoing=link.is_outgoing,
        process_id=link.process_id,
        process_name=link.process_name,
    )
    if upper.start is not None:
        _read_transport(packet, data, upper.start, packet_end, upper.start - start)
    # RFC 8200, section 4.5: without the protocol, which may differ from fragment to fragment.
    key = source + destination + upper.fragment_id if upper.fragment_id else b""
    return Frame(packet, key, doubt or upper.doubt)


def _walk_extensions(data: bytes, start: int, end: int, next_header: int) -> _Upper:
    """Walk to the transport header. Where that cannot be reached, the protocol is the header that stopped the walk."""
    fragment_id = b""
    for _ in range(MAX_EXTENSION_HEADERS):
        if next_header not in _EXTENSIONS:
            break
        if end - start < 8:
            return _Upper(next_header, None, fragment_id)
        if next_header == _FRAGMENT:
            following, position, identification = _FRAGMENT_FIELDS.unpack_from(data, start)
            if position & 0xFFF8:
                return _Upper(following, None, identification, is_later_fragment=True)
            if position & 1:  # else an atomic fragment (RFC 6946): the whole packet
                fragment_id = identification
            next_header = following
            start += 8
        else:
            size = (data[start + 1] + 2) * 4 if next_header == _AUTHENTICATION else (data[start + 1] + 1) * 8
            next_header = data[start]
            start += size
    if next_header in _EXTENSIONS:
        return _Upper(next_header, None, fragment_id, doubt=Doubt.TOO_MANY_EXTENSION_HEADERS)
    return _Upper(next_header, start, fragment_id)


def _find_jumbo_length(data: bytes, start: int, end: int) -> int | None:
    """Give the payload length of a jumbo option (RFC 2675) in the hop-by-hop header at ``start``."""
    if end - start < 8:
        return None
    end = min(end, start + (data[start + 1] + 1) * 8)
    position = start + 2
    for _ in range(MAX_OPTIONS):
        if position + 2 > end:
            break
        option, size = data[position], data[position + 1]
        if option == _OPTION_JUMBO and size == 4 and position + 6 <= end:
            return int.from_bytes(data[position + 2 : position + 6], "big")
        position += 1 if option == _OPTION_PAD1 else 2 + size
    return None
