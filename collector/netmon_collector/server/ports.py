"""What the services ask of the rest of the collector. The core's Monitor and the daemon fit these."""

from typing import Protocol

from netmon.model import (
    BandwidthSample,
    Caller,
    Connection,
    Event,
    Explanation,
    Filter,
    Gap,
    InterfaceLedger,
    MonitoringState,
    RowOrder,
    Snapshot,
    Status,
    View,
)
from netmon_collector.core.events import EventSlice


class RowRedactor(Protocol):
    """Gives pseudonyms in place of domains, addresses and command lines."""

    def rows(self, rows: tuple[Connection, ...]) -> tuple[Connection, ...]:
        """Give rows with pseudonyms."""
        ...

    def event(self, event: Event) -> Event:
        """Give an event with pseudonyms."""
        ...

    def explanation(self, explanation: Explanation) -> Explanation:
        """Give an explanation with pseudonyms."""
        ...


class EventVeil(Protocol):
    """Shows one user what is theirs."""

    def event(self, event: Event) -> Event | None:
        """Give an event as the user may see it; None if it is about what is not theirs."""
        ...


class SnapshotSource(Protocol):
    """What is known now."""

    @property
    def instance_id(self) -> str:
        """Identity of this run."""
        ...

    @property
    def redactor(self) -> RowRedactor:
        """Gives pseudonyms for those who ask for them."""
        ...

    @property
    def latest(self) -> Snapshot | None:
        """The newest tick, whole: all open rows and those that ended in it. None before the first."""
        ...

    def compose(self, view: View, *, every: int, since_sequence: int | None, only_uid: int | None = None) -> Snapshot:
        """Give the newest tick as seen by somebody whose snapshots come every ``every`` ticks.

        It holds every row that ended after tick ``since_sequence`` (None: the newest interval's); its intervals are
        of ``every`` ticks where the newest sequence is a multiple of that; 20,000 rows at the most. ``only_uid``, here
        and below: with what is this user's own, and the rest as one sum; None: everything.
        """
        ...

    def hold_period(self, every: int, only_uid: int | None = None) -> None:
        """Add up intervals of ``every`` ticks until as often released."""
        ...

    def release_period(self, every: int, only_uid: int | None = None) -> None:
        """Take one ``hold_period`` back."""
        ...

    def connections(
        self, filter_: Filter, order: RowOrder, closed_within_seconds: float, only_uid: int | None = None
    ) -> tuple[Connection, ...]:
        """Give the rows of the newest tick that pass, in order; ended ones no older than that."""
        ...

    def bandwidth(
        self, window_seconds: float, only_uid: int | None = None
    ) -> tuple[tuple[BandwidthSample, ...], tuple[Gap, ...]]:
        """Give samples, oldest first, and what is missing between them."""
        ...

    def explain(self, connection_id: str, only_uid: int | None = None) -> Explanation | None:
        """Say how the owner of a connection was found, or why there is none; None: nothing is held of it."""
        ...

    def veil(self, uid: int) -> EventVeil:
        """Give what shows events as this user may see them."""
        ...

    @property
    def interface_ledgers(self) -> tuple[InterfaceLedger, ...]:
        """Both sides of each interface's account at the newest tick, by name."""
        ...

    def events_after(self, sequence: int | None) -> EventSlice:
        """Give the events after a sequence, oldest first, and how many of them are no longer held."""
        ...

    @property
    def newest_event_sequence(self) -> int:
        """Sequence of the newest event; 0 before the first."""
        ...


class Control(Protocol):
    """What changes things for everybody."""

    @property
    def monitoring_state(self) -> MonitoringState:
        """Whether the collector counts."""
        ...

    async def start(self) -> bool:
        """Count again; give whether that changed anything. Raises PermissionError where the capture may not begin."""
        ...

    async def stop(self) -> bool:
        """Count no more; give whether that changed anything."""
        ...

    async def clear(self) -> float:
        """Move the baseline of all sums to now; give it in Unix seconds."""
        ...

    async def refresh(self) -> tuple[int, int, int]:
        """Look at everything anew; give how many sockets, processes and interfaces there are."""
        ...


class StatusSource(Protocol):
    """How the collector is."""

    def status(self, caller: Caller, subscriber_count: int) -> Status:
        """Give the state, with these two in it."""
        ...
