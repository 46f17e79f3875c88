"""One connection while it is tracked: a flow of packets, a socket of the system, or both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

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
from netmon_collector.core.attempts import Attempt
from netmon_collector.core.domain import DomainShare
from netmon_collector.core.flow_name import UNASKED, FlowName, Hello
from netmon_collector.core.interface_sums import Amount, InterfaceSums
from netmon_collector.core.name_table import NameAnswer
from netmon_collector.core.packet import NO_PORT, Packet
from netmon_collector.core.tally import Tally

IDLE_SECONDS = 10.0
"""Without a packet for this long, a connection that has no states of its own is idle."""

_DATAGRAMS = frozenset({Protocol.UDP, Protocol.ICMP})

_PROTOCOLS = {
    6: Protocol.TCP,
    17: Protocol.UDP,
    136: Protocol.UDP,
    1: Protocol.ICMP,
    58: Protocol.ICMP,
    132: Protocol.SCTP,
}


class FlowKey(NamedTuple):
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


def flow_key(packet: Packet, *, source_is_local: bool) -> FlowKey:
    """Give the key of a packet that this machine sent (``source_is_local``) or received."""
    protocol = _PROTOCOLS.get(packet.ip_protocol, Protocol.OTHER)
    local, remote = (packet.source, packet.source_port), (packet.destination, packet.destination_port)
    if not source_is_local:
        local, remote = remote, local
    return FlowKey(protocol, packet.ip_protocol, local[0], local[1], remote[0], remote[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a connection is, and how that is known."""

    process: Process
    holders: tuple[Process, ...] = ()
    method: OwnerMethod
    confidence: OwnerConfidence


class Told(NamedTuple):
    """What a row shows of a TCP socket, by the kernel's count: payload bytes, seconds, packets. None: not known."""

    sent_payload_bytes: int | None = None
    received_payload_bytes: int | None = None
    round_trip_seconds: float | None = None
    retransmitted_packets: int | None = None


class EndedRow(NamedTuple):
    """A connection that ended: in which tick it was last shown, when that end was noticed (monotonic), and its row."""

    sequence: int
    closed_at: float
    row: Connection


@dataclass(frozen=True, slots=True)
class EndedRows:
    """Rows of connections that ended, in parts that ticks share: there may be 12,000, of which 200 are new."""

    parts: tuple[tuple[EndedRow, ...], ...] = ()

    def __iter__(self) -> Iterator[EndedRow]:
        """Give them all."""
        return chain.from_iterable(self.parts)


class Route:
    """Where a cell's counts go: the interface's sums, the connection that sent and the one that received.

    ``flows`` are these one or two connections; two on loopback, where a packet is sent and received here.
    ``is_inside``: whether these packets are counted once more, within those that carry them.
    """

    __slots__ = ("flows", "interface", "is_inside", "receiver", "sender")

    def __init__(
        self,
        interface: InterfaceSums,
        sender: "Flow | None" = None,
        receiver: "Flow | None" = None,
        *,
        is_inside: bool = False,
    ) -> None:
        """Count there from now on."""
        self.interface = interface
        self.sender = sender
        self.receiver = receiver
        self.is_inside = is_inside
        self.flows = [flow for flow in (sender, receiver) if flow is not None]

    def hand_over(self, flow: "Flow", heir: "Flow") -> None:
        """Let what was not counted yet, and what comes, go to ``heir`` instead."""
        self.sender = heir if self.sender is flow else self.sender
        self.receiver = heir if self.receiver is flow else self.receiver
        self.flows = [heir if each is flow else each for each in self.flows]


