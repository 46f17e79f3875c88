"""From frames of the names handles to facts: bounded in memory and in work a second, never raising."""

from dataclasses import dataclass

from netmon_collector.core.allowance import Allowance
from netmon_collector.core.batch import Batch
from netmon_collector.core.frames import TCP
from netmon_collector.core.name_facts import NameFact
from netmon_collector.core.network import Network
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.names.at_a_glance import RECORD, worth_reading
from netmon_collector.names.dns_ear import DNS_PORTS, DnsEar, is_mdns
from netmon_collector.names.hello_ear import HelloEar
from netmon_collector.names.segment import Segment, read_segment

__all__ = ["NO_LIMITS", "LearnerCounts", "NameLearner", "WorkLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLimits:
    """How much is read a second; the rest is left out and counted. Costs were measured on a busy machine."""

    frames: float = 20_000
    """Frames looked at; 2 µs each where a glance tells that they name nothing, else 5 to 16."""
    dns_messages: float = 3_000
    """Segments with DNS: 7 µs a query, 80 to 100 an answer with four addresses."""
    multicast_messages: float = 100
    """Datagrams of mDNS, which anybody near may send unasked: up to 1 ms each, with 64 addresses."""
    hellos: float = 2_000
    """Segments with a ClientHello; 60 µs each."""
    quic_initials: float = 500
    """Datagrams with QUIC Initials; 150 µs each, twice that where one port begins connection after connection."""


_ALL = float("inf")
NO_LIMITS = WorkLimits(frames=_ALL, dns_messages=_ALL, multicast_messages=_ALL, hellos=_ALL, quic_initials=_ALL)
"""For recordings, which wait for their reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerCounts:
    """What nothing was learnt from, since the start: left out for want of time, unreadable, answers unasked for."""

    left_out: int
    unreadable: int
    unasked: int


class NameLearner:
    """Learns names from what passes by. ``now`` is monotonic seconds; facts carry the capture's times."""

    def __init__(self, limits: WorkLimits | None = None) -> None:
        """Know no address yet: until ``add_network`` is called nothing was asked by this machine."""
        limits = limits or WorkLimits()
        self._network = Network(LocalNetwork())
        self._dns = DnsEar()
        self._hellos = HelloEar()
        self._frames = Allowance(limits.frames)
        self._dns_messages = Allowance(limits.dns_messages)
        self._multicast_messages = Allowance(limits.multicast_messages)
        self._hello_segments = Allowance(limits.hellos)
        self._quic_initials = Allowance(limits.quic_initials)
        self._unreadable_count = 0

    def add_network(self, local: LocalNetwork) -> None:
        """Take the machine's addresses."""
        self._network = Network(local)

    def add_batch(self, batch: Batch, now: float) -> tuple[NameFact, ...]:
        """Read whole packets; give what they say, in order."""
        count = self._frames.take(len(batch.records) // RECORD.size, now)
        facts: list[NameFact] = []
        for seconds, microseconds, offset, captured in worth_reading(batch, count, self._hellos.unfinished):
            time = seconds + microseconds / 1e6
            segment = read_segment(batch.data, offset, captured, batch.link_type, time)
            if segment is None:
                continue
            try:
                facts += self._hear(segment, now)
            except ValueError:
                self._unreadable_count += 1
        return tuple(facts)

    def counts(self) -> LearnerCounts:
        """Give what was not learnt from."""
        dns = (self._dns_messages, self._multicast_messages)
        allowances = (self._frames, *dns, self._hello_segments, self._quic_initials)
        return LearnerCounts(
            left_out=sum(allowance.refused_count for allowance in allowances),
            unreadable=self._unreadable_count,
            unasked=self._dns.unasked_count,
        )

    def _hear(self, segment: Segment, now: float) -> list[NameFact]:
        packet = segment.packet
        if self._network.is_forged(packet):
            return []
        if packet.source_port in DNS_PORTS or packet.destination_port in DNS_PORTS:
            allowance = self._multicast_messages if is_mdns(packet) else self._dns_messages
            if not allowance.take(1, now):
                return []
            return self._dns.hear(segment, self._network.way(packet), now)
        if packet.ip_protocol == TCP:
            if not self._hellos.is_wanted(segment) or not self._hello_segments.take(1, now):
                return []
            return self._hellos.hear_tcp(segment, self._network.way(packet), now)
        if not self._quic_initials.take(1, now):
            return []
        return self._hellos.hear_udp(segment, self._network.way(packet), now)
