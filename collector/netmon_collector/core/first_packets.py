"""First packets of connections, as a quick capture hands them over: whose ends they tell."""

from collections.abc import Collection
from typing import NamedTuple

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.frames import TCP, UDP, Frame, parse_frame
from netmon_collector.core.links import RAW
from netmon_collector.core.packet import NO_PORT, TCP_ACK, TCP_SYN

__all__ = ["FirstPacket", "first_packets"]

_PROTOCOLS = {TCP: Protocol.TCP, UDP: Protocol.UDP}


class FirstPacket(NamedTuple):
    """A connection that begins: its ends, ours first; ``is_inbound``: the other side opened it. Unix seconds."""

    key: FlowKey
    time: float
    is_inbound: bool = False


def first_packets(data: bytes, time: float, local_addresses: Collection[bytes]) -> list[FirstPacket]:
    """Read an IP packet; give none for what begins nothing, two where both ends are this machine's.

    A TCP packet begins a connection if it is a SYN without ACK, a UDP packet that we send always may.
    """
    frame = parse_frame(data, 0, len(data), RAW, time)
    if not isinstance(frame, Frame):
        return []
    packet = frame.packet
    protocol = _PROTOCOLS.get(packet.ip_protocol)
    if protocol is None or packet.source_port == NO_PORT or packet.is_later_fragment:
        return []
    if protocol is Protocol.TCP and packet.tcp_flags & (TCP_SYN | TCP_ACK) != TCP_SYN:
        return []
    source, destination = (packet.source, packet.source_port), (packet.destination, packet.destination_port)
    found: list[FirstPacket] = []
    if packet.source in local_addresses or _is_loopback(packet.source):
        found.append(FirstPacket(FlowKey(protocol, packet.ip_protocol, *source, *destination), time))
    if packet.destination in local_addresses or _is_loopback(packet.destination):
        key = FlowKey(protocol, packet.ip_protocol, *destination, *source)
        found.append(FirstPacket(key, time, is_inbound=True))
    return found


def _is_loopback(address: bytes) -> bool:
    return address[0] == 127 and len(address) == 4
