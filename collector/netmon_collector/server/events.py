"""The stream of events: every subscriber goes on where it is, encoded once for all who are at the same place."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from netmon.codec import event_to_wire, gap_to_wire
from netmon.matching import compile_filter
from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    Event,
    Filter,
    Gap,
    GapCause,
    StreamLag,
)
from netmon.serving import InvalidRequest
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server.lag import lag_of
from netmon_collector.server.ports import SnapshotSource

_BATCH_LIMIT = 2000
_KEPT_LIMIT = 16

_Matches = Callable[[Connection], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What one reading of the ring gave: messages, and where to go on."""

    messages: tuple[bytes, ...]
    last_sequence: int
    last_time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """Which events somebody wants, and may see. ``only_uid``: of connections those of this user's; None: all."""

    filter: Filter
    redacted: bool = False
    only_uid: int | None = None


class EventFeed:
    """Reads the ring for all subscribers. ``clear`` forgets what is kept of the tick before."""

    def __init__(self, source: SnapshotSource, wall_time: Callable[[], float]) -> None:
        self._source = source
        self._wall_time = wall_time
        self._kept: dict[tuple[EventView, int], _Step] = {}
        self._kept_sequence = 0
        self._cursors: set[EventCursor] = set()
        self.encoded_count = 0
        """Batches that were encoded so far."""

    def open(self, view: EventView, after_sequence: int | None, instance_id: str) -> "EventCursor":
        """Give a subscriber's place. Raises InvalidRequest for a sequence without its instance, or of the future."""
        newest = self._source.newest_event_sequence
        if after_sequence is None:
            return EventCursor(self, view, newest, ())
        if not instance_id:
            raise InvalidRequest("instance_id", "needed beside after_sequence")
        if instance_id != self._source.instance_id:
            lost_count = self._source.events_after(0).lost_count
            gap = Gap(cause=GapCause.EXPIRED, until_time=self._wall_time())
            return EventCursor(self, view, lost_count, (_encode_gap(gap),))
        if after_sequence > newest:
            raise InvalidRequest("after_sequence", f"the newest event is {newest}")
        return EventCursor(self, view, after_sequence, ())

    @contextmanager
    def follow(self, cursor: "EventCursor") -> Generator[None, None, None]:
        """Count the cursor among those that follow, for `lag`."""
        self._cursors.add(cursor)
        try:
            yield
        finally:
            self._cursors.discard(cursor)

    def lag(self) -> StreamLag:
        """Give how far subscribers are behind the newest event."""
        newest = self._source.newest_event_sequence
        behind = [(newest - cursor.sequence, cursor.sequence) for cursor in self._cursors]
        count, sequence = max(behind, default=(0, newest))
        waiting = self._source.events_after(sequence).events if count else ()
        return lag_of(
            "events",
            [each for each, _ in behind],
            worst_seconds=max(0.0, self._wall_time() - waiting[0].time) if waiting else 0.0,
        )

    def read(self, view: EventView, after_sequence: int, after_time: float) -> _Step | None:
        """Give the next messages after a sequence; None where nothing is new."""
        newest = self._source.newest_event_sequence
        if after_sequence >= newest:
            return None
        if newest != self._kept_sequence:
            self._kept.clear()
            self._kept_sequence = newest
        key = (view, after_sequence)
        step = self._kept.get(key)
        if step is None:
            step = self._read(view, after_sequence, after_time)
            if len(self._kept) < _KEPT_LIMIT:
                self._kept[key] = step
        return step

    def _read(self, view: EventView, after_sequence: int, after_time: float) -> _Step:
        slice_ = self._source.events_after(after_sequence)
        events = slice_.events[:_BATCH_LIMIT]
        messages: list[bytes] = []
        end_time = events[-1].time if events else self._wall_time()
        if slice_.lost_count:
            gap = Gap(
                cause=GapCause.EXPIRED,
                skipped_count=slice_.lost_count,
                since_time=after_time,
                until_time=events[0].time if events else end_time,
                first_sequence=after_sequence + 1,
                last_sequence=after_sequence + slice_.lost_count,
            )
            messages.append(_encode_gap(gap))
        wanted = self._select(self._shown(events, view.only_uid), view.filter)
        if view.redacted:
            wanted = tuple(self._source.redactor.event(event) for event in wanted)
        if wanted:
            self.encoded_count += 1
            batch = pb.EventBatch(events=[event_to_wire(event) for event in wanted])
            messages.append(pb.StreamEventsResponse(batch=batch).SerializeToString())
        last_sequence = events[-1].sequence if events else after_sequence + slice_.lost_count
        return _Step(messages=tuple(messages), last_sequence=last_sequence, last_time=end_time)

    def _shown(self, events: tuple[Event, ...], only_uid: int | None) -> tuple[Event, ...]:
        """Give the events as they may be seen; a filter looks at these alone, or its answer would tell the rest."""
        if only_uid is None:
            return events
        veil = self._source.veil(only_uid)
        return tuple(shown for shown in map(veil.event, events) if shown is not None)

    def _select(self, events: tuple[Event, ...], filter_: Filter) -> tuple[Event, ...]:
        """Give the events that pass: those about no connection always do."""
        if not filter_.terms:
            return events
        matches = compile_filter(filter_, self._wall_time())
        return tuple(event for event in events if _passes(event, matches))


class EventCursor:
    """Where one subscriber is in the events."""

    def __init__(self, feed: EventFeed, view: EventView, sequence: int, first: tuple[bytes, ...]) -> None:
        self._feed = feed
        self._view = view
        self.sequence = sequence
        """The last event that was taken."""
        self._time = 0.0
        self._first = first

    def take(self) -> tuple[bytes, ...] | None:
        """Give the next messages, none of them where the filter left nothing; None where nothing is new."""
        if self._first:
            first, self._first = self._first, ()
            return first
        step = self._feed.read(self._view, self.sequence, self._time)
        if step is None:
            return None
        self.sequence, self._time = step.last_sequence, step.last_time
        return step.messages


def _passes(event: Event, matches: _Matches) -> bool:
    match event.kind:
        case (
            ConnectionOpened(connection=row)
            | ConnectionClosed(connection=row)
            | ConnectionNamed(connection=row)
            | ConnectionReattributed(connection=row)
        ):
            return matches(row)
        case _:
            return True


def _encode_gap(gap: Gap) -> bytes:
    return pb.StreamEventsResponse(gap=gap_to_wire(gap)).SerializeToString()
