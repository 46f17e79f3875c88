"""What a fake collector serves, shared between the test that sets it and the threads that serve it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from weakref import WeakSet

import grpc

from netmon.model import Event, Explanation, Gap, MonitoringState, Snapshot, Status
from netmon_client.answers import Bandwidth


class Mode(Enum):
    """How calls are answered."""

    SERVING = "serving"
    HANGING = "hanging"
    REFUSING = "refusing"
    REFUSING_CONTROL = "refusing control"
    FAILING = "failing"


@dataclass(slots=True, eq=False, weakref_slot=True)
class _Subscriber:
    """What one stream has not sent yet. It goes with its stream, so that nobody keeps what was sent."""

    untold: list[Snapshot | Gap] = field(default_factory=list[Snapshot | Gap])

    def take(self) -> list[Snapshot | Gap]:
        items, self.untold = self.untold, []
        return items


class Stage:
    """The state of the fake; every change wakes the streams."""

    def __init__(
        self,
        snapshots: tuple[Snapshot, ...],
        events: tuple[Event, ...],
        status: Status,
        bandwidth: Bandwidth,
        heartbeat_seconds: float,
    ) -> None:
        self._changed = threading.Condition()
        self._newest = snapshots[-1]
        # What a new subscriber is sent first.
        self._opening: tuple[Snapshot | Gap, ...] = snapshots
        self._subscribers: WeakSet[_Subscriber] = WeakSet()
        self._events = list(events)
        self._status = status
        self.bandwidth = bandwidth
        self.explanations: dict[str, Explanation] = {}
        self.heartbeat_seconds = heartbeat_seconds
        self.mode = Mode.SERVING
        self.instance_id = status.instance_id
        self.calls: list[str] = []

    @property
    def status(self) -> Status:
        """The status, of the instance that runs now."""
        return replace(self._status, instance_id=self.instance_id)

    @property
    def newest(self) -> Snapshot:
        """The newest snapshot."""
        with self._changed:
            newest = self._newest
        return replace(newest, instance_id=self.instance_id)

    @property
    def newest_event_sequence(self) -> int:
        """Sequence of the newest event; 0 without one."""
        with self._changed:
            return self._events[-1].sequence if self._events else 0

    def publish(self, item: Snapshot | Gap) -> None:
        """Send an item to all subscribers of snapshots."""
        with self._changed:
            if isinstance(item, Snapshot):
                self._newest = item
            self._opening = (item,)
            for subscriber in self._subscribers:
                subscriber.untold.append(item)
            self._changed.notify_all()

    def publish_event(self, event: Event) -> None:
        """Send an event to all subscribers of events."""
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def set_mode(self, mode: Mode) -> None:
        """Answer so from now on, streams that are open included."""
        with self._changed:
            self.mode = mode
            self._changed.notify_all()

    def set_monitoring(self, state: MonitoringState) -> bool:
        """Set whether the fake counts; say whether that changed anything."""
        changed = self._status.monitoring_state is not state
        self._status = replace(self._status, monitoring_state=state)
        return changed

    def begin_instance(self, instance_id: str) -> None:
        """Be a new collector: its events begin anew, its snapshots bear its id."""
        with self._changed:
            self.instance_id = instance_id
            self._events.clear()

    def wait_while_hanging(self, context: grpc.ServicerContext) -> None:
        """Return when the fake does not hang (any more), or the caller has gone."""
        context.add_callback(self._wake)
        with self._changed:
            self._changed.wait_for(lambda: self.mode is not Mode.HANGING or not context.is_active())

    def snapshots(self, context: grpc.ServicerContext) -> Iterator[Snapshot | Gap | None]:
        """Give items as they are published; None when it is time for a heartbeat.

        A subscriber is sent first what was given at the construction, or the newest if another one was published since.
        """
        with self._changed:
            subscriber = _Subscriber(list(self._opening))
            self._subscribers.add(subscriber)
        return self._snapshots_for(subscriber, context)

    def _snapshots_for(self, subscriber: _Subscriber, context: grpc.ServicerContext) -> Iterator[Snapshot | Gap | None]:
        while True:
            with self._changed:
                if not self._wait_for(lambda: bool(subscriber.untold), context):
                    return
                items = subscriber.take()
            for item in items:
                yield replace(item, instance_id=self.instance_id) if isinstance(item, Snapshot) else item
            if not items:
                yield None

    def events(self, after_sequence: int, context: grpc.ServicerContext) -> Iterator[tuple[Event, ...]]:
        """Give the events after a sequence as they come; none when it is time for a heartbeat."""
        with self._changed:
            position = len([event for event in self._events if event.sequence <= after_sequence])
        while True:
            with self._changed:
                if not self._wait_for(lambda known=position: len(self._events) > known, context):
                    return
                events, position = tuple(self._events[position:]), len(self._events)
            yield events

    def _wait_for(self, is_there: Callable[[], bool], context: grpc.ServicerContext) -> bool:
        """Wait until there is something, at most until a heartbeat is due; give whether the caller is there still."""
        self._changed.wait_for(
            lambda: not context.is_active() or (self.mode is Mode.SERVING and is_there()),
            timeout=self.heartbeat_seconds,
        )
        self._changed.wait_for(lambda: self.mode is not Mode.HANGING or not context.is_active())
        return context.is_active()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
