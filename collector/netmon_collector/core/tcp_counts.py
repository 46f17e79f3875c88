"""What the kernel counts of TCP sockets, put onto the connections that they are behind.

Payload, never IP bytes: it goes into the rows' ``*_payload_bytes`` and into no sum. A socket is known by its cookie
once one is known, else by its ends and by what packets showed: ends that are used again inherit nothing.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from netmon.model import ConnectionState, Protocol
from netmon_collector.core.flow import Flow, FlowKey, Told
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.network import scope_between

__all__ = ["SocketCounts", "TcpCounts"]

RTT_SHARE: Final = 0.05
RTT_SECONDS: Final = 0.0001
"""A round-trip time that alone changed is told again only when it differs by both of these from the one told."""

LATE_TICKS: Final = 3
"""How many ticks the counts of a closed socket wait for the packets that closed it, or for its first ones."""

_TCP: Final = 6
_UNSIGNED_32: Final = 0xFFFFFFFF

_CLOSED_BY_TIMERS: Final = frozenset({ConnectionState.SYN_SENT, ConnectionState.SYN_RECV})
"""States that a socket leaves by a timer of its own, without a packet."""

_CLOSED_SECOND: Final = frozenset({ConnectionState.CLOSE_WAIT, ConnectionState.LAST_ACK, ConnectionState.CLOSED})
"""States behind the other side's FIN; who closes first may be gone before that comes (TIME_WAIT)."""


class SocketCounts(NamedTuple):
    """Counts of one TCP socket; addresses are packed, IPv4-mapped ones as IPv4. ``cookie`` is never used again.

    ``received_sequence_count`` is the kernel's own figure, the other side's FIN among it if that came: of a closed
    socket ``told`` can only guess whether it did, packets know. None: ``told`` is exact.
    """

    local_address: bytes
    local_port: int
    remote_address: bytes
    remote_port: int
    cookie: int
    told: Told
    received_sequence_count: int | None = None

    @property
    def key(self) -> FlowKey:
        """The connection's."""
        return FlowKey(Protocol.TCP, _TCP, self.local_address, self.local_port, self.remote_address, self.remote_port)


