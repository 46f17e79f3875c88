"""The packet of a frame whose headers lie as its link type's layout says: most first packets, SYNs and FINs."""

import struct
from typing import Final

from netmon_collector.core.frames import TCP
from netmon_collector.core.layouts import Layout
from netmon_collector.core.links import ETHERNET, Link, read_link
from netmon_collector.core.packet import Packet

__all__ = ["plain_packet"]

_PORTS: Final = struct.Struct("!HH")
_TCP_HEADER: Final = struct.Struct("!4xI4xBB")


def plain_packet(
    data: bytes, offset: int, captured: int, layout: Layout, *, time: float, protocol: int, length: int, key: bytes
) -> Packet | None:
    """Give what ``parse_frame`` would, in a third of its time; None where that must look.

    The caller has checked what the quick road of the accounting checks: TCP or UDP right behind an IP header without
    options, no fragment, ports that were captured (of TCP the flags too) and lie inside the packet of ``length`` bytes.
    ``key`` is that of ``layout``; ``time`` Unix seconds.
    """
    address_bytes = len(key) // 2 - 2
    header_bytes = 20 if address_bytes == 4 else 40
    flags = sequence = payload_bytes = 0
    if protocol == TCP:
        if length < header_bytes + _TCP_HEADER.size:
            return None
        start = offset + layout.link_length + header_bytes
        sequence, words, flags = _TCP_HEADER.unpack_from(data, start)
        payload_bytes = max(0, length - header_bytes - (words >> 4) * 4)
    if layout.link_type == ETHERNET:
        source_mac, is_outgoing = data[offset + 6 : offset + 12], None
    else:
        link = read_link(data, offset, min(offset + captured, len(data)), layout.link_type)
        if not isinstance(link, Link):
            return None
        source_mac, is_outgoing = link.source_mac, link.is_outgoing
    source_port, destination_port = _PORTS.unpack_from(key, 2 * address_bytes)
    return Packet(
        time=time,
        ip_protocol=protocol,
        source=key[:address_bytes],
        destination=key[address_bytes : 2 * address_bytes],
        source_port=source_port,
        destination_port=destination_port,
        length=length,
        tcp_flags=flags,
        tcp_sequence=sequence,
        tcp_payload_bytes=payload_bytes,
        source_mac=source_mac,
        is_outgoing=is_outgoing,
    )
