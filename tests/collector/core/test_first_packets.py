"""Which packets begin a connection, and whose ends they tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import Protocol
from netmon_collector.core import first_packets as first_packets_module
from netmon_collector.core.first_packets import FirstPacket, first_packets
from netmon_collector.core.flow import FlowKey
from tests.support.frames import extension, fragment6, icmp, ipv4, ipv6, tcp, udp

OURS = bytes((192, 0, 2, 1))
THEIRS = bytes((198, 51, 100, 2))
LOOP = bytes((127, 0, 0, 1))
LOOP6 = bytes(15) + b"\x01"
SYN, SYN_ACK, ACK = 0x02, 0x12, 0x10


def key(local: bytes, local_port: int, remote: bytes, remote_port: int, protocol: Protocol = Protocol.TCP) -> FlowKey:
    return FlowKey(protocol, 6 if protocol is Protocol.TCP else 17, local, local_port, remote, remote_port)


def test_a_syn_that_leaves_begins_a_connection_of_ours() -> None:
    data = ipv4(tcp(40_000, 443, flags=SYN), 6, source=OURS, destination=THEIRS)
    assert first_packets(data, 5.0, {OURS}) == [FirstPacket(key(OURS, 40_000, THEIRS, 443), 5.0)]


def test_a_syn_that_comes_is_told_from_our_side() -> None:
    data = ipv4(tcp(40_000, 443, flags=SYN), 6, source=THEIRS, destination=OURS)
    assert first_packets(data, 5.0, {OURS}) == [FirstPacket(key(OURS, 443, THEIRS, 40_000), 5.0, is_inbound=True)]


@pytest.mark.parametrize("loop", [LOOP, LOOP6], ids=["IPv4", "IPv6"])
def test_on_a_loopback_both_ends_are_ours(loop: bytes) -> None:
    segment = tcp(40_000, 443, flags=SYN)
    data = ipv4(segment, 6, source=loop, destination=loop)
    if loop == LOOP6:
        data = ipv6(segment, 6, source=loop, destination=loop)
    found = first_packets(data, 5.0, {LOOP6})
    assert [(one.key.local_port, one.is_inbound) for one in found] == [(40_000, False), (443, True)]


@pytest.mark.parametrize(
    "data",
    [
        ipv4(tcp(40_000, 443, flags=SYN_ACK), 6, source=OURS, destination=THEIRS),
        ipv4(tcp(40_000, 443, flags=ACK), 6, source=OURS, destination=THEIRS),
        ipv4(icmp(8, 1), 1, source=OURS, destination=THEIRS),
        ipv4(tcp(40_000, 443, flags=SYN), 6, source=THEIRS, destination=THEIRS),
        ipv6(fragment6(17, udp(), offset=1), 44, source=LOOP6, destination=LOOP6),
        b"",
        b"\x45",
    ],
    ids=["SYN and ACK", "ACK", "ICMP", "forwarded", "a later fragment", "nothing", "a torn header"],
)
def test_nothing_else_begins_one(data: bytes) -> None:
    assert first_packets(data, 5.0, {OURS, LOOP6}) == []


def test_any_datagram_may_begin_one() -> None:
    data = ipv4(udp(40_000, 53), 17, source=OURS, destination=THEIRS)
    assert first_packets(data, 5.0, {OURS}) == [FirstPacket(key(OURS, 40_000, THEIRS, 53, Protocol.UDP), 5.0)]


def test_extension_headers_are_read_over() -> None:
    data = ipv6(extension(6, tcp(40_000, 443, flags=SYN)), 0, source=LOOP6, destination=THEIRS + bytes(12))
    assert [one.key.remote_port for one in first_packets(data, 5.0, {LOOP6})] == [443]


@given(st.binary(max_size=128))
def test_no_bytes_raise(data: bytes) -> None:
    for found in first_packets(data, 1.0, {OURS}):
        assert found.key.protocol in {Protocol.TCP, Protocol.UDP}


def segment(source: bytes, destination: bytes, flags: int) -> bytes:
    return ipv4(tcp(40_000, 443, flags=flags), 6, source=source, destination=destination)


ENDS = st.sampled_from((OURS, THEIRS, LOOP))


@given(
    st.builds(segment, ENDS, ENDS, st.sampled_from((SYN, SYN_ACK, ACK))),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 255)), max_size=2),
    st.integers(0, 60),
)
def test_the_quick_road_reads_what_the_whole_one_does(
    packet: bytes, changes: list[tuple[int, int]], captured: int
) -> None:
    data = bytearray(packet)
    for place, value in changes:
        data[place % len(data)] = value
    cut = bytes(data[:captured])
    quick = first_packets_module._plain_syn(cut)
    assert quick is None or quick == first_packets_module._any_first(cut, 1.0)


def test_a_plain_syn_takes_the_quick_road() -> None:
    data = ipv4(tcp(40_000, 443, flags=SYN), 6, source=OURS, destination=THEIRS)
    assert first_packets_module._plain_syn(data) == (Protocol.TCP, 6, (OURS, 40_000), (THEIRS, 443))
