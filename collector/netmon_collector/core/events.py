"""The ring of events: bounded, numbered, readable from any sequence that it still holds."""

from collections import deque
from dataclasses import dataclass
from itertools import islice

from netmon.model import Event, EventKind

RING_SECONDS = 90.0
"""How long events are kept: more than the minute that subscribers are promised."""

RING_LIMIT = 60_000
"""How many are kept at the most: a minute of 500 connections a second, each opened and closed. About 1 kB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSlice:
    """Events after a sequence, oldest first, and how many between it and the first of them were no longer held."""

    events: tuple[Event, ...]
    lost_count: int = 0


class EventRing:
    """Events of the last ``RING_SECONDS``, at most ``limit``. Sequences begin at 1 and grow by one."""

    def __init__(self, *, limit: int = RING_LIMIT, seconds: float = RING_SECONDS) -> None:
        """Start empty."""
        self._events: deque[tuple[float, Event]] = deque(maxlen=limit)
        self._seconds = seconds
        self.newest_sequence = 0

    def add(self, kind: EventKind, now: float, wall_time: float) -> None:
        """Append an event; ``now`` is monotonic, ``wall_time`` Unix seconds."""
        self.newest_sequence += 1
        self._events.append((now, Event(sequence=self.newest_sequence, time=wall_time, kind=kind)))

    def expire(self, now: float) -> None:
        """Forget what is older than the ring keeps."""
        while self._events and self._events[0][0] < now - self._seconds:
            self._events.popleft()

    @property
    def oldest_sequence(self) -> int:
        """Sequence of the oldest event that is held; one more than the newest where none is."""
        return self._events[0][1].sequence if self._events else self.newest_sequence + 1

    def after(self, sequence: int | None) -> EventSlice:
        """Give the events after ``sequence``; None or a sequence not reached yet: none."""
        if sequence is None or sequence >= self.newest_sequence:
            return EventSlice(events=())
        wanted = sequence + 1
        lost_count = max(0, self.oldest_sequence - wanted)
        count = self.newest_sequence - max(sequence, self.oldest_sequence - 1)
        newest_first = islice(reversed(self._events), count)
        events = [event for _, event in newest_first]
        events.reverse()
        return EventSlice(events=tuple(events), lost_count=lost_count)
