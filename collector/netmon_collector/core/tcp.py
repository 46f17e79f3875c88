"""TCP's states as far as packets show them (RFC 9293, section 3.3.2). The kernel's word, where known, goes first."""

from netmon.model import ConnectionState, Direction, Scope
from netmon_collector.core.flow import Flow
from netmon_collector.core.packet import TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, Packet

_AFTER_FIN_SENT = {
    ConnectionState.CLOSE_WAIT: ConnectionState.LAST_ACK,
    ConnectionState.LAST_ACK: ConnectionState.LAST_ACK,
    ConnectionState.FIN_WAIT_2: ConnectionState.FIN_WAIT_2,
    ConnectionState.TIME_WAIT: ConnectionState.TIME_WAIT,
}


def begins_anew(flow: Flow, packet: Packet) -> bool:
    """Whether the packet opens another connection on the endpoints of one that is known.

    A SYN that repeats the first one has its sequence number; one with another number comes after a connection whose
    end was seen, or was missed. One from the end that was asked is a simultaneous open or forged: the kernel only
    acknowledges it, and the connection goes on (RFC 9293, section 3.10.7.4).
    """
    if packet.tcp_flags & (TCP_SYN | TCP_ACK) != TCP_SYN:
        return False
    if flow.has_ended:
        return True
    is_ours = packet.source == flow.key.local_address and packet.source_port == flow.key.local_port
    if flow.syn_sequence is None:
        # Of one whose packets were seen, but no SYN among them, this machine sends none: another socket has its ends.
        return flow.started_before and bool(flow.interface) and (is_ours or flow.scope is Scope.LOOPBACK)
    if flow.direction is (Direction.INBOUND if is_ours else Direction.OUTBOUND):
        return False
    return flow.syn_sequence != packet.tcp_sequence


def follow(flow: Flow, packet: Packet, *, is_sent: bool) -> None:
    """Move the flow's state on by a packet with SYN, FIN or RST."""
    flags = packet.tcp_flags
    before = flow.state
    if flags & TCP_RST:
        flow.state = ConnectionState.CLOSED
        _end(flow, packet.time)
    elif flags & TCP_SYN:
        _follow_syn(flow, packet, is_sent=is_sent)
    if flags & TCP_FIN:
        if not is_sent and flow.peer_sequence is not None:
            # Behind the SYN's own number comes the payload (RFC 9293, section 3.4).
            flow.received_modulo = (packet.tcp_sequence + packet.tcp_payload_bytes - flow.peer_sequence - 1) % 2**32
        _follow_fin(flow, packet.time, is_sent=is_sent)
    if flow.state is not before:
        flow.change()


def _follow_syn(flow: Flow, packet: Packet, *, is_sent: bool) -> None:
    if not is_sent and flow.peer_sequence is None:
        flow.peer_sequence = packet.tcp_sequence
    if packet.tcp_flags & TCP_ACK:
        # The answer of the side that was asked.
        if flow.direction is Direction.UNSPECIFIED:
            flow.direction = Direction.INBOUND if is_sent else Direction.OUTBOUND
        if flow.state in {ConnectionState.UNSPECIFIED, ConnectionState.SYN_SENT, ConnectionState.SYN_RECV}:
            flow.state = ConnectionState.SYN_RECV if is_sent else ConnectionState.ESTABLISHED
        return
    if flow.direction is not (Direction.INBOUND if is_sent else Direction.OUTBOUND):
        flow.syn_sequence = packet.tcp_sequence
    if flow.direction is Direction.UNSPECIFIED:
        flow.direction = Direction.OUTBOUND if is_sent else Direction.INBOUND
    if flow.state is ConnectionState.UNSPECIFIED:
        flow.state = ConnectionState.SYN_SENT if is_sent else ConnectionState.SYN_RECV


def _follow_fin(flow: Flow, time: float, *, is_sent: bool) -> None:
    if flow.has_ended:
        return  # sent again: the first one said it all
    if is_sent:
        flow.fin_sent = True
        flow.state = _AFTER_FIN_SENT.get(flow.state, ConnectionState.FIN_WAIT_1)
    else:
        flow.state = ConnectionState.TIME_WAIT if flow.fin_sent else ConnectionState.CLOSE_WAIT
        flow.fin_received = True
    if flow.fin_sent and flow.fin_received:
        # Who closed last waits for one acknowledgement only; who closed first keeps the ports back.
        if flow.state is ConnectionState.LAST_ACK:
            flow.state = ConnectionState.CLOSED
        _end(flow, time)


def _end(flow: Flow, time: float) -> None:
    if flow.end_time is None:
        flow.end_time = time
