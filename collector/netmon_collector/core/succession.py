"""Ends that are used again where no packet tells of an end: a datagram socket is closed, and another one gets its port.

A machine that asks resolvers 200 times a second has used a good part of its ephemeral ports within the minute after
which silence ends a connection. So whoever watches sockets is asked, never per packet:

- Told that a connection's socket is closed for good, its connection ends there: the next packet begins another one.
- One that was silent for a whole tick is in doubt when it moves again. It is asked for by its ends, as if it began
  there. Another socket, or none that is known, is its heir: that gets what was counted since.
- Where no owner is known, a process that is listed with the ends, and began after the last packet, is an heir too.

Within one tick after the last packet nothing is doubted: of 200 a second some 0.5 % come to such a port by chance. What
was moved from cells into the sums between a packet and the answer, some milliseconds later, stays where it is.
"""

from collections.abc import Collection
from typing import Final

from netmon.model import ConnectionState, Direction, Process, Protocol
from netmon_collector.core.flow import Flow
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.questions import Question

__all__ = [
    "START_ERROR_SECONDS",
    "are_heirs",
    "end_with_socket",
    "fall_silent",
    "give_way",
    "is_doubt",
    "let_go",
    "may_be_heirs",
    "settle_doubt",
]

START_ERROR_SECONDS: Final = 0.02
"""Start times of processes are good to this much: /proc/PID/stat and /proc/uptime count in 10 ms each (proc(5))."""


def fall_silent(flow: Flow, book: FlowBook) -> None:
    """Doubt the next packet of a connection that nothing moved on for a tick, where somebody can tell sockets apart."""
    if flow.direction is not Direction.OUTBOUND or book.questions is None:
        return  # what others began is of a server, which keeps its port
    if not flow.cookie or flow.owner is None or not flow.has_datagram_port or flow.doubted_since is not None:
        return
    book.drop_cells(flow)
    flow.is_silent, flow.doubted_since = True, flow.last_time


def is_doubt(flow: Flow, question: Question | None) -> bool:
    """Whether a question asked which socket has the ends of a connection that moves again; earlier ones did not."""
    is_open = flow.doubted_since is not None and not flow.is_silent
    return is_open and question is not None and question.start_time == flow.doubted_since


def settle_doubt(flow: Flow, book: FlowBook, *, is_same: bool) -> Flow:
    """Give the connection that the packets since the silence are of: this one, or another that begins with them."""
    since, flow.doubted_since = flow.doubted_since, None
    flow.change()
    if is_same or since is None or flow.has_ended:
        return flow
    heir = Flow(book.new_id(), flow.key, start_time=since, now=flow.seen_at)
    heir.born_in, heir.follows_another = book.scan_count, True
    heir.interface, heir.scope, heir.direction = flow.interface, flow.scope, flow.direction
    heir.reason = book.first_reason(heir.key, heir.direction)
    book.ledger.join(heir)
    _end(flow, min(flow.last_time or since, since))
    heir.cells, flow.cells = flow.cells, []
    for cell in heir.cells:
        cell.owner.hand_over(flow, heir)
    book.table.release_key(flow)
    book.table.add(heir, is_ours=True)
    return heir


def end_with_socket(flow: Flow, book: FlowBook, time: float) -> None:
    """End a connection whose socket was closed for good by ``time``: what comes later is no packet of it.

    Where a recording is played at once its packets are ahead of the clock.
    """
    is_moving_again = flow.doubted_since is not None and not flow.is_silent
    if flow.has_ended or is_moving_again or not flow.has_datagram_port:
        return
    book.drop_cells(flow)
    _end(flow, max(time, book.accountant.last_packet_time(flow.interface) or flow.start_time))


def let_go(flow: Flow, book: FlowBook) -> None:
    """Keep no packet for one that ended a tick ago, once the capture has come past its end, or has no more of it.

    A capture that lags, on a busy machine or as this process was stopped, still reads what was sent before the end.
    """
    if flow.key.protocol is Protocol.TCP:
        return
    last_time = book.accountant.last_packet_time(flow.interface)
    is_past = flow.end_time is None or last_time is None or last_time > flow.end_time
    if is_past or not flow.tally.has_interval:
        book.displace(flow)


def are_heirs(flow: Flow, people: Collection[Process]) -> bool:
    """Whether all who hold the socket that has a connection's ends now began after its last packet.

    False while it has packets that no tick has seen: when the last of them came is not known yet.
    """
    has_news = flow.tally.has_interval or any(cell.packets for cell in flow.cells)
    return flow.tally.has_packets and not has_news and _began_after(flow.last_time or flow.start_time, people)


def may_be_heirs(flow: Flow, people: Collection[Process]) -> bool:
    """Whether packets of a connection may be of another socket than that which ``people`` hold now.

    A TCP connection's SYN tells that another one begins: there only one that was silent since they began is in doubt,
    and may have come to them from who had it before. What others began comes to a worker as a rule.
    """
    if flow.key.protocol is Protocol.TCP:
        return flow.direction is not Direction.INBOUND and are_heirs(flow, people)
    return _began_after(flow.start_time, people)


def give_way(flow: Flow, book: FlowBook) -> None:
    """End a connection with its last packet: the next one with its ends begins another."""
    if not flow.has_ended:
        _end(flow, flow.last_time or flow.start_time)
    book.displace(flow)


def _began_after(time: float, people: Collection[Process]) -> bool:
    return bool(people) and all(process.start_time > time + START_ERROR_SECONDS for process in people)


def _end(flow: Flow, time: float) -> None:
    flow.end_time = time
    flow.state = ConnectionState.CLOSED
    flow.is_listed = flow.is_silent = False
    flow.doubted_since = None
    flow.refresh()
