"""Which connections wait to hear from the host whose they are.

New ones are asked for at once, those without a sure answer again for a while, and each once more when it ends: who
closes a socket is known then, also if it was handed on meanwhile.
"""

from itertools import islice
from typing import Final, NamedTuple

from netmon.model import AttemptResult, Direction, OwnerConfidence, OwnerMethod, Process, UnattributedReason
from netmon_collector.core.attempts import note
from netmon_collector.core.flow import Flow, FlowKey
from netmon_collector.core.packet import NO_PORT

__all__ = ["Answer", "Question", "Questions"]

WAITING_LIMIT: Final = 16_384
"""How many connections can wait; what is beyond is left to the next listing, and counted."""

AT_ONCE: Final = 1_024
"""How many questions are given out together: about 10 ms of work."""

STRANGE_A_SECOND: Final = 1_000
"""Of what others began and nothing proves so far (``probation``), no more are asked for in a second: a flood may be
100,000, and a lookup takes 46 us at the median. The rest waits for its turn, or until it is proven."""

GATHERED: Final = 128
"""As many new ones as this wait for no others."""

PASSING_TRIES: Final = 2
"""So often one is asked for that passes through and nobody knows: each time all other network namespaces are gone
through, and on a router none of them ever knows."""

AGAIN_SECONDS: Final = 1.0
GIVEN_UP_SECONDS: Final = 15.0


class Question(NamedTuple):
    """Whose is this connection? ``id`` is the connection's, times are Unix seconds, ``end_time`` None: open.

    ``start_time`` is its first packet's, by which whoever watches sockets knows it, where a listing was first too.
    ``cookie`` is that of its socket, if an earlier answer told it, or 0; ``owner`` who has been found so far. Where
    another socket may have its ends by now, ``start_time`` is since when, and nothing is said of the one before.
    ``is_passing``: both ends are elsewhere, in other network namespaces of this machine or beyond it.
    """

    id: str
    key: FlowKey
    start_time: float
    end_time: float | None = None
    cookie: int = 0
    owner: Process | None = None
    is_passing: bool = False


class Answer(NamedTuple):
    """Whose a connection is: ``process_id`` and ``holder_ids`` are ``netmon.model.Process.id``.

    ``is_final``: its socket is closed for good, nobody will use it any more. ``cookie``: for later questions, or 0.
    """

    id: str
    process_id: str
    method: OwnerMethod
    confidence: OwnerConfidence
    holder_ids: tuple[str, ...] = ()
    is_final: bool = False
    cookie: int = 0


