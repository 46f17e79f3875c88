"""Connections, the processes that own them, and the applications that people know."""

from dataclasses import dataclass
from typing import NamedTuple

from netmon.model.enums import (
    ConnectionState,
    Direction,
    DomainSource,
    OwnerConfidence,
    OwnerMethod,
    Protocol,
    Remainder,
    Scope,
    UnattributedReason,
    UnnamedReason,
)
from netmon.model.traffic import Traffic

_TOLD_SOURCES = frozenset({DomainSource.SNI, DomainSource.QUIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address in text form and a port; no port where the protocol has none."""

    address: str
    port: int | None = None

    def __str__(self) -> str:
        """Give ``address``, ``address:port`` or ``[v6]:port``."""
        if self.port is None:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process. ``id`` is its identity over time; a pid alone is none. Times are Unix seconds."""

    id: str
    pid: int
    start_time: float
    name: str
    executable: str = ""
    user: str = ""
    uid: int | None = None
    parent_pid: int = 0
    parent_name: str = ""
    command_line: str = ""
    application_id: str = ""
    application_name: str = ""
    application_path: str = ""
    unit: str = ""
    container: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFacts:
    """What seldom changes of a connection: ticks share one object as long as it stays equal.

    ``started_before``: it was there already when first seen, so ``start_time`` is only the latest that it can have
    started. ``remote`` is None for sockets without a fixed peer; both ends are None on remainder rows.
    ``is_domain_borrowed``: the domain is concluded from what somebody else than the owner's user asked for;
    ``unnamed_reason`` then says why there would be none.
    """

    id: str
    protocol: Protocol
    ip_protocol: int = 0
    local: Endpoint | None = None
    remote: Endpoint | None = None
    direction: Direction = Direction.UNSPECIFIED
    scope: Scope = Scope.UNSPECIFIED
    interface: str = ""
    start_time: float = 0.0
    started_before: bool = False
    process: Process | None = None
    holders: tuple[Process, ...] = ()
    application_id: str = ""
    application_name: str = ""
    unit: str = ""
    container: str = ""
    owner_method: OwnerMethod = OwnerMethod.UNSPECIFIED
    owner_confidence: OwnerConfidence = OwnerConfidence.UNSPECIFIED
    unattributed_reason: UnattributedReason = UnattributedReason.UNSPECIFIED
    domain: str = ""
    domain_source: DomainSource = DomainSource.UNSPECIFIED
    is_netmon: bool = False
    remainder: Remainder = Remainder.UNSPECIFIED
    unnamed_reason: UnnamedReason = UnnamedReason.UNSPECIFIED
    registrable_domain: str = ""
    is_domain_borrowed: bool = False

    @property
    def is_domain_inferred(self) -> bool:
        """Whether the domain was concluded from the address: the connection itself did not tell it."""
        return bool(self.domain) and self.domain_source not in _TOLD_SOURCES


class Connection(NamedTuple):
    """One row: the facts, and what changes from tick to tick. Times are Unix seconds.

    ``*_payload_bytes`` are the kernel's counts for the socket and never mixed with ``traffic``. A named tuple for the
    reason that ``Traffic`` gives.
    """

    facts: ConnectionFacts
    traffic: Traffic
    state: ConnectionState = ConnectionState.UNSPECIFIED
    last_time: float | None = None
    end_time: float | None = None
    sent_payload_bytes: int | None = None
    received_payload_bytes: int | None = None
    round_trip_seconds: float | None = None
    retransmitted_packets: int | None = None

    @property
    def id(self) -> str:
        """Opaque id, stable while the row lives."""
        return self.facts.id

    @property
    def local(self) -> Endpoint | None:
        """The end on this machine."""
        return self.facts.local

    @property
    def remote(self) -> Endpoint | None:
        """The other end."""
        return self.facts.remote

    @property
    def process(self) -> Process | None:
        """The owner."""
        return self.facts.process

    @property
    def is_owned(self) -> bool:
        """Whether the row counts as attributed: it has an owner or stands for rows that had one."""
        return self.facts.process is not None or self.facts.remainder is not Remainder.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Processes grouped for people, with sums over all that they have and had. Times are Unix seconds."""

    id: str
    name: str
    path: str = ""
    traffic: Traffic
    connection_count: int = 0
    listening_count: int = 0
    process_count: int = 0
    remote_count: int = 0
    users: tuple[str, ...] = ()
    first_time: float = 0.0
    last_time: float | None = None
    is_browser: bool = False
