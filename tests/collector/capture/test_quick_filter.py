"""The kernel filter of first packets, run by a machine of a few lines, and taken by the kernel."""

import struct
from collections.abc import Callable

import pytest

from netmon_collector.capture.quick_filter import INTERFACE_LIMIT, SNAPSHOT_BYTES, first_packet_filter
from tests.support.frames import icmp, ipv4, ipv6, tcp, udp

Wrap = Callable[[bytes, int], bytes]

SYN, SYN_ACK = 0x02, 0x12
TO_US, TO_ALL, FROM_US = 0, 1, 4
ETHERNET, LOOPBACK = 1, 772
QUIC_INITIAL = b"\xc3" + bytes(20)
QUIC_SHORT = b"\x43" + bytes(20)


def passes(code: bytes, packet: bytes, *, kind: int = FROM_US, hardware: int = ETHERNET, interface: int = 2) -> bool:
    """Run a program as linux/bpf_common.h says; what lies behind the packet drops it."""
    told = {
        0xFFFFF000: 0x0800 if packet[0] >> 4 == 4 else 0x86DD,
        0xFFFFF004: kind,
        0xFFFFF008: interface,
        0xFFFFF01C: hardware,
    }
    steps = list(struct.iter_unpack("=HBBI", code))
    value = behind = place = 0
    while True:
        operation, yes, no, number = steps[place]
        place += 1
        match operation:
            case 0x20 | 0x28 | 0x30 | 0x48 | 0x50:
                size = 2 if operation in {0x28, 0x48} else 1
                begin = number + (behind if operation in {0x48, 0x50} else 0)
                if number in told:
                    value = told[number]
                elif begin + size > len(packet):
                    return False
                else:
                    value = int.from_bytes(packet[begin : begin + size], "big")
            case 0xB1:
                behind = 4 * (packet[number] & 0xF)
            case 0x54:
                value &= number
            case 0x15:
                place += yes if value == number else no
            case 0x45:
                place += yes if value & number else no
            case 0x06:
                return number == SNAPSHOT_BYTES
            case _:
                pytest.fail(f"an instruction that is not expected: {operation:#x}")


WIDE = first_packet_filter([2], is_wide=True)
NARROW = first_packet_filter([2], is_wide=False)


@pytest.mark.parametrize("wrap", [ipv4, ipv6])
def test_syns_pass_both_ways_and_their_answers_do_not(wrap: Wrap) -> None:
    for code in (WIDE, NARROW):
        for kind in (FROM_US, TO_US):
            assert passes(code, wrap(tcp(1, 2, flags=SYN), 6), kind=kind)
            assert not passes(code, wrap(tcp(1, 2, flags=SYN_ACK), 6), kind=kind)
        assert not passes(code, wrap(tcp(1, 2, flags=SYN), 6), kind=TO_ALL)


@pytest.mark.parametrize("wrap", [ipv4, ipv6])
def test_of_the_two_copies_on_a_loopback_the_received_one_passes(wrap: Wrap) -> None:
    for packet in (wrap(tcp(1, 2, flags=SYN), 6), wrap(udp(), 17)):
        assert passes(WIDE, packet, kind=TO_US, hardware=LOOPBACK)
        assert not passes(WIDE, packet, kind=FROM_US, hardware=LOOPBACK)


@pytest.mark.parametrize("wrap", [ipv4, ipv6])
def test_datagrams_pass_that_leave(wrap: Wrap) -> None:
    assert passes(WIDE, wrap(udp(1, 2), 17))
    assert not passes(WIDE, wrap(udp(1, 2), 17), kind=TO_US)


@pytest.mark.parametrize("wrap", [ipv4, ipv6])
@pytest.mark.parametrize("is_wide", [True, False])
def test_datagrams_pass_alone_where_tcp_is_told_otherwise(wrap: Wrap, *, is_wide: bool) -> None:
    code = first_packet_filter([2], is_wide=is_wide, has_tcp=False)
    for kind in (FROM_US, TO_US):
        assert not passes(code, wrap(tcp(1, 2, flags=SYN), 6), kind=kind)
        assert not passes(code, wrap(tcp(1, 2, flags=SYN), 6), kind=kind, hardware=LOOPBACK)
    assert passes(code, wrap(udp(1, 53), 17))
    assert not passes(code, wrap(udp(1, 53), 17), kind=TO_US)


@pytest.mark.parametrize("wrap", [ipv4, ipv6])
@pytest.mark.parametrize(
    ("port", "payload", "expected"),
    [(53, b"", True), (443, QUIC_INITIAL, True), (443, QUIC_SHORT, False), (443, b"", False), (5_000, b"\xff", False)],
)
def test_where_there_are_many_only_dns_and_quics_first_ones_do(
    wrap: Wrap, port: int, payload: bytes, expected: bool
) -> None:
    assert passes(NARROW, wrap(udp(1, port, payload), 17)) is expected


def test_options_of_ipv4_are_read_over() -> None:
    data = bytearray(ipv4(bytes(8) + tcp(1, 2, flags=SYN), 6))
    data[0] = 0x47
    assert passes(NARROW, bytes(data))


def test_other_protocols_and_later_fragments_do_not_pass() -> None:
    assert not passes(WIDE, ipv4(icmp(8, 1), 1))
    for payload, protocol in ((tcp(1, 2, flags=SYN), 6), (udp(), 17)):
        later = bytearray(ipv4(payload, protocol))
        later[7] = 1
        assert not passes(WIDE, bytes(later))
        assert not passes(NARROW, bytes(later))


def test_only_the_named_interfaces_are_heard_and_all_where_there_are_many() -> None:
    packet = ipv4(tcp(1, 2, flags=SYN), 6)
    assert passes(first_packet_filter([1, 2, 3], is_wide=True), packet)
    assert not passes(first_packet_filter([1, 3], is_wide=True), packet)
    assert not passes(first_packet_filter([], is_wide=True), packet)
    assert passes(first_packet_filter(range(100, 101 + INTERFACE_LIMIT), is_wide=True), packet)
    assert not passes(first_packet_filter(range(100, 100 + INTERFACE_LIMIT), is_wide=True), packet)
