"""Where the common headers lie, so that one call of ``struct`` reads a whole packet.

A layout holds for frames with nothing between the link header and TCP or UDP: no VLAN tag, no IPv4 option, no IPv6
extension header. Whether a frame is of that kind is for the reader of the fields to check.
"""

import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netmon_collector.core import links

_Read = Callable[[bytes, int], tuple[Any, ...]]

# First byte, total length, fragment field, protocol, addresses and ports, TCP flags.
_IPV4_FIELDS = "BxHxxHxB2x12s9xB"
# Payload length, next header, addresses and ports, TCP flags. The first byte comes with the IPv4 fields.
_IPV6_FIELDS = "4xHBx36s9xB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One link type's. The readers take ``(data, offset of the frame)`` and need ``reach`` bytes from there.

    ``read_ipv4`` gives (link protocol, first byte of the IP header, total length, fragment field, protocol, key,
    TCP flags) and ``read_ipv6`` (payload length, next header, key, TCP flags). The key is source address, destination
    address, source port, destination port, as they lie in the packet. ``link_ipv4`` and ``link_ipv6`` are the link
    protocols that announce them. ``link_type`` is libpcap's DLT value, ``link_length`` is in bytes.
    """

    link_type: int
    link_length: int
    link_ipv4: object
    link_ipv6: object
    read_ipv4: _Read
    read_ipv6: _Read
    reach: int


def _layout(link_type: int, link_format: str, link_ipv4: object, link_ipv6: object) -> Layout:
    skip = f"!{struct.calcsize('!' + link_format)}x"
    ipv6 = struct.Struct(skip + _IPV6_FIELDS)
    return Layout(
        link_type=link_type,
        link_length=struct.calcsize("!" + link_format),
        link_ipv4=link_ipv4,
        link_ipv6=link_ipv6,
        read_ipv4=struct.Struct("!" + link_format + _IPV4_FIELDS).unpack_from,
        read_ipv6=ipv6.unpack_from,
        reach=ipv6.size,
    )


def _in_host_order(family: int) -> int:
    return int.from_bytes(family.to_bytes(4, sys.byteorder), "big")


_NOTHING = b""
_NEVER = None
_AF_INET = 2
_AF_INET6_MACOS = 30

_KNOWN = (
    _layout(links.ETHERNET, "12xH", links.ETHER_TYPE_IPV4, links.ETHER_TYPE_IPV6),
    _layout(links.LINUX_SLL, "14xH", links.ETHER_TYPE_IPV4, links.ETHER_TYPE_IPV6),
    _layout(links.LINUX_SLL2, "H18x", links.ETHER_TYPE_IPV4, links.ETHER_TYPE_IPV6),
    _layout(links.NULL, "I", _in_host_order(_AF_INET), _in_host_order(_AF_INET6_MACOS)),
    _layout(links.LOOP, "I", _AF_INET, _AF_INET6_MACOS),
    # No link header: an empty field stands for it, and the version alone decides.
    _layout(links.RAW, "0s", _NOTHING, _NOTHING),
    _layout(links.RAW_LINKTYPE, "0s", _NOTHING, _NOTHING),
    _layout(links.RAW_IPV4, "0s", _NOTHING, _NEVER),
    _layout(links.RAW_IPV6, "0s", _NEVER, _NOTHING),
)
LAYOUTS = {layout.link_type: layout for layout in _KNOWN}
"""By libpcap's DLT value. PKTAP has none: what follows its header differs from frame to frame."""
