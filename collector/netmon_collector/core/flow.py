"""One connection while it is tracked: a flow of packets, a socket of the system, or both."""

from dataclasses import dataclass

from netmon.model import (
    Connection,
    ConnectionFacts,
    ConnectionState,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    Scope,
    UnattributedReason,
)
from netmon_collector.core.account import Account
from netmon_collector.core.accounting import Cell
from netmon_collector.core.tally import Tally

IDLE_SECONDS = 10.0
"""Without a packet for this long, a connection that has no states of its own is idle."""


@dataclass(frozen=True, slots=True)
class FlowKey:
    """What makes two packets belong together: the protocol and both ends, this machine's first.

    Addresses are packed; ``remote_address`` is empty for sockets without a fixed peer, and ``holder`` then tells
    sockets apart that share the endpoint (SO_REUSEPORT).
    """

    protocol: Protocol
    ip_protocol: int
    local_address: bytes
    local_port: int
    remote_address: bytes = b""
    remote_port: int = 0
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a connection is, and how that is known."""

    process: Process
    holders: tuple[Process, ...] = ()
    method: OwnerMethod
    confidence: OwnerConfidence


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRow:
    """A connection that ended: in which tick it was last shown, when that end was noticed (monotonic), and its row."""

    sequence: int
    closed_at: float
    row: Connection


@dataclass(slots=True)
class Route:
    """Where a cell's counts go: the interface's sums, the connection that sent and the one that received."""

    interface: Tally
    sender: "Flow | None" = None
    receiver: "Flow | None" = None

    @property
    def flows(self) -> "list[Flow]":
        """The one or two connections; two on loopback, where a packet is sent and received here."""
        return [flow for flow in (self.sender, self.receiver) if flow is not None]


class Flow:
    """What is known of one connection. ``*_time`` are Unix seconds, ``seen_at`` and ``closed_at`` monotonic.

    ``account`` and ``home`` are where the ledger sums it up: its application's account, if it has an owner, and the
    tally that its counts go into; the ledger alone sets them. ``cookie`` is its socket's, 0 where it is not known;
    ``is_settled``: whoever answers for single connections has said his last word on it. ``shown_end``: the row of one
    that ended, as it was last given.
    """

    __slots__ = (
        "account",
        "born_in",
        "cells",
        "closed_at",
        "closed_sequence",
        "cookie",
        "direction",
        "end_time",
        "facts",
        "fin_received",
        "fin_sent",
        "follows_another",
        "home",
        "id",
        "interface",
        "is_both_ways",
        "is_listed",
        "is_new",
        "is_settled",
        "is_unconnected",
        "key",
        "last_time",
        "listed_in",
        "owner",
        "reason",
        "row",
        "scope",
        "seen_at",
        "shown_end",
        "start_time",
        "started_before",
        "state",
        "syn_sequence",
        "tally",
    )

    def __init__(self, flow_id: str, key: FlowKey, *, start_time: float, now: float) -> None:
        """Begin a connection that was first seen at ``start_time``."""
        self.id = flow_id
        self.key = key
        self.start_time = start_time
        self.seen_at = now
        self.tally = Tally()
        self.home = self.tally
        self.account: Account | None = None
        self.cells: list[Cell[Route]] = []
        self.interface = ""
        self.scope = Scope.UNSPECIFIED
        self.direction = Direction.UNSPECIFIED
        self.state = ConnectionState.UNSPECIFIED
        self.started_before = False
        self.last_time: float | None = None
        self.end_time: float | None = None
        self.closed_at: float | None = None
        self.closed_sequence = 0
        self.owner: Owner | None = None
        self.reason = UnattributedReason.PENDING
        self.syn_sequence: int | None = None
        self.fin_sent = False
        self.follows_another = False
        self.fin_received = False
        self.is_both_ways = False
        self.is_listed = False
        self.is_unconnected = False
        self.listed_in = 0
        self.born_in = 0
        self.is_new = True
        self.cookie = 0
        self.is_settled = False
        self.facts: ConnectionFacts | None = None
        self.row: Connection | None = None
        self.shown_end: EndedRow | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the connection is over."""
        return self.end_time is not None

    @property
    def has_peer(self) -> bool:
        """Whether it has another end: false for sockets that listen or are not connected."""
        return bool(self.key.remote_address)

    def change(self) -> None:
        """Say that the facts differ from those last shown."""
        self.facts = None
        self.row = None
