"""The ring of events: bounded, numbered, readable from any sequence that it still holds.

What happens to connections on probation (one side spoke, nobody answered: see ``flow_table``) has places of its own, as
those connections have: a flood of SYNs displaces only events of its own. Measured with 60,000 SYNs at 1,500 a second:
their events took 50 MB, 0.8 kB each, and no other event was left after 40 s.
"""

from collections import deque
from dataclasses import dataclass

from netmon.model import Event, EventKind

RING_SECONDS = 90.0
"""How long events are kept: more than the minute that subscribers are promised."""

RING_LIMIT = 60_000
"""How many are kept at the most: a minute of 500 connections a second, each opened and closed. About 1 kB each."""

LONE_LIMIT = 4_096
"""How many of connections on probation: in one tick 2,048 may be opened and closed (``flow_table.PROBATION_LIMIT``), so
that none is lost to who reads each tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSlice:
    """Events after a sequence, oldest first, without a hole: one more reading after the last of them gives the next.

    ``lost_count``: how many between the sequence and the first of them are no longer held.
    """

    events: tuple[Event, ...]
    lost_count: int = 0


class EventRing:
    """Events of the last ``RING_SECONDS``, at most ``limit``, and ``lone_limit`` of connections on probation.

    Sequences begin at 1 and grow by one.
    """

    def __init__(self, *, limit: int = RING_LIMIT, lone_limit: int = LONE_LIMIT, seconds: float = RING_SECONDS) -> None:
        """Start empty."""
        self._events: dict[int, Event] = {}
        self._order: deque[int] = deque()
        self._lone_order: deque[int] = deque()
        self._begun: deque[tuple[float, int]] = deque()
        """When events came, and the first of those that came then: all of one tick come at once."""
        self._limit = limit
        self._lone_limit = lone_limit
        self._seconds = seconds
        self.newest_sequence = 0

    def add(self, kind: EventKind, now: float, wall_time: float, *, is_lone: bool = False) -> None:
        """Append an event; ``now`` is monotonic, ``wall_time`` Unix seconds; ``is_lone``: of one on probation."""
        self.newest_sequence += 1
        self._events[self.newest_sequence] = Event(sequence=self.newest_sequence, time=wall_time, kind=kind)
        order, limit = (self._lone_order, self._lone_limit) if is_lone else (self._order, self._limit)
        order.append(self.newest_sequence)
        if len(order) > limit:
            del self._events[order.popleft()]
        if not self._begun or self._begun[-1][0] != now:
            self._begun.append((now, self.newest_sequence))

    def expire(self, now: float) -> None:
        """Forget what is older than the ring keeps."""
        while self._begun and self._begun[0][0] < now - self._seconds:
            self._begun.popleft()
        first_kept = self._begun[0][1] if self._begun else self.newest_sequence + 1
        for order in (self._order, self._lone_order):
            while order and order[0] < first_kept:
                del self._events[order.popleft()]

    @property
    def count(self) -> int:
        """How many are held."""
        return len(self._events)

    @property
    def limit(self) -> int:
        """How many can be held."""
        return self._limit + self._lone_limit

    @property
    def oldest_sequence(self) -> int:
        """Sequence of the oldest event that is held; one more than the newest where none is."""
        heads = [order[0] for order in (self._order, self._lone_order) if order]
        return min(heads, default=self.newest_sequence + 1)

    def after(self, sequence: int | None) -> EventSlice:
        """Give the events after ``sequence`` up to the next hole; None or a sequence not reached yet: none."""
        if sequence is None or sequence >= self.newest_sequence:
            return EventSlice(events=())
        first = max(sequence + 1, self.oldest_sequence)
        while first <= self.newest_sequence and first not in self._events:
            first += 1
        found: list[Event] = []
        while (event := self._events.get(first + len(found))) is not None:
            found.append(event)
        return EventSlice(events=tuple(found), lost_count=first - sequence - 1)
