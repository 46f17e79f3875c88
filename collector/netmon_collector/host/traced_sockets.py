"""TCP sockets as the kernel told of them: who opened a connection, who closed it, and when."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Question
from netmon_collector.host.perf.records import StateChange, TcpState

__all__ = ["KEPT_SECONDS", "TracedSocket", "TracedSockets", "WhichSocket"]

KEPT_SECONDS: Final = 20.0
"""How long a closed socket is kept: the core asks within a second of its connection's end."""

ENDS_LIMIT: Final = 16_384
OPEN_LIMIT: Final = 65_536
SAME_ENDS_LIMIT: Final = 16

SAME_PACKET_SECONDS: Final = 0.01
"""A capture sees a connection's first packet within this time of the kernel's word of it."""

CLOCKS_SECONDS: Final = 0.0005
"""A time of the wall clock and one of the monotonic clock are compared with no greater error, on a calm machine."""

HANDSHAKE_SECONDS: Final = 75.0
"""Between the first packet that comes in and the connection (tcp(7), tcp_synack_retries)."""

_Ends = tuple[bytes, int, bytes, int]

# Plain numbers: of a busy machine there are thousands of changes a second.
_SYN_SENT: Final = int(TcpState.SYN_SENT)
_ESTABLISHED: Final = int(TcpState.ESTABLISHED)
_CLOSED: Final = int(TcpState.CLOSED)


@dataclass(slots=True)
class TracedSocket:
    """A socket of a connection. Times are CLOCK_MONOTONIC seconds, pids 0 where it is not known who.

    ``began`` None: before anything was told. ``is_inbound``: the other side opened the connection, and ``began`` is
    when it was there, behind its first packets.
    """

    began: float | None
    is_inbound: bool
    opener: int = 0
    closer: int = 0
    closed: float | None = None

    def is_open_at(self, seconds: float) -> bool:
        """Whether it was not closed before."""
        return self.closed is None or self.closed >= seconds


class WhichSocket(NamedTuple):
    """The socket that a connection has or had; ``is_sure``: no other one can have been it."""

    socket: TracedSocket
    is_sure: bool


