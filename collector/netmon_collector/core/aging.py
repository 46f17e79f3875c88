"""What time alone does to connections: idle, over, forgotten."""

from collections.abc import Iterable

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.flow import IDLE_SECONDS, Flow
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.probation import has_proof
from netmon_collector.core.succession import fall_silent

SILENT_SECONDS = 60.0
"""What has no socket and no states (UDP, ICMP, forwarded) is over after this long without a packet."""

UNCONNECTED_SECONDS = 300.0
"""A peer of a socket that has many peers is over after this long without a packet, though the socket lives on."""

LOST_SECONDS = 300.0
"""A TCP connection that no listing shows is over after this long without a packet: its end was missed."""

CLOSED_SECONDS = 60.0
"""How long an ended connection stays listed."""


def age_all(flows: Iterable[Flow], book: FlowBook, now: float, wall_time: float) -> None:
    """Age all but those of which time concludes nothing: the loop asks that itself, for thousands at each tick.

    These are connections that ended and were shown so, and those that the system lists in a state that only it ends.
    """
    established, time_wait = ConnectionState.ESTABLISHED, ConnectionState.TIME_WAIT
    for flow in flows:
        tally = flow.tally
        if not tally.interval_sent_packets and not tally.interval_received_packets:
            if flow.shown_end is not None:
                continue
            if flow.is_listed and ((state := flow.state) is established or state is time_wait):
                continue
        age(flow, book, now, wall_time)


def age(flow: Flow, book: FlowBook, now: float, wall_time: float) -> None:
    """Bring a connection's state up to ``now`` after its cells were collected."""
    if flow.tally.has_interval:
        flow.last_time = wall_time
        flow.row = None
        if flow.account is not None:
            flow.account.last_time = wall_time
        if flow.share is not None:
            flow.share.last_time = wall_time
        if not flow.is_proven and has_proof(flow):
            book.prove(flow)
    if flow.end_time is not None:
        return
    if flow.key.protocol is Protocol.TCP:
        _age_tcp(flow)
    else:
        _age_stateless(flow, now)
        if not flow.is_silent and not flow.tally.has_interval:
            fall_silent(flow, book)
    if _is_over(flow, now):
        flow.end_time = flow.last_time or wall_time
        flow.state = ConnectionState.CLOSED
        flow.row = None
        # Silence ended it, not a packet: the next one begins another connection.
        book.drop_cells(flow)
        book.table.release_key(flow)


def is_forgotten(flow: Flow, now: float, scan_count: int) -> bool:
    """Whether an ended connection is no longer listed.

    One that the system still lists (TIME_WAIT), by the newest listing of ``scan_count``, stays for so long, or its
    socket would come back as another row.
    """
    if flow.closed_at is None or flow.tally.has_interval:
        return False
    is_held = flow.key.protocol is Protocol.TCP and flow.is_listed and flow.listed_in == scan_count
    return now - flow.closed_at > CLOSED_SECONDS and not is_held


def _age_tcp(flow: Flow) -> None:
    """Conclude what packets without flags say: they belong to a connection that is open."""
    tally = flow.tally
    is_answered = flow.state is ConnectionState.SYN_RECV and tally.received_packets > 1 and tally.sent_packets
    if is_answered or (flow.state is ConnectionState.UNSPECIFIED and tally.has_packets):
        flow.state = ConnectionState.ESTABLISHED
        flow.row = None


def _age_stateless(flow: Flow, now: float) -> None:
    is_active = flow.tally.has_packets and now - flow.seen_at < IDLE_SECONDS
    state = ConnectionState.ACTIVE if is_active else ConnectionState.IDLE
    if state is not flow.state:
        flow.state = state
        flow.row = None


def _is_over(flow: Flow, now: float) -> bool:
    silence = now - flow.seen_at
    if flow.key.protocol is Protocol.TCP:
        return not flow.is_listed and silence > LOST_SECONDS
    if not flow.is_listed:
        return silence > SILENT_SECONDS
    return flow.is_unconnected and silence > UNCONNECTED_SECONDS
