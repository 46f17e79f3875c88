import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.links import ETHERNET
from netmon_collector.core.network import Way
from netmon_collector.names.segment import ends_here, read_segment
from tests.support.frames import (
    IP6_A,
    IP6_B,
    IP_A,
    IP_B,
    MORE_FRAGMENTS,
    ethernet,
    extension,
    ipv4,
    ipv6,
    tcp,
    udp,
    vlan,
)

LINK_TYPES = (0, 1, 12, 101, 108, 113, 149, 228, 229, 258, 276)


def payload_of(frame: bytes, link_type: int = ETHERNET) -> bytes | None:
    segment = read_segment(b"before" + frame + b"behind", 6, len(frame), link_type, 12.5)
    return segment.payload if segment is not None else None


@pytest.mark.parametrize(
    "frame",
    [
        ethernet(ipv4(udp(payload=b"name"))),
        ethernet(ipv4(udp(payload=b"name"), options=bytes(8))),
        ethernet(ipv4(udp(payload=b"name")) + bytes(10)),
        ethernet(ipv4(tcp(payload=b"name"), 6)),
        ethernet(ipv6(udp(payload=b"name")), 0x86DD),
        ethernet(ipv6(tcp(payload=b"name"), 6), 0x86DD),
        ethernet(vlan(ipv4(udp(payload=b"name"))), 0x8100),
    ],
    ids=["ipv4", "options", "padded", "tcp", "ipv6", "tcp over ipv6", "vlan"],
)
def test_what_tcp_and_udp_carry_is_given_without_the_padding(frame: bytes) -> None:
    assert payload_of(frame) == b"name"


def test_a_tcp_header_with_options_is_skipped_whole() -> None:
    header = bytearray(tcp(payload=bytes(12) + b"name"))
    header[12] = 0x80
    assert payload_of(ethernet(ipv4(bytes(header), 6))) == b"name"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        ethernet(b"", 0x0806),
        ethernet(ipv4(b"\x08\0\0\0\0\1\0\1", 1)),
        ethernet(ipv4(udp(payload=b"name"), fragment=3)),
        ethernet(ipv6(extension(17, udp(payload=b"name")), 0), 0x86DD),
        ethernet(ipv4(tcp(payload=b"")[:12], 6)),
    ],
    ids=["nothing", "arp", "icmp", "later fragment", "extension header", "cut tcp"],
)
def test_what_holds_no_segment_is_none(frame: bytes) -> None:
    assert payload_of(frame) is None


def test_a_first_fragment_is_given_as_far_as_it_goes() -> None:
    assert payload_of(ethernet(ipv4(udp(payload=b"name"), fragment=MORE_FRAGMENTS))) == b"name"


@given(
    st.binary(max_size=40),
    st.sampled_from([b"", bytes(4), b"\x94\4\0\0"]),
    st.sampled_from([0, 0x4000, 0x2000, 0x2001, 3]),
    st.integers(0, 90),
    st.one_of(st.none(), st.integers(0, 120)),
)
def test_the_short_way_of_plain_datagrams_reads_what_the_long_way_does(
    payload: bytes, options: bytes, fragment: int, cut: int, total_length: int | None
) -> None:
    content = ipv4(udp(payload=payload), options=options, fragment=fragment, total_length=total_length)
    plain = ethernet(content + bytes(6))[: 14 + cut]
    tagged = ethernet(vlan(content + bytes(6)), 0x8100)[: 18 + cut]
    assert read_segment(plain, 0, len(plain), ETHERNET, 1.0) == read_segment(tagged, 0, len(tagged), ETHERNET, 1.0)


@given(st.binary(max_size=200), st.sampled_from(LINK_TYPES))
def test_any_bytes_give_a_segment_or_none(frame: bytes, link_type: int) -> None:
    segment = read_segment(frame, 0, len(frame), link_type, 0.0)
    assert segment is None or segment.payload in frame


def test_a_packet_has_one_end_here_or_two() -> None:
    segment = read_segment(frame := ethernet(ipv4(tcp(), 6)), 0, len(frame), ETHERNET, 1.0)
    assert segment is not None
    sent = FlowKey(Protocol.TCP, 6, IP_A, 40000, IP_B, 443)
    received = FlowKey(Protocol.TCP, 6, IP_B, 443, IP_A, 40000)
    assert ends_here(segment.packet, Way.SENT) == ((sent, True),)
    assert ends_here(segment.packet, Way.RECEIVED) == ((received, False),)
    assert ends_here(segment.packet, Way.BOTH) == ((sent, True), (received, False))
    assert ends_here(segment.packet, Way.FORWARDED_IN) == ((sent, True),)


def test_a_datagrams_ends_are_those_of_udp() -> None:
    segment = read_segment(frame := ethernet(ipv6(udp()), 0x86DD), 0, len(frame), ETHERNET, 1.0)
    assert segment is not None
    assert ends_here(segment.packet, Way.SENT) == ((FlowKey(Protocol.UDP, 17, IP6_A, 40000, IP6_B, 53), True),)
