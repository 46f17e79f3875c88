"""What passes to the names handle: the filter as libpcap compiles it, run over whole frames."""

from collections.abc import Callable

import pcapy
import pytest

from netmon_collector.capture.names_filter import names_filter
from netmon_collector.core import links
from tests.support import name_messages as make
from tests.support.frames import ACK, FIN, SYN, ethernet, fragment6, ipv4, ipv6, sll, tcp, udp, vlan

HELLO = make.in_records(make.named_hello())
INITIAL = make.seal_initial(make.crypto_frame(0, make.named_hello()))
PSH = 0x08

Wrap = Callable[[bytes, int], bytes]
"""Puts a TCP or UDP packet (with its protocol's number) into a frame."""


def passes(frame: bytes, link_type: int = links.ETHERNET) -> bool:
    return bool(pcapy.compile(link_type, 65_535, names_filter(link_type), 1, 0).filter(frame))


def over_ipv4(content: bytes, protocol: int) -> bytes:
    return ethernet(ipv4(content, protocol))


def over_ipv4_with_options(content: bytes, protocol: int) -> bytes:
    return ethernet(ipv4(content, protocol, options=bytes(8)))


def over_ipv6(content: bytes, protocol: int) -> bytes:
    return ethernet(ipv6(content, protocol), 0x86DD)


def tagged(content: bytes, protocol: int) -> bytes:
    return ethernet(vlan(ipv4(content, protocol)), 0x8100)


def tagged_ipv6(content: bytes, protocol: int) -> bytes:
    return ethernet(vlan(ipv6(content, protocol), 0x86DD), 0x8100)


def with_options(segment: bytes) -> bytes:
    """TCP with a time stamp."""
    return segment[:12] + b"\x80" + segment[13:20] + b"\1\1\x08\x0a" + bytes(8) + segment[20:]


wraps = pytest.mark.parametrize("wrap", [over_ipv4, over_ipv4_with_options, over_ipv6, tagged, tagged_ipv6])

WANTED = {
    "DNS query": (udp(40_000, 53, b"q"), 17),
    "DNS answer": (udp(53, 40_000, b"a"), 17),
    "mDNS": (udp(5353, 5353, b"m"), 17),
    "LLMNR": (udp(40_000, 5355, b"l"), 17),
    "DNS over TCP": (tcp(53, 40_000, b"a", flags=ACK), 6),
    "ClientHello": (tcp(40_000, 443, HELLO), 6),
    "ClientHello on another port": (tcp(40_000, 12_345, HELLO), 6),
    "ClientHello from a low port": (tcp(443, 40_000, HELLO), 6),
    "ClientHello behind TCP's options": (with_options(tcp(40_000, 443, HELLO)), 6),
    "end of a split ClientHello": (tcp(40_000, 443, bytes(300), flags=ACK | PSH), 6),
    "end of one that begins as data does": (tcp(40_000, 443, b"\x17" + bytes(300), flags=ACK | PSH), 6),
    "middle of one, where segments are short": (tcp(40_000, 443, bytes(984), flags=ACK), 6),
    "first byte of one": (tcp(40_000, 443, HELLO[:1], flags=ACK | PSH), 6),
    "QUIC v1": (udp(40_000, 443, INITIAL), 17),
    "QUIC v2": (udp(40_000, 443, make.seal_initial(make.crypto_frame(0, HELLO[:40]), version=0x6B3343CF)), 17),
    "QUIC draft 29": (udp(40_000, 443, make.seal_initial(make.crypto_frame(0, HELLO[:40]), version=0xFF00001D)), 17),
}

UNWANTED = {
    "SYN": (tcp(40_000, 443, flags=SYN), 6),
    "acknowledgement": (tcp(40_000, 443, flags=ACK), 6),
    "end of DNS over TCP": (tcp(40_000, 53, flags=FIN | ACK), 6),
    "ServerHello": (tcp(443, 40_000, b"\x16\x03\x03\0\x7a\x02" + bytes(100), flags=ACK | PSH), 6),
    "application data": (tcp(40_000, 443, b"\x17\x03\x03\0\x7a" + bytes(100), flags=ACK | PSH), 6),
    "short segment of application data": (tcp(40_000, 443, b"\x17\x03\x03\x40\0" + bytes(900), flags=ACK), 6),
    "download in short segments": (tcp(443, 40_000, bytes(536), flags=ACK), 6),
    "download": (tcp(443, 40_000, bytes(1_400), flags=ACK | PSH), 6),
    "upload, not pushed": (tcp(40_000, 443, bytes(1_448), flags=ACK), 6),
    "upload that the card will split": (tcp(40_000, 443, bytes(20_000), flags=ACK | PSH), 6),
    "other UDP": (udp(40_000, 443, bytes(1_200)), 17),
    "QUIC 0-RTT": (udp(40_000, 443, b"\xd3\0\0\0\1" + bytes(1_200)), 17),
    "QUIC handshake": (udp(40_000, 443, b"\xe3\0\0\0\1" + bytes(1_200)), 17),
    "QUIC of an unknown version": (udp(40_000, 443, b"\xc3\xba\xba\xba\xba" + bytes(1_200)), 17),
    "QUIC short header": (udp(40_000, 443, b"\x43" + bytes(1_200)), 17),
    "empty datagram": (udp(40_000, 443), 17),
    "ICMP": (b"\x08\0" + bytes(40), 1),
}


@wraps
@pytest.mark.parametrize("kind", WANTED)
def test_what_names_something_passes(wrap: Wrap, kind: str) -> None:
    assert passes(wrap(*WANTED[kind]))


@wraps
@pytest.mark.parametrize("kind", UNWANTED)
def test_everything_else_stays_in_the_kernel(wrap: Wrap, kind: str) -> None:
    assert not passes(wrap(*UNWANTED[kind]))


@pytest.mark.parametrize(
    "frame",
    [b"", bytes(14), ethernet(bytes(40), 0x0806), ethernet(b"\x45"), ethernet(ipv6(b""), 0x86DD)],
    ids=["nothing", "zeros", "arp", "cut ipv4", "cut ipv6"],
)
def test_odd_frames_stay_in_the_kernel(frame: bytes) -> None:
    assert not passes(frame)


def test_later_fragments_stay_in_the_kernel() -> None:
    assert not passes(ethernet(ipv4(udp(53, 40_000, b"a"), fragment=5)))
    assert not passes(ethernet(ipv6(fragment6(17, udp(53, 40_000, b"a"), offset=9), 44), 0x86DD))


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (links.RAW, ipv4(tcp(40_000, 443, HELLO), 6)),
        (links.RAW, ipv6(tcp(40_000, 443, HELLO), 6)),
        (links.LINUX_SLL, sll(ipv4(tcp(40_000, 443, HELLO), 6))),
        (links.NULL, (2).to_bytes(4, "little") + ipv4(tcp(40_000, 443, HELLO), 6)),
    ],
)
def test_other_links_have_the_filter_too(link_type: int, frame: bytes) -> None:
    assert passes(frame, link_type)


def test_it_fits_the_kernel() -> None:
    code = pcapy.compile(links.ETHERNET, 65_535, names_filter(links.ETHERNET), 1, 0).get_bpf()
    assert len(code) < 1_000  # of 4,096: BPF_MAXINSNS