class TracedSockets:
    """What is open, and what was closed lately. ``since`` (CLOCK_MONOTONIC): what is told is whole from there on."""

    def __init__(self, since: float) -> None:
        """Start with nothing."""
        self._since = self._first = since
        self._open: dict[int, TracedSocket] = {}
        self._by_ends: dict[_Ends, list[TracedSocket]] = {}

    def add(self, change: StateChange) -> None:
        """Take a change of a socket's state, in the order of time."""
        seconds, pid, number, before, state, ends = change
        if state == _SYN_SENT:
            self._begin(number, TracedSocket(seconds, is_inbound=False, opener=pid))  # its port comes later
        elif state == _ESTABLISHED and before != _SYN_SENT:
            socket = TracedSocket(seconds, is_inbound=True)
            self._begin(number, socket)
            self._place(ends, socket)
        elif state == _ESTABLISHED:
            socket = self._open.get(number)
            if socket is not None:
                self._place(ends, socket)
        else:
            self._end(change)

    def of(self, question: Question, wall_ahead: float) -> WhichSocket | None:
        """Give the socket of a connection of ours; ``wall_ahead``: how far Unix time is ahead of the monotonic clock.

        None where it is not known, or where two network namespaces have such a socket at the same time.
        """
        start, end = _times(question, wall_ahead)
        fitting = self._fitting(question.key, start, end)
        if not fitting:
            return None
        begun = [one for one in fitting if one.began is not None]
        if not begun:
            return WhichSocket(fitting[-1], is_sure=False)
        if start < self._first:
            return None
        chosen = _last_opened(begun, start) or _first_accepted(begun, start)
        if start < self._since and chosen.closed is None:
            return None
        others = [one for one in begun if one is not chosen]
        if any(_overlap(one, chosen) for one in others):
            return None
        return WhichSocket(chosen, _is_sure(chosen, others, start + CLOCKS_SECONDS))

    def passing(self, question: Question, wall_ahead: float) -> list[TracedSocket]:
        """Give the sockets of other namespaces that a connection is between: who opened it before who took it."""
        start, end = _times(question, wall_ahead)
        key = question.key
        back = key._replace(
            local_address=key.remote_address,
            local_port=key.remote_port,
            remote_address=key.local_address,
            remote_port=key.local_port,
        )
        found = [one for ends in (key, back) for one in self._fitting(ends, start, end)]
        return sorted(found, key=lambda one: one.is_inbound)

    def lose(self, seconds: float) -> None:
        """Say that a part until then is missing: what was open may have been closed in it. What was closed is whole."""
        self._since = seconds
        self._open.clear()
        whole = {ends: [one for one in kept if one.closed is not None] for ends, kept in self._by_ends.items()}
        self._by_ends = {ends: kept for ends, kept in whole.items() if kept}

    def forget(self, seconds: float) -> None:
        """Forget what was closed before (CLOCK_MONOTONIC)."""
        for ends in [ends for ends, kept in self._by_ends.items() if not kept[-1].is_open_at(seconds)]:
            del self._by_ends[ends]

    def _begin(self, number: int, socket: TracedSocket) -> None:
        self._open.pop(number, None)
        self._open[number] = socket
        if len(self._open) > OPEN_LIMIT:
            del self._open[next(iter(self._open))]

    def _place(self, ends: _Ends, socket: TracedSocket) -> None:
        kept = self._by_ends.pop(ends, None)
        self._by_ends[ends] = [socket] if kept is None else [*kept[1 - SAME_ENDS_LIMIT :], socket]
        if len(self._by_ends) > ENDS_LIMIT:
            del self._by_ends[next(iter(self._by_ends))]

    def _end(self, change: StateChange) -> None:
        socket = self._open.pop(change.socket, None)
        if socket is None:
            if change.state == _CLOSED:
                return  # whoever closed it has been told of, or it was over before anything was told
            socket = TracedSocket(None, is_inbound=False)
            self._place(change.ends, socket)
        elif change.before == _SYN_SENT:
            self._place(change.ends, socket)  # it never was a connection: only now its port is told
        # An end without a FIN may be somebody else's work (ss -K): sure only where it is who opened it.
        is_by_holder = change.state != _CLOSED or change.pid == socket.opener
        socket.closed, socket.closer = change.seconds, change.pid if is_by_holder else 0

    def _fitting(self, key: FlowKey, start: float, end: float) -> list[TracedSocket]:
        """Give the sockets with these ends that may have been the connection's, the oldest first."""
        ends = (key.local_address, key.local_port, key.remote_address, key.remote_port)
        return [one for one in self._by_ends.get(ends, ()) if _fits(one, start, end)]


def _times(question: Question, wall_ahead: float) -> tuple[float, float]:
    start = question.start_time - wall_ahead
    return start, (start + HANDSHAKE_SECONDS if question.end_time is None else question.end_time - wall_ahead)


def _fits(socket: TracedSocket, start: float, end: float) -> bool:
    if not socket.is_open_at(start - CLOCKS_SECONDS):
        return False
    if socket.began is None:
        return True
    latest = end if socket.is_inbound else start
    return socket.began <= latest + SAME_PACKET_SECONDS


def _last_opened(fitting: list[TracedSocket], start: float) -> TracedSocket | None:
    """Give the one that was opened here last before the first packet: each of them was closed before the next."""
    opened = [one for one in fitting if not one.is_inbound]
    before = [one for one in opened if one.began is not None and one.began <= start + CLOCKS_SECONDS]
    return before[-1] if before else next(iter(opened), None)


def _first_accepted(fitting: list[TracedSocket], start: float) -> TracedSocket:
    """Give the one that was there first behind the first packet, or was there already and went on for a while."""
    lasting = (one for one in fitting if one.is_open_at(start + CLOCKS_SECONDS))
    return next(lasting, fitting[-1])


def _is_sure(chosen: TracedSocket, others: list[TracedSocket], start: float) -> bool:
    """Whether no other one can have sent or taken the first packet, which was sent before ``start``."""
    if chosen.is_inbound:
        return all(one.is_open_at(start) for one in others)
    return all(one.began is not None and (one.began <= start) == (one is chosen) for one in (chosen, *others))


def _overlap(one: TracedSocket, other: TracedSocket) -> bool:
    """Whether two sockets with the same ends were there at the same time: in one namespace that cannot be."""
    first, second = sorted((one, other), key=lambda socket: socket.began or 0.0)
    return second.began is not None and first.is_open_at(second.began + CLOCKS_SECONDS)