class TcpCounts:
    """Puts counts onto the connections of a book.

    ``has_packets`` False: nothing is captured, so that a closed socket that was never listed is a row too.
    ``left_out_count``: closed sockets whose connection was not found.
    """

    def __init__(self, book: FlowBook) -> None:
        """Work on the connections of ``book``."""
        self._book = book
        self.has_packets = True
        self._late: list[tuple[SocketCounts, int]] = []
        self.left_out_count = 0

    @property
    def is_wanted(self) -> bool:
        """Whether there is a connection whose socket may have something to count."""
        awake = self._book.table.awake()
        return any(flow.key.protocol is Protocol.TCP and flow.end_time is None and flow.has_peer for flow in awake)

    def add(self, rows: Iterable[SocketCounts], start_time: float) -> list[int]:
        """Take counts of open sockets, read from ``start_time`` (Unix seconds) on.

        Changes nothing where only noise did. Gives the cookies of those whose connection is not known, or is younger:
        they are wanted again.
        """
        unknown: list[int] = []
        for row in rows:
            flow = self._book.table.get(row.key)
            if flow is None or flow.start_time > start_time or flow.has_ended:
                unknown.append(row.cookie)
                continue
            if flow.tcp_cookie not in {0, row.cookie}:
                self._replace(flow, start_time)
                unknown.append(row.cookie)
                continue
            flow.tcp_cookie = row.cookie
            if not flow.is_counted:
                _tell(flow, row.told)
        return unknown

    def close(self, rows: Iterable[SocketCounts], now: float, wall_time: float, *, is_complete: bool = True) -> None:
        """Take the last counts of closed sockets, in the order of their ends; call at a tick, after its packets.

        ``is_complete`` False: some were lost before these, so that of several connections none can be chosen by order.
        """
        waiting, self._late = self._late, []
        for row, age in [*waiting, *((row, 0) for row in rows)]:
            flow = self._closed(row, is_complete=is_complete)
            if flow is not None:
                self._finish(flow, row, wall_time)
            elif not self.has_packets:
                self._open_closed(row, now, wall_time)
            elif age + 1 < LATE_TICKS:
                self._late.append((row, age + 1))
            else:
                self.left_out_count += 1

    def _closed(self, row: SocketCounts, *, is_complete: bool) -> Flow | None:
        """Find the connection of a closed socket: by its cookie, else the oldest on its ends that has no counts yet."""
        key = row.key
        current = self._book.table.get(key)
        flows = [*self._book.displaced.get(key, ()), *((current,) if current is not None else ())]
        flows = [flow for flow in flows if not flow.is_counted]
        for flow in flows:
            if row.cookie in {flow.tcp_cookie, flow.cookie}:
                return flow
        flows = [flow for flow in flows if not flow.tcp_cookie and not flow.cookie and self._may_be_over(flow)]
        return flows[0] if flows and (is_complete or len(flows) == 1) else None

    def _may_be_over(self, flow: Flow) -> bool:
        """Whether packets allow that a connection's socket is closed: one end always says so, but for timeouts."""
        if not self.has_packets or flow.has_ended or flow.fin_sent:
            return True
        return flow.state in _CLOSED_BY_TIMERS

    def _finish(self, flow: Flow, row: SocketCounts, wall_time: float) -> None:
        flow.is_counted = True
        told = row.told._replace(received_payload_bytes=_received(flow, row))
        if told != flow.told:
            flow.told = told
            flow.refresh()
            if flow.closed_sequence:
                flow.change()  # it was shown as ended before: it comes once more
        if not self.has_packets and flow.end_time is None:
            _end(flow, wall_time)  # its ends stay its own: they may be listed for a while (TIME_WAIT)

    def _replace(self, flow: Flow, time: float) -> None:
        """End a connection whose socket is not there any more, and let its ends begin another one."""
        flow.is_listed = False
        _end(flow, time)
        self._book.displace(flow)

    def _open_closed(self, row: SocketCounts, now: float, wall_time: float) -> None:
        """Track a socket that came and went between two listings."""
        if not self._book.table.has_room:
            self.left_out_count += 1
            return
        flow = Flow(self._book.new_id(), row.key, start_time=wall_time, now=now)
        flow.started_before = True
        is_loopback = row.local_address == row.remote_address or row.local_address.startswith(b"\x7f")
        flow.scope = scope_between(row.local_address, row.remote_address, is_loopback=is_loopback)
        flow.state = ConnectionState.CLOSED
        flow.end_time = wall_time
        flow.is_counted = True
        flow.told = row.told
        flow.born_in = self._book.scan_count
        self._book.ledger.join(flow)
        self._book.table.add(flow, is_protected=True)

    def settle(self) -> None:
        """Forget displaced connections whose counts came, and those that are no longer tracked; call at each tick."""
        displaced = self._book.displaced
        for key, flows in list(displaced.items()):
            waiting = [flow for flow in flows if not flow.is_counted and flow in self._book.table]
            if waiting:
                displaced[key] = waiting
            else:
                del displaced[key]


def _end(flow: Flow, time: float) -> None:
    flow.end_time = max(time, flow.start_time)
    flow.state = ConnectionState.CLOSED
    flow.refresh()


def _tell(flow: Flow, told: Told) -> None:
    """Show counts in a connection's row; the row stays the same object where only noise changed."""
    before = flow.told
    if before is not None and before[:2] == told[:2] and before[3] == told[3]:
        old, new = before.round_trip_seconds or 0.0, told.round_trip_seconds or 0.0
        if abs(new - old) <= max(RTT_SECONDS, RTT_SHARE * old):
            return
    flow.told = told
    flow.refresh()


def _received(flow: Flow, row: SocketCounts) -> int | None:
    """Tell payload from the FIN: by the sequence numbers of the other side's SYN and FIN where both were seen."""
    count = row.received_sequence_count
    if count is None:
        return row.told.received_payload_bytes
    if flow.received_modulo is not None:
        ahead = (count - flow.received_modulo) & _UNSIGNED_32
        if ahead in {0, 1}:
            return count - ahead
    if flow.peer_sequence is not None and not flow.fin_received:
        return count  # packets were seen from the beginning, and no FIN among them
    if flow.fin_received and flow.state in _CLOSED_SECOND and row.told.received_payload_bytes == count:
        return count - 1
    return row.told.received_payload_bytes