class Questions:
    """Connections whose owner is asked for, oldest first. Times are monotonic seconds."""

    def __init__(self, way: str) -> None:
        """Start with none; ``way`` is the name of who answers."""
        self._way = way
        self._new: dict[str, Flow] = {}
        self._strange: dict[str, Flow] = {}
        self._strange_allowed = STRANGE_A_SECOND
        self._waiting: dict[str, tuple[Flow, float]] = {}
        self._again_at = 0.0
        self._turn = 0
        self._is_urgent = False
        self.left_out_count = 0
        """Connections that were never asked for, because too many waited."""

    def __bool__(self) -> bool:
        return bool(self._new or (self._strange and self._strange_allowed))

    @property
    def waiting_count(self) -> int:
        """How many connections wait, those included that were asked for in vain."""
        return len(self._new) + len(self._strange) + len(self._waiting)

    @property
    def is_urgent(self) -> bool:
        """Whether those that are new should not wait for others to be asked for together with them."""
        return self._is_urgent or len(self._new) >= GATHERED

    def hurry(self) -> None:
        """Say that what is known of a new one may soon be known of another in its place: its ends are used again."""
        self._is_urgent = True

    @property
    def pending_since(self) -> float | None:
        """When the oldest connection was first seen (Unix seconds) that was asked for without success."""
        unnamed = (flow for flow, _ in self._waiting.values() if _is_unnamed(flow))
        return next((flow.start_time for flow in unnamed), None)

    def add(self, flow: Flow, *, is_strange: bool = False) -> None:
        """Ask for a new connection; ``is_strange``: others began it, and it may be one of a flood."""
        waiting = self.waiting_count
        if flow.direction is Direction.FORWARDED and waiting >= WAITING_LIMIT // 2:
            return  # a router's connections are mostly nobody's here: they must not keep out our own
        if waiting >= WAITING_LIMIT:
            self.left_out_count += 1
            flow.attempts = note(flow.attempts, self._way, flow.start_time, AttemptResult.LEFT_OUT)
            return
        if is_strange:
            self._strange[flow.id] = flow
            return
        self._new[flow.id] = flow
        self._is_urgent = self._is_urgent or flow.key.local_port == NO_PORT

    def trust(self, flow: Flow) -> None:
        """Ask at once for one that waits among the strange ones: it was proven."""
        if self._strange.pop(flow.id, None) is not None:
            self._new[flow.id] = flow

    def add_ended(self, flow: Flow, now: float) -> None:
        """Ask for a connection once more that has ended, until its socket is closed."""
        if not flow.is_settled and self.waiting_count < WAITING_LIMIT:
            self._waiting[flow.id] = (flow, now)

    def renew(self, flow: Flow, now: float) -> None:
        """Ask again for a while for a connection without an owner that moves bytes."""
        if flow.id in self._new or flow.id in self._strange:
            return  # its turn is still to come
        if flow.id in self._waiting or len(self._waiting) < WAITING_LIMIT:
            self._waiting[flow.id] = (flow, now)

    def doubt(self, flow: Flow, time: float) -> None:
        """Ask for one that was silent and moves again, from ``time`` on: another socket may have its ends by now."""
        flow.is_silent, flow.doubted_since = False, None
        if self.waiting_count >= WAITING_LIMIT:
            self.left_out_count += 1
            return
        flow.doubted_since = time
        self._new[flow.id] = flow

    def forget(self, flow: Flow) -> None:
        """Ask no more for a connection that is no longer tracked: its place is for one that is."""
        self._new.pop(flow.id, None)
        self._strange.pop(flow.id, None)
        self._waiting.pop(flow.id, None)

    def take(self, now: float) -> tuple[Question, ...]:
        """Give what is to be asked now: new connections, and once a second those without a sure answer."""
        self._is_urgent = False
        is_due = now >= self._again_at
        if is_due:
            self._strange_allowed = STRANGE_A_SECOND
        asked = _taken(self._new, AT_ONCE)
        strange = _taken(self._strange, min(AT_ONCE - len(asked), self._strange_allowed))
        self._strange_allowed -= len(strange)
        asked += strange
        if is_due:
            self._again_at = now + AGAIN_SECONDS
            self._waiting = {
                key: (flow, since) for key, (flow, since) in self._waiting.items() if now - since < GIVEN_UP_SECONDS
            }
            asked += self._in_turn(AT_ONCE - len(asked))
        for flow in asked:
            self._waiting.setdefault(flow.id, (flow, now))
        return tuple(_question(flow) for flow in asked)

    def _in_turn(self, count: int) -> list[Flow]:
        """Give as many of those that wait; where there are more, the next ones each time, so that all come round."""
        waiting = [flow for flow, _ in self._waiting.values()]
        begin = self._turn if self._turn < len(waiting) else 0
        found = waiting[begin : begin + count]
        found += waiting[: min(begin, count - len(found))]
        self._turn = (begin + count) % max(1, len(waiting))
        return found

    def heard(self, flow: Flow, answer: Answer) -> None:
        """Take note of an answer: who surely uses an open connection is asked for no more until it ends.

        But once more where no packet tells of an end: most that ask a resolver are done within a second.
        """
        is_open = flow.cookie == answer.cookie or not flow.has_datagram_port or flow.direction is not Direction.OUTBOUND
        flow.cookie = answer.cookie or flow.cookie
        flow.is_settled = answer.is_final
        is_sure = answer.confidence is OwnerConfidence.CERTAIN and is_open and not flow.has_ended
        if answer.is_final or is_sure:
            self._waiting.pop(flow.id, None)

    def heard_nothing(self, flow: Flow) -> None:
        """Take note that nobody knows of a connection, after that was written down."""
        if flow.direction is not Direction.FORWARDED:
            return
        told = next((one for one in reversed(flow.attempts or ()) if one.way == self._way), None)
        if told is not None and told.count >= PASSING_TRIES:
            self._waiting.pop(flow.id, None)


def _taken(flows: dict[str, Flow], count: int) -> list[Flow]:
    """Take the first ``count`` of them out."""
    found = list(islice(flows.values(), count))
    for flow in found:
        del flows[flow.id]
    return found


def _is_unnamed(flow: Flow) -> bool:
    return flow.owner is None and flow.reason is UnattributedReason.PENDING


def _question(flow: Flow) -> Question:
    if flow.doubted_since is not None and not flow.is_silent:
        return Question(flow.id, flow.key, flow.doubted_since, flow.end_time)
    owner = flow.owner.process if flow.owner is not None else None
    is_passing = flow.direction is Direction.FORWARDED
    start_time = flow.start_time if flow.first_packet_time is None else flow.first_packet_time
    return Question(flow.id, flow.key, start_time, flow.end_time, flow.cookie, owner, is_passing)