class Flow:
    """What is known of one connection. ``*_time`` are Unix seconds, ``seen_at`` and ``closed_at`` monotonic.

    ``account`` and ``home`` are where the ledger sums it up: its application's account, if it has an owner, and the
    tally that its counts go into; the ledger alone sets them. ``cookie`` is its socket's, 0 where it is not known;
    ``is_settled``: whoever answers for single connections has said his last word on it. ``is_silent``: its next packet
    may be another socket's; ``doubted_since`` is from when on its packets may be (Unix seconds, see ``succession``).
    ``shown_end``: the row of one that ended, as it was last given. ``is_proven``: packets showed that the other side is
    there (see ``probation``); ``is_both_ways``: of one that passes through, packets went both ways. ``place`` is the
    interface that it was first counted on, ``elsewhere`` what it moved on others, None as long as there are none.
    ``attempts``: what was tried for its owner.

    ``told`` is what the kernel counts of its TCP socket, as the row shows it, ``tcp_cookie`` that socket's cookie (0:
    not known; apart from ``cookie``, which is asked for), ``is_counted``: these were the last counts. ``peer_sequence``
    is the number of the other side's SYN, ``received_modulo`` the payload between it and the FIN, modulo 2**32.

    ``name`` is what it is called, ``share`` and ``name_home`` where that is summed up, if it has a domain: the ledger
    alone sets them. ``hello`` is what it said itself, ``answer`` the DNS answer that fits it best.
    """

    __slots__ = (
        "account",
        "answer",
        "attempts",
        "born_in",
        "carried_by",
        "cells",
        "closed_at",
        "closed_sequence",
        "cookie",
        "direction",
        "doubted_since",
        "elsewhere",
        "end_time",
        "facts",
        "fin_received",
        "fin_sent",
        "first_packet_time",
        "follows_another",
        "hello",
        "home",
        "id",
        "interface",
        "is_both_ways",
        "is_counted",
        "is_encrypted_dns",
        "is_listed",
        "is_new",
        "is_proven",
        "is_settled",
        "is_silent",
        "is_unconnected",
        "key",
        "last_time",
        "listed_in",
        "matched",
        "name",
        "name_home",
        "owner",
        "peer_sequence",
        "place",
        "reason",
        "received_modulo",
        "row",
        "scope",
        "seen_at",
        "share",
        "shown_end",
        "start_time",
        "started_before",
        "state",
        "syn_sequence",
        "tally",
        "tcp_cookie",
        "told",
        "unlisted_packets",
        "wakes",
    )

    def __init__(self, flow_id: str, key: FlowKey, *, start_time: float, now: float) -> None:  # noqa: PLR0915 -- fields
        """Begin a connection that was first seen at ``start_time``."""
        self.id = flow_id
        self.key = key
        self.start_time = start_time
        self.seen_at = now
        self.tally = Tally()
        self.home = self.tally
        self.account: Account | None = None
        self.name: FlowName = UNASKED
        self.name_home = self.tally
        self.share: DomainShare | None = None
        self.hello: Hello | None = None
        self.answer: NameAnswer | None = None
        self.is_encrypted_dns = False
        self.place: InterfaceSums | None = None
        self.elsewhere: dict[InterfaceSums, Amount] | None = None
        self.attempts: list[Attempt] | None = None
        self.cells: list[Cell[Route]] = []
        self.interface = ""
        self.scope = Scope.UNSPECIFIED
        self.direction = Direction.UNSPECIFIED
        self.state = ConnectionState.UNSPECIFIED
        self.started_before = False
        self.first_packet_time: float | None = None
        """Where it was listed before: ``start_time`` is the listing's then."""
        self.last_time: float | None = None
        self.end_time: float | None = None
        self.closed_at: float | None = None
        self.closed_sequence = 0
        self.owner: Owner | None = None
        self.reason = UnattributedReason.PENDING
        self.syn_sequence: int | None = None
        self.follows_another = False
        self.fin_sent = self.fin_received = False
        self.is_both_ways = self.is_proven = False
        self.is_listed = False
        self.is_unconnected = False
        self.listed_in = self.born_in = 0
        self.matched: tuple[FlowKey, int] | None = None
        """The socket without a peer that it was last found to fit, and how many packets it had by then."""
        self.is_new = True
        self.cookie = 0
        self.is_settled = self.is_silent = False
        self.doubted_since: float | None = None
        self.told: Told | None = None
        self.tcp_cookie, self.is_counted = 0, False
        self.peer_sequence: int | None = None
        self.received_modulo: int | None = None
        self.facts: ConnectionFacts | None = None
        self.row: Connection | None = None
        self.shown_end: EndedRow | None = None
        self.carried_by: tuple[Process, ...] = ()
        """Who moves the packets of a tunnel by it, where its reason is CARRIER and a process does."""
        self.unlisted_packets: int | None = None
        """How many it had sent when a listing first showed no socket for it."""
        self.wakes: Callable[[Flow], None] | None = None
        """While it rests (`FlowTable.rest`), who wants to hear that something happened to it."""

    @property
    def has_ended(self) -> bool:
        """Whether the connection is over."""
        return self.end_time is not None

    @property
    def has_peer(self) -> bool:
        """Whether it has another end: false for sockets that listen or are not connected."""
        return bool(self.key.remote_address)

    @property
    def has_datagram_port(self) -> bool:
        """Whether its port is one that another socket may get at any time: no packet tells of the end of its own."""
        return self.key.protocol in _DATAGRAMS and self.key.local_port != NO_PORT and self.has_peer

    def begin_interval(self) -> None:
        """Begin a new interval for what it moved; the totals stay."""
        self.tally.begin_interval()
        for amount in (self.elsewhere or {}).values():
            amount.begin_interval()

    def follow_folded_places(self) -> None:
        """Let go of interfaces that were summed up: what it moved there stands where they stand now."""
        if self.place is not None:
            self.place = self.place.now
        if self.elsewhere is not None:
            places: dict[InterfaceSums, Amount] = {}
            for interface, amount in self.elsewhere.items():
                places.setdefault(interface.now, Amount()).join(amount)
            self.elsewhere = places

    def change(self) -> None:
        """Say that the facts differ from those last shown."""
        self.facts = None
        self.refresh()

    def refresh(self) -> None:
        """Say that its row must be made anew."""
        self.row = None
        self.wake()

    def wake(self) -> None:
        """Say that something happened to it."""
        if self.wakes is not None:
            self.wakes(self)
