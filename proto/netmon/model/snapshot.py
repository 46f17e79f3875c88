"""All that is true of one tick, and what a stream says around it."""

from dataclasses import dataclass, field

from netmon.model.connection import Application, Connection
from netmon.model.domain import DomainTraffic, UnnamedTraffic
from netmon.model.enums import GapCause, MonitoringState, PacketSource, RowOrder, Section
from netmon.model.filter import Filter
from netmon.model.traffic import InterfaceTraffic, ScopeTraffic, Traffic, UnattributedTraffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """Something that works less well than it could; ``code`` is for programs."""

    code: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """What could not be counted. Packets, since the start but for ``interval_dropped_packets``.

    ``malformed`` holds (reason, packets), sorted by reason.
    """

    received_packets: int = 0
    kernel_dropped_packets: int = 0
    interface_dropped_packets: int = 0
    interval_dropped_packets: int = 0
    malformed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """Rows that a filter or a row limit left out: how many, and the sums of those of them that have an owner."""

    connection_count: int = 0
    traffic: Traffic = field(default_factory=Traffic)


OTHER_USERS_ID = "other-users"
"""Id of the application that stands for all that other users moved, in a snapshot that does not show everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherUsers:
    """What the caller may not see one by one: how many open connections and sockets, and the sums of all there were."""

    connection_count: int = 0
    traffic: Traffic = field(default_factory=Traffic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that is true of one tick, with every row that ended since the subscriber's snapshot before.

    Owned rows (``Connection.is_owned``) + omitted + unattributed = totals, for bytes and packets, in total and in the
    interval; applications + unattributed = totals; domains + unnamed = totals. ``headline`` leaves loopback out.
    ``other_users`` None: the caller sees everything. Otherwise they are one of the rows (``Remainder.OTHER_USERS``)
    and of the applications already, and the domains, counts and rows are of the caller's own processes alone.
    ``time`` and ``statistics_epoch`` are Unix seconds, ``monotonic_seconds`` is the clock of the rates.
    """

    instance_id: str
    sequence: int
    time: float
    monotonic_seconds: float
    interval_seconds: float
    statistics_epoch: float
    monitoring_state: MonitoringState
    packet_source: PacketSource
    totals: Traffic
    headline: Traffic
    scopes: tuple[ScopeTraffic, ...] = ()
    interfaces: tuple[InterfaceTraffic, ...] = ()
    connections: tuple[Connection, ...] = ()
    applications: tuple[Application, ...] = ()
    unattributed: tuple[UnattributedTraffic, ...] = ()
    omitted: Omitted = field(default_factory=Omitted)
    attributed_share: float | None = None
    drops: Drops = field(default_factory=Drops)
    degraded: tuple[Degradation, ...] = ()
    active_connection_count: int = 0
    listening_count: int = 0
    domains: tuple[DomainTraffic, ...] = ()
    unnamed: tuple[UnnamedTraffic, ...] = ()
    other_users: OtherUsers | None = None

    @property
    def is_partial(self) -> bool:
        """Whether the caller sees their own processes only, and the rest as one sum."""
        return self.other_users is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is missing from a stream. Times are Unix seconds, 0 not known; ``until_time`` None: it lasts."""

    cause: GapCause
    skipped_count: int = 0
    since_time: float = 0.0
    until_time: float | None = None
    first_sequence: int = 0
    last_sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which rows and parts a caller wants. ``row_limit`` 0: as many as the collector sends; no sections: all.

    ``redacted``: with pseudonyms in place of domains, addresses and command lines.
    """

    filter: Filter = field(default_factory=Filter)
    row_limit: int = 0
    order: RowOrder = RowOrder.UNSPECIFIED
    sections: frozenset[Section] = frozenset()
    redacted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationBandwidth:
    """What one application moved within one sample; bytes, loopback not counted. Empty id: what has no owner."""

    application_id: str
    application_name: str
    sent_bytes: int
    received_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthSample:
    """One second, or one tick where ticks are longer. ``time`` (Unix seconds) is its end."""

    time: float
    interval_seconds: float
    sent_bytes: int
    received_bytes: int
    loopback_bytes: int
    applications: tuple[ApplicationBandwidth, ...] = ()
    dropped_packets: int = 0
