"""Frames of the names handle, down to what TCP or UDP carry."""

import struct
from typing import NamedTuple

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.frames import TCP, UDP, Frame, parse_frame
from netmon_collector.core.links import ETHERNET, Link, read_link
from netmon_collector.core.network import Way
from netmon_collector.core.packet import NO_PORT, Packet

__all__ = ["Segment", "ends_here", "read_segment"]

_PLAIN = struct.Struct("!16xH2xHxB2x4s4sHH")
"""Ethernet's and IPv4's header without options: length, fragment field, protocol, addresses; then the ports."""


class Segment(NamedTuple):
    """One TCP segment or UDP datagram. ``payload`` is what was captured of it."""

    packet: Packet
    payload: bytes


def read_segment(data: bytes, offset: int, captured: int, link_type: int, time: float) -> Segment | None:
    """Read the frame in ``data[offset : offset + captured]``; None where it is none of TCP or UDP.

    Nor are fragments that follow the first, and IPv6 with extension headers, which the names handle's filter leaves
    out. ``link_type`` is libpcap's DLT value and ``time`` Unix seconds.
    """
    if link_type == ETHERNET:
        segment = _read_plain_datagram(data, offset, min(offset + captured, len(data)), time)
        if segment is not None:
            return segment
    frame = parse_frame(data, offset, captured, link_type, time)
    if not isinstance(frame, Frame) or frame.packet.destination_port == NO_PORT:
        return None
    packet = frame.packet
    end = min(offset + captured, len(data))
    link = read_link(data, offset, end, link_type)
    if not isinstance(link, Link):
        return None
    start = link.ip_start
    end = min(end, start + packet.length)
    if len(packet.source) == 4:
        start += (data[start] & 0x0F) * 4
    elif data[start + 6] == packet.ip_protocol:
        start += 40
    else:
        return None
    if packet.ip_protocol == UDP:
        start += 8
    elif packet.ip_protocol == TCP and start + 12 < end:
        start += (data[start + 12] >> 4) * 4
    else:
        return None
    return Segment(packet, data[start:end])


def _read_plain_datagram(data: bytes, start: int, end: int, time: float) -> Segment | None:
    """Read UDP over IPv4 without options, tags or fragments, which most DNS is, at half the cost; None for the rest."""
    payload = start + 42
    if end < payload or data[start + 12 : start + 15] != b"\x08\0\x45":
        return None
    length, fragment, protocol, source, destination, source_port, destination_port = _PLAIN.unpack_from(data, start)
    end = min(end, start + 14 + length)
    if protocol != UDP or fragment & 0x3FFF or end < payload:
        return None
    packet = Packet(
        time=time,
        ip_protocol=protocol,
        source=source,
        destination=destination,
        source_port=source_port,
        destination_port=destination_port,
        length=length,
        source_mac=data[start + 6 : start + 12],
    )
    return Segment(packet, data[payload:end])


def ends_here(packet: Packet, way: Way) -> tuple[tuple[FlowKey, bool], ...]:
    """Give the connection of a packet from each end that is here, and whether that end sent it.

    Two for a packet from this machine to itself. One that is forwarded has its sender's end first.
    """
    protocol = Protocol.TCP if packet.ip_protocol == TCP else Protocol.UDP
    ends: list[tuple[FlowKey, bool]] = []
    source, destination = (packet.source, packet.source_port), (packet.destination, packet.destination_port)
    if way is not Way.RECEIVED:
        ends.append((FlowKey(protocol, packet.ip_protocol, *source, *destination), True))
    if way in {Way.RECEIVED, Way.BOTH}:
        ends.append((FlowKey(protocol, packet.ip_protocol, *destination, *source), False))
    return tuple(ends)
