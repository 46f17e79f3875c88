"""What DNS says in passing: unicast over UDP and TCP, mDNS and LLMNR."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from netmon.address import scope_of
from netmon.model import Scope
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.frames import TCP
from netmon_collector.core.name_facts import DnsFact, EchConfig, NameFact
from netmon_collector.core.network import Way
from netmon_collector.core.packet import Packet
from netmon_collector.names.dns import (
    AddressRecord,
    DnsMessage,
    NamedAddress,
    ServiceRecord,
    addresses,
    parse_message,
    split_stream,
)
from netmon_collector.names.query_book import Path, QueryBook
from netmon_collector.names.segment import Segment, ends_here
from netmon_collector.names.stream_head import StreamHeads

__all__ = ["DNS_PORTS", "DnsEar", "is_mdns"]

DNS_PORT = 53
MDNS_PORT = 5353
LLMNR_PORT = 5355
DNS_PORTS = frozenset({DNS_PORT, MDNS_PORT, LLMNR_PORT})

MAX_ADDRESSES = 64
"""Of one answer; more are left out."""

_LLMNR_GROUPS = {4: bytes((224, 0, 0, 252)), 16: bytes.fromhex("ff020000000000000000000000010003")}
_MDNS_GROUPS = frozenset({bytes((224, 0, 0, 251)), bytes.fromhex("ff0200000000000000000000000000fb")})

_STREAM_LIMIT = 256
MAX_STREAM_MESSAGES = 64
"""That one segment completes; more are left out."""

_ASKED_PORTS = frozenset({DNS_PORT, LLMNR_PORT})
_FROM_HERE = frozenset({Way.SENT, Way.BOTH})
_TO_HERE = frozenset({Way.RECEIVED, Way.BOTH})

_KEPT_ANSWERS = 512
"""That are remembered as they were read: of many in a second most come again, from a stub resolver or in other ids."""
_KEPT_ANSWER_BYTES = 1_232
"""What resolvers send in a datagram at most (DNS flag day 2020)."""

_ID_BYTES = 2
_FLAGS = 2
_IS_RESPONSE = 0x80


class DnsEar:
    """Hears DNS. Answers count only if this machine asked; mDNS for names in ``.local`` and local addresses only."""

    def __init__(self) -> None:
        """Begin without questions."""
        self._book = QueryBook()
        self._answers: dict[bytes, _Answer] = {}
        self._heads = StreamHeads(max_streams=_STREAM_LIMIT)
        self.unasked_count = 0
        """Answers to questions that nobody here asked, or that came twice or too late."""

    def hear(self, segment: Segment, way: Way, now: float) -> list[NameFact]:
        """Take one segment; ``now`` in monotonic seconds. ``ValueError`` for what cannot be read."""
        packet = segment.packet
        if packet.ip_protocol == TCP:
            return self._hear_stream(segment, way, now)
        if is_mdns(packet):
            return _multicast_facts(segment, way)
        return self._hear_message(segment.payload, packet, way)

    def _hear_stream(self, segment: Segment, way: Way, now: float) -> list[NameFact]:
        packet = segment.packet
        key = (packet.source, packet.source_port, packet.destination, packet.destination_port)
        if DNS_PORT not in (packet.source_port, packet.destination_port) or not segment.payload:
            return []
        head = self._heads.add(key, packet.tcp_sequence, segment.payload, now)
        try:
            messages, read_bytes = split_stream(head)
        except ValueError:
            self._heads.forget(key)
            raise
        self._heads.take(key, read_bytes)
        facts: list[NameFact] = []
        for message in messages[:MAX_STREAM_MESSAGES]:
            facts += self._hear_message(message, packet, way)
        return facts

    def _hear_message(self, message: bytes, packet: Packet, way: Way) -> list[NameFact]:
        if len(message) < _FLAGS + 1:
            raise ValueError("shorter than a DNS header")
        if not message[_FLAGS] & _IS_RESPONSE:
            if way in _FROM_HERE and packet.destination_port in _ASKED_PORTS:
                ends = (packet.source, packet.source_port, packet.destination, packet.destination_port)
                self._book.ask(Path(packet.ip_protocol, *ends), message, packet.time)
            return []
        if way not in _TO_HERE or packet.source_port not in _ASKED_PORTS:
            return []
        is_multicast = packet.source_port == LLMNR_PORT
        # LLMNR is asked of all and answered by one (RFC 4795, 2.4).
        server = _LLMNR_GROUPS[len(packet.source)] if is_multicast else packet.source
        path = Path(packet.ip_protocol, packet.destination, packet.destination_port, server, packet.source_port)
        if not self._book.take(path, message, packet.time):
            self.unasked_count += 1
            return []
        asker = None if is_multicast else ends_here(packet, Way.RECEIVED)[0][0]
        return list(_facts(self._answer(message), asker, packet.time))

    def _answer(self, message: bytes) -> "_Answer":
        """Read an answer; one that came before, whatever its id, is not read again."""
        content = message[_ID_BYTES:]
        known = self._answers.get(content)
        if known is None:
            known = _read(parse_message(message))
            if len(content) <= _KEPT_ANSWER_BYTES:
                self._answers[content] = known
                if len(self._answers) > _KEPT_ANSWERS:
                    del self._answers[next(iter(self._answers))]
        return known


def is_mdns(packet: Packet) -> bool:
    """Whether a datagram speaks multicast DNS, by its ports."""
    ports = (packet.source_port, packet.destination_port)
    return packet.ip_protocol != TCP and MDNS_PORT in ports and DNS_PORT not in ports


class _Answer(NamedTuple):
    """What an answer says: addresses of a name, and outer names with their lifetimes in seconds."""

    name: str
    addresses: tuple[tuple[bytes, NamedAddress], ...] = ()
    covers: tuple[tuple[str, int], ...] = ()


def _read(message: DnsMessage) -> _Answer:
    """Give what an answer says; one that reports an error says nothing."""
    name = message.questions[0].name
    if message.rcode:
        return _Answer(name)
    return _Answer(
        name,
        tuple(islice(addresses(message, name).items(), MAX_ADDRESSES)),
        tuple(
            (public_name, record.ttl_seconds)
            for record in message.answers
            if isinstance(record, ServiceRecord)
            for public_name in record.ech_public_names
        ),
    )


def _facts(answer: _Answer, asker: FlowKey | None, time: float) -> Iterator[NameFact]:
    """Give what an answer says; without ``asker`` it came by multicast."""
    for address, way in answer.addresses:
        if asker is not None or scope_of(address) is Scope.LAN:
            yield DnsFact(time, answer.name, address, way.names, way.ttl_seconds, asker, asker is None, way.is_hint)
    for public_name, ttl_seconds in answer.covers:
        yield EchConfig(time=time, name=answer.name, public_name=public_name, ttl_seconds=ttl_seconds)


def _multicast_facts(segment: Segment, way: Way) -> list[NameFact]:
    """Read an mDNS response (RFC 6762): anybody in the local network may say anything, unasked.

    So it may name local addresses only, by names of ``.local`` only, and from the local network alone (section 11).
    """
    packet = segment.packet
    is_ours = way is not Way.RECEIVED  # what this machine announces of itself names nobody that it talks to
    is_for_all = packet.destination in _MDNS_GROUPS
    if is_ours or packet.source_port != MDNS_PORT or not is_for_all or scope_of(packet.source) is not Scope.LAN:
        return []
    message = parse_message(segment.payload)
    if not message.is_response:
        return []
    found: list[NameFact] = []
    for record in (*message.answers, *message.additionals)[:MAX_ADDRESSES]:
        if not isinstance(record, AddressRecord) or not record.name.endswith(".local"):
            continue
        if record.ttl_seconds > 0 and scope_of(record.address) is Scope.LAN:  # 0: it says goodbye (10.1)
            found.append(
                DnsFact(
                    time=packet.time,
                    asked_name=record.name,
                    address=record.address,
                    chain=(record.name,),
                    ttl_seconds=record.ttl_seconds,
                    asker=None,
                    is_multicast=True,
                )
            )
    return found
