"""State of the collector, for people and for programs that watch it."""

from dataclasses import dataclass, field

from netmon.model.enums import CaptureState, MonitoringState, PacketSource, Visibility
from netmon.model.ledger import InterfaceLedger
from netmon.model.load import ProcessCost, Queue, ServiceLimits, StreamLag
from netmon.model.snapshot import Degradation, Drops


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a caller is taken for, and what follows from it. ``uid`` None: the collector cannot know it."""

    uid: int | None = None
    sees: Visibility = Visibility.ALL
    may_control: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceStatus:
    """One interface of the machine. ``last_packet_time`` in Unix seconds."""

    name: str
    state: CaptureState
    reason: str = ""
    addresses: tuple[str, ...] = ()
    link_type: str = ""
    last_packet_time: float | None = None
    drops: Drops = field(default_factory=Drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerWay:
    """One way of finding owners; seconds for its costs."""

    name: str
    in_use: bool
    reason: str = ""
    scan_count: int = 0
    last_scan_seconds: float = 0.0
    scan_interval_seconds: float = 0.0
    total_scan_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesStatus:
    """How names are learnt. ``shed_count``: facts that were given up; ``has_quic``: QUIC hellos can be read."""

    is_on: bool = False
    reason: str = ""
    answer_count: int = 0
    hello_count: int = 0
    name_count: int = 0
    name_limit: int = 0
    shed_count: int = 0
    has_quic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """State of the collector. Times are Unix seconds; ``uptime_seconds`` and CPU time are monotonic.

    ``names`` and ``limits`` None: the collector is older than they are.
    """

    version: str
    instance_id: str
    start_time: float
    uptime_seconds: float
    monitoring_state: MonitoringState
    monitoring_since: float
    packet_source: PacketSource
    statistics_epoch: float
    interval_seconds: float
    active_connection_count: int = 0
    listening_count: int = 0
    tracked_connection_count: int = 0
    tracked_connection_limit: int = 0
    interfaces: tuple[InterfaceStatus, ...] = ()
    drops: Drops = field(default_factory=Drops)
    owner_ways: tuple[OwnerWay, ...] = ()
    attributed_share: float | None = None
    degraded: tuple[Degradation, ...] = ()
    caller: Caller = field(default_factory=Caller)
    subscriber_count: int = 0
    pids: tuple[int, ...] = ()
    cpu_seconds: float = 0.0
    resident_bytes: int = 0
    names: NamesStatus | None = None
    ledger: tuple[InterfaceLedger, ...] = ()
    processes: tuple[ProcessCost, ...] = ()
    queues: tuple[Queue, ...] = ()
    stream_lags: tuple[StreamLag, ...] = ()
    limits: ServiceLimits | None = None
