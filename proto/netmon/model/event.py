"""Things that happened, in their order."""

from dataclasses import dataclass

from netmon.model.connection import Connection
from netmon.model.enums import InterfaceChange, MonitoringState
from netmon.model.snapshot import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOpened:
    """A connection was first seen."""

    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionClosed:
    """A connection ended; another one with the same id and newer counts follows if packets still come."""

    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionNamed:
    """A connection's domain was learnt."""

    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReattributed:
    """A connection's owner was found after it had been shown without, or with another."""

    connection: Connection
    previous_process_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringChanged:
    """Monitoring was started or stopped."""

    state: MonitoringState


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsCleared:
    """The statistics were cleared; ``statistics_epoch`` in Unix seconds."""

    statistics_epoch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceChanged:
    """An interface came, went or changed."""

    name: str
    change: InterfaceChange


EventKind = (
    ConnectionOpened
    | ConnectionClosed
    | ConnectionNamed
    | ConnectionReattributed
    | Gap
    | MonitoringChanged
    | StatisticsCleared
    | InterfaceChanged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. ``sequence`` grows by one within an instance; ``time`` in Unix seconds."""

    sequence: int
    time: float
    kind: EventKind
