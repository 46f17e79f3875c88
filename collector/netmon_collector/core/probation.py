"""When a connection leaves probation: as soon as packets show that there is somebody on the other side.

One packet shows nothing, for its source may be made up, and what this machine answers to it by itself (SYN-ACK, RST,
the echo of a ping) shows nothing more: a flood of SYNs to an open or a closed port is as cheap as one to a firewall.
"""

from netmon.model import Direction, Protocol
from netmon_collector.core.flow import Flow
from netmon_collector.core.packet import TCP_RST, Packet

__all__ = ["has_proof", "is_answer", "is_half_open"]

PROMOTING_PACKETS = 8
"""A connection with this many packets is no scan, whoever sent them. A half-open one has seven at the most: its SYN and
six SYN-ACKs (tcp_synack_retries is 5, tcp(7))."""

PASSING_PACKETS = 5
"""The same of one that passes through, where each packet may be seen coming in and going out: a SYN and its answer are
four."""

REFUSING_PACKETS = 3
"""A SYN and a RST, or a SYN, its answer and a RST, as a port scan sends it."""


def is_answer(flow: Flow, packet: Packet, *, is_sent: bool) -> bool:
    """Whether a packet answers what this machine began, and is no refusal: nobody else can know what to answer.

    A datagram that this machine answers counts too: no kernel does that, a program is there.
    """
    if is_sent and flow.key.protocol is Protocol.UDP:
        return flow.direction is Direction.INBOUND
    if is_sent or flow.direction is not Direction.OUTBOUND:
        return False
    # A SYN-ACK to no SYN tells who would have opened it, and is half of another flood.
    return flow.key.protocol is not Protocol.TCP or (flow.syn_sequence is not None and not packet.tcp_flags & TCP_RST)


def has_proof(flow: Flow) -> bool:
    """Whether what was counted shows that the other side is there: it spoke after it was spoken to, or often."""
    sent, received = flow.tally.sent_packets, flow.tally.received_packets
    if sent + received >= PROMOTING_PACKETS:
        return True
    if not sent or not received or _was_refused(flow):
        return False
    if flow.direction is Direction.FORWARDED:
        return flow.is_both_ways and sent + received >= PASSING_PACKETS
    return flow.direction is not Direction.INBOUND or received > 1 or flow.key.protocol is Protocol.UDP


def is_half_open(flow: Flow) -> bool:
    """Whether a TCP connection was asked for and nobody came: that its listener is known makes it no real one."""
    if flow.key.protocol is not Protocol.TCP or flow.direction is not Direction.INBOUND:
        return False
    return not flow.is_listed and not has_proof(flow)


def _was_refused(flow: Flow) -> bool:
    """Whether a RST was all that came of a SYN, or of its answer."""
    is_reset = flow.has_ended and flow.key.protocol is Protocol.TCP and not (flow.fin_sent or flow.fin_received)
    return is_reset and flow.tally.sent_packets + flow.tally.received_packets <= REFUSING_PACKETS
