"""Events, between the model and the wire."""

from collections.abc import Iterable
from typing import Protocol

from netmon.codec.connections import rows_from_wire, rows_to_wire
from netmon.codec.snapshots import (
    gap_from_wire,
    gap_to_wire,
    monitoring_state_from_wire,
    monitoring_state_to_wire,
)
from netmon.codec.values import member, needed, time_from_wire, time_to_wire
from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    Event,
    EventKind,
    Gap,
    InterfaceChange,
    InterfaceChanged,
    MonitoringChanged,
    StatisticsCleared,
)
from netmon.v1 import connection_pb2
from netmon.v1 import event_pb2 as pb

_CHANGE_NUMBERS = tuple(pb.InterfaceChange.values())
_CHANGES = tuple(InterfaceChange)


def event_to_wire(event: Event) -> pb.Event:
    """Give the wire form."""
    sequence, time = event.sequence, time_to_wire(event.time)
    match event.kind:
        case Gap() as gap:
            return pb.Event(sequence=sequence, time=time, gap=gap_to_wire(gap))
        case MonitoringChanged(state=state):
            changed = pb.MonitoringChanged(state=monitoring_state_to_wire(state))
            return pb.Event(sequence=sequence, time=time, monitoring_changed=changed)
        case StatisticsCleared(statistics_epoch=epoch):
            cleared = pb.StatisticsCleared(statistics_epoch=time_to_wire(epoch))
            return pb.Event(sequence=sequence, time=time, statistics_cleared=cleared)
        case InterfaceChanged(name=name, change=change):
            interface = pb.InterfaceChanged(name=name, change=_CHANGE_NUMBERS[change])
            return pb.Event(sequence=sequence, time=time, interface_changed=interface)
        case row_kind:
            return _row_event_to_wire(row_kind, pb.Event(sequence=sequence, time=time))


def event_from_wire(wire: pb.Event) -> Event:
    """Give the model form.

    Raises ValueError naming the field that is missing or holds nonsense; ``Event.kind`` where it is one that only a
    newer peer knows (``known_events_from_wire`` leaves those out).
    """
    if not wire.HasField("time"):
        raise ValueError("Event.time: missing")
    return Event(
        sequence=wire.sequence,
        time=time_from_wire(wire.time, "Event.time"),
        kind=_kind_from_wire(wire),
    )


def known_events_from_wire(wires: Iterable[pb.Event]) -> tuple[Event, ...]:
    """Give those events whose kind this version knows. Raises ValueError as ``event_from_wire``."""
    return tuple(event_from_wire(wire) for wire in wires if wire.WhichOneof("kind") is not None)


def _row_event_to_wire(
    kind: ConnectionOpened | ConnectionClosed | ConnectionNamed | ConnectionReattributed,
    wire: pb.Event,
) -> pb.Event:
    (connection,), processes = rows_to_wire((kind.connection,))
    match kind:
        case ConnectionOpened():
            wire.opened.CopyFrom(pb.ConnectionOpened(connection=connection, processes=processes))
        case ConnectionClosed():
            wire.closed.CopyFrom(pb.ConnectionClosed(connection=connection, processes=processes))
        case ConnectionNamed():
            wire.named.CopyFrom(pb.ConnectionNamed(connection=connection, processes=processes))
        case ConnectionReattributed(previous_process_id=previous):
            wire.reattributed.CopyFrom(
                pb.ConnectionReattributed(connection=connection, processes=processes, previous_process_id=previous)
            )
    return wire


def _kind_from_wire(wire: pb.Event) -> EventKind:
    match wire.WhichOneof("kind"):
        case "opened":
            return ConnectionOpened(connection=_row(wire.opened))
        case "closed":
            return ConnectionClosed(connection=_row(wire.closed))
        case "named":
            return ConnectionNamed(connection=_row(wire.named))
        case "reattributed":
            return ConnectionReattributed(
                connection=_row(wire.reattributed),
                previous_process_id=wire.reattributed.previous_process_id,
            )
        case other:
            return _rowless_kind_from_wire(wire, other)


def _rowless_kind_from_wire(wire: pb.Event, kind: str | None) -> EventKind:
    match kind:
        case "gap":
            return gap_from_wire(wire.gap)
        case "monitoring_changed":
            return MonitoringChanged(state=monitoring_state_from_wire(wire.monitoring_changed.state))
        case "statistics_cleared":
            if not wire.statistics_cleared.HasField("statistics_epoch"):
                raise ValueError("StatisticsCleared.statistics_epoch: missing")
            epoch = wire.statistics_cleared.statistics_epoch
            return StatisticsCleared(statistics_epoch=time_from_wire(epoch, "StatisticsCleared.statistics_epoch"))
        case "interface_changed":
            changed = wire.interface_changed
            return InterfaceChanged(
                name=needed(changed.name, "InterfaceChanged.name"),
                change=member(_CHANGES, changed.change),
            )
        case _:
            raise ValueError("Event.kind: missing, or of a newer version")


class _RowMessage(Protocol):
    """What the four messages about one connection share."""

    @property
    def connection(self) -> connection_pb2.Connection: ...

    @property
    def processes(self) -> Iterable[connection_pb2.Process]: ...


def _row(wire: _RowMessage) -> Connection:
    (row,) = rows_from_wire((wire.connection,), wire.processes)
    return row
