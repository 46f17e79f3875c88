"""First packets of connections, as a quick capture hands them over: whose ends they tell."""

import struct
from collections.abc import Collection
from typing import Final, NamedTuple

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.frames import TCP, UDP, Frame, parse_frame
from netmon_collector.core.links import RAW
from netmon_collector.core.packet import NO_PORT, TCP_ACK, TCP_SYN

__all__ = ["FirstPacket", "FirstSocket", "first_packets"]

_SYN: Final = struct.Struct("!BxH2xHxB2x4s4sHH9xB")
"""Of an IPv4 header (RFC 791): its first byte, the packet's length, the fragment, the protocol and both addresses; of
the TCP header behind it (RFC 9293) both ports and the flags."""
_IPV4_PLAIN: Final = 0x45
_FRAGMENT: Final = 0x3FFF
"""More fragments, and the fragment's place."""

_Ends = tuple[Protocol, int, tuple[bytes, int], tuple[bytes, int]]

_PROTOCOLS = {TCP: Protocol.TCP, UDP: Protocol.UDP}


class FirstSocket(NamedTuple):
    """The socket that a connection had when its first packet was read; uid and control group are its maker's."""

    cookie: int
    inode: int
    uid: int
    control_group: int


class FirstPacket(NamedTuple):
    """A connection that begins: its ends, ours first; ``is_inbound``: the other side opened it. Unix seconds.

    ``socket``: its own, None where nobody has asked for it, or nothing was found.
    """

    key: FlowKey
    time: float
    is_inbound: bool = False
    socket: FirstSocket | None = None


def first_packets(data: bytes, time: float, local_addresses: Collection[bytes]) -> list[FirstPacket]:
    """Read an IP packet; give none for what begins nothing, two where both ends are this machine's.

    A TCP packet begins a connection if it is a SYN without ACK, a UDP packet that we send always may.
    """
    ends = _plain_syn(data)
    if ends is None:
        ends = _any_first(data, time)
        if ends is None:
            return []
    protocol, number, source, destination = ends
    found: list[FirstPacket] = []
    if source[0] in local_addresses or _is_loopback(source[0]):
        found.append(FirstPacket(FlowKey(protocol, number, *source, *destination), time))
    if destination[0] in local_addresses or _is_loopback(destination[0]):
        found.append(FirstPacket(FlowKey(protocol, number, *destination, *source), time, is_inbound=True))
    return found


def _plain_syn(data: bytes) -> _Ends | None:
    """Give what `_any_first` would of a SYN in IPv4 without options or fragments, in a sixth of its time."""
    if len(data) < _SYN.size:
        return None
    first, length, fragment, number, source, destination, source_port, destination_port, flags = _SYN.unpack_from(data)
    if first != _IPV4_PLAIN or number != TCP or fragment & _FRAGMENT or length < _SYN.size:
        return None
    if flags & (TCP_SYN | TCP_ACK) != TCP_SYN:
        return None
    return Protocol.TCP, number, (source, source_port), (destination, destination_port)


def _any_first(data: bytes, time: float) -> _Ends | None:
    frame = parse_frame(data, 0, len(data), RAW, time)
    if not isinstance(frame, Frame):
        return None
    packet = frame.packet
    protocol = _PROTOCOLS.get(packet.ip_protocol)
    if protocol is None or packet.source_port == NO_PORT or packet.is_later_fragment:
        return None
    if protocol is Protocol.TCP and packet.tcp_flags & (TCP_SYN | TCP_ACK) != TCP_SYN:
        return None
    source, destination = (packet.source, packet.source_port), (packet.destination, packet.destination_port)
    return protocol, packet.ip_protocol, source, destination


def _is_loopback(address: bytes) -> bool:
    return address[0] == 127 and len(address) == 4
