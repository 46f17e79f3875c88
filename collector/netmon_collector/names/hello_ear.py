"""What clients say of their servers in passing: TLS ClientHellos over TCP, and in QUIC Initials."""

import struct
from collections.abc import Container

from netmon.model import DomainSource, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import EncryptedDns, HelloFact, HelloWithoutName, NameFact
from netmon_collector.core.network import Way
from netmon_collector.core.packet import Packet
from netmon_collector.names import quic
from netmon_collector.names.encrypted_dns import encrypted_dns_kind
from netmon_collector.names.segment import Segment, ends_here
from netmon_collector.names.stream_head import StreamHeads
from netmon_collector.names.tls import ClientHello, parse_beginning, parse_client_hello

__all__ = ["HelloEar"]

_SENDER_LIMIT = 1_024
_PORTS = struct.Struct("!HH")


class HelloEar:
    """Hears ClientHellos, also those in several segments or datagrams."""

    def __init__(self) -> None:
        """Begin with none."""
        self._heads = StreamHeads()
        self._unfinished: dict[bytes, bool] = {}  # and whether its beginning was told
        self._initials = quic.InitialTable()
        self._clients: dict[FlowKey, None] = {}  # who began which QUIC connection: its end first

    @property
    def unfinished(self) -> Container[bytes]:
        """Who has said a part of a ClientHello: both addresses and ports as they lie in a packet, the sender's first.

        Always the same object.
        """
        return self._unfinished.keys()

    def is_wanted(self, segment: Segment) -> bool:
        """Whether a TCP segment begins a ClientHello or goes on with one; most of what a client sends does neither."""
        return _begins_hello(segment.payload) or _ends(segment.packet) in self._unfinished

    def hear_tcp(self, segment: Segment, way: Way, now: float) -> list[NameFact]:
        """Take a wanted segment; ``now`` in monotonic seconds. ``ValueError`` for what is no ClientHello after all."""
        packet = segment.packet
        key = _ends(packet)
        if key in self._unfinished:
            if segment.payload[:1] == b"\x16" and (whole := _try_parse(segment.payload)) is not None:
                self._forget(key)  # another connection on the same ends
                return _facts(packet, way, whole, DomainSource.SNI)
            head = self._heads.add(key, packet.tcp_sequence, segment.payload, now)
        else:
            head = segment.payload
        try:
            hello = parse_client_hello(head) if head else None
        except ValueError:
            self._forget(key)
            raise
        if hello is None:
            if key not in self._unfinished:
                self._heads.add(key, packet.tcp_sequence, segment.payload, now)
                self._remember(key)
            elif self._heads.is_full(key):
                self._forget(key)
            elif not self._unfinished[key] and self._heads.has_gap(key):
                return self._tell_beginning(key, head, packet, way)
            return []
        self._forget(key)
        return _facts(packet, way, hello, DomainSource.SNI)

    def hear_udp(self, segment: Segment, way: Way, now: float) -> list[NameFact]:
        """Take a datagram; ``now`` in monotonic seconds. ``ValueError`` for an Initial that cannot be read."""
        packet = segment.packet
        if not quic.is_available or not quic.is_initial(segment.payload):
            return []
        key = _sender_first(packet)
        if _receiver_first(packet) in self._clients:
            return []  # the server's answer: its keys are the client's connection id too, but it says no name
        hello = self._initials.add(key, segment.payload, now)
        self._clients.pop(key, None)
        self._clients[key] = None
        if len(self._clients) > _SENDER_LIMIT:
            del self._clients[next(iter(self._clients))]
        return _facts(packet, way, hello, DomainSource.QUIC) if hello is not None else []

    def _tell_beginning(self, key: bytes, head: bytes, packet: Packet, way: Way) -> list[NameFact]:
        """Give what is there of a ClientHello whose middle is missing: late, lost, or left out by the filter."""
        self._unfinished[key] = True
        beginning = parse_beginning(head)
        return _facts(packet, way, beginning, DomainSource.SNI) if beginning is not None else []

    def _remember(self, key: bytes) -> None:
        self._unfinished[key] = False
        if len(self._unfinished) > _SENDER_LIMIT:
            self._forget(next(iter(self._unfinished)))

    def _forget(self, key: bytes) -> None:
        self._unfinished.pop(key, None)
        self._heads.forget(key)


def _begins_hello(payload: bytes) -> bool:
    """Whether it is the head of a handshake record with a ClientHello in it, as far as it goes (RFC 8446, 5.1)."""
    return payload[:1] == b"\x16" and payload[1:2] in {b"\x03", b""} and payload[5:6] in {b"\x01", b""}


def _try_parse(payload: bytes) -> ClientHello | None:
    try:
        return parse_client_hello(payload)
    except ValueError:
        return None


def _ends(packet: Packet) -> bytes:
    """Give the key of ``core.layouts``: as ``at_a_glance`` reads it."""
    return packet.source + packet.destination + _PORTS.pack(packet.source_port, packet.destination_port)


def _sender_first(packet: Packet) -> FlowKey:
    return ends_here(packet, Way.SENT)[0][0]


def _receiver_first(packet: Packet) -> FlowKey:
    return ends_here(packet, Way.RECEIVED)[0][0]


def _facts(packet: Packet, way: Way, hello: ClientHello, source: DomainSource) -> list[NameFact]:
    """Give what a ClientHello says of its connection, for each end that is here."""
    facts: list[NameFact] = []
    sequence = packet.tcp_sequence if source is DomainSource.SNI else None
    protocol = Protocol.UDP if source is DomainSource.QUIC else Protocol.TCP
    wrapped = encrypted_dns_kind(protocol, packet.destination_port, hello.server_name, hello.alpn)
    for key, is_sent in ends_here(packet, way):
        if hello.server_name:
            facts.append(
                HelloFact(
                    time=packet.time,
                    key=key,
                    server_name=hello.server_name,
                    source=source,
                    is_sent=is_sent,
                    has_ech=hello.has_ech,
                    alpn=hello.alpn,
                    tcp_sequence=sequence,
                )
            )
        else:
            facts.append(
                HelloWithoutName(
                    time=packet.time,
                    key=key,
                    source=source,
                    is_sent=is_sent,
                    has_ech=hello.has_ech,
                    alpn=hello.alpn,
                    tcp_sequence=sequence,
                )
            )
        if wrapped is not None:
            facts.append(EncryptedDns(time=packet.time, key=key, kind=wrapped[0], is_inferred=wrapped[1]))
    return facts
