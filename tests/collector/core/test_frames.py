import ipaddress

import dpkt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netmon_collector.core.frames import MAX_JUMBO_BYTES, Doubt, Frame, parse_frame
from netmon_collector.core.links import NotIp, Unreadable
from netmon_collector.core.packet import NO_PORT
from tests.support import frames as make
from tests.support.frame_reading import ETHERNET, LINK_TYPES, PACKET4, PACKET6, RAW, V6_ENDS, ends, parse, read

# --- Against dpkt ----------------------------------------------------------------------------

ports = st.integers(0, 65535)


@st.composite
def sound_frames(draw: st.DrawFn) -> bytes:
    payload = draw(st.binary(max_size=60))
    protocol = draw(st.sampled_from([6, 17]))
    if protocol == 6:
        segment = bytes(
            dpkt.tcp.TCP(
                sport=draw(ports),
                dport=draw(ports),
                seq=draw(st.integers(0, 2**32 - 1)),
                flags=draw(st.integers(0, 255)),
                data=payload,
            )
        )
    else:
        segment = bytes(dpkt.udp.UDP(sport=draw(ports), dport=draw(ports), ulen=8 + len(payload), data=payload))
    if draw(st.booleans()):
        options = draw(st.sampled_from([b"", b"\x01" * 4, b"\x94\x04\0\0" + b"\x01" * 36]))
        packet = bytes(
            dpkt.ip.IP(
                src=draw(st.binary(min_size=4, max_size=4)),
                dst=draw(st.binary(min_size=4, max_size=4)),
                p=protocol,
                hl=5 + len(options) // 4,
                opts=options,
                len=20 + len(options) + len(segment),
                data=segment,
            )
        )
        ether_type = 0x0800
    else:
        packet = bytes(
            dpkt.ip6.IP6(
                src=draw(st.binary(min_size=16, max_size=16)),
                dst=draw(st.binary(min_size=16, max_size=16)),
                nxt=protocol,
                plen=len(segment),
                hlim=9,
                data=segment,
            )
        )
        ether_type = 0x86DD
    padding = draw(st.binary(max_size=18))
    for _ in range(draw(st.integers(0, 2))):
        packet = make.vlan(packet, ether_type)
        ether_type = 0x8100
    return make.ethernet(packet, ether_type) + padding


@given(sound_frames())
def test_sound_frames_are_read_as_dpkt_reads_them(frame: bytes) -> None:
    packet = read(frame)
    ip = dpkt.ethernet.Ethernet(frame).data
    is_v4 = isinstance(ip, dpkt.ip.IP)
    assert packet.length == (ip.len if is_v4 else 40 + ip.plen)
    assert packet.ip_protocol == (ip.p if is_v4 else ip.nxt)
    assert ends(packet) == (ip.src, ip.dst, ip.data.sport, ip.data.dport)
    if packet.ip_protocol == 6:
        assert (packet.tcp_flags, packet.tcp_sequence) == (ip.data.flags, ip.data.seq)
    assert packet.time == 12.5
    assert packet.source_mac == make.MAC_A


@st.composite
def hostile_frames(draw: st.DrawFn) -> bytes:
    frame = bytearray(draw(sound_frames()))
    for position in draw(st.lists(st.integers(0, len(frame) - 1), max_size=4)):
        frame[position] = draw(st.integers(0, 255))
    return bytes(frame[: draw(st.integers(0, len(frame)))])


@given(hostile_frames() | st.binary(max_size=200), st.sampled_from([*LINK_TYPES, 9, 147, -1, 2**31]))
@example(b"", 101)
@example(b"", 258)
def test_any_bytes_give_a_value(frame: bytes, link_type: int) -> None:
    parsed = parse(frame, link_type)
    assert isinstance(parsed, Frame | NotIp | Unreadable)
    if isinstance(parsed, Frame):
        assert len(parsed.packet.source) == len(parsed.packet.destination)
        assert 20 <= parsed.packet.length <= 40 + MAX_JUMBO_BYTES
        assert parsed.packet.source_port in range(-1, 65536)


@given(st.binary(max_size=120), st.sampled_from(LINK_TYPES))
def test_ip_headers_with_anything_behind_give_a_value(tail: bytes, link_type: int) -> None:
    for first in (0x45, 0x46, 0x4F, 0x60, 0x6F):
        assert isinstance(parse(bytes((first,)) + tail, link_type), Frame | NotIp | Unreadable)


@given(st.integers(-5, 300), st.integers(0, 300))
def test_records_that_point_outside_the_data_give_a_value(offset: int, captured: int) -> None:
    data = make.ethernet(make.ipv4(make.udp()))
    parsed = parse_frame(data, max(offset, 0), captured, ETHERNET, 0.0)
    assert isinstance(parsed, Frame | NotIp | Unreadable)


# --- What cannot be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link_type", "frame", "reason"),
    [
        (1, make.ethernet(b""), "truncated_ip_header"),
        (1, make.ethernet(PACKET4[:19]), "truncated_ip_header"),
        (1, make.ethernet(PACKET6[:39], 0x86DD), "truncated_ip_header"),
        (101, b"", "truncated_ip_header"),
        (101, b"\x35" + PACKET4[1:], "bad_ip_version"),
        (101, b"\xf0" + PACKET6[1:], "bad_ip_version"),
        (228, PACKET6, "bad_ip_version"),
        (1, make.ethernet(PACKET6, 0x0800), "bad_ip_version"),
        (1, make.ethernet(PACKET4, 0x86DD), "bad_ip_version"),
        (101, b"\x44" + PACKET4[1:], "bad_ip_header_length"),
        (101, make.ipv4(make.udp(), total_length=19), "bad_ip_total_length"),
        (101, make.ipv4(make.udp(), total_length=0), "bad_ip_total_length"),
        (101, make.ipv4(make.udp(), options=b"\1" * 4, total_length=23), "bad_ip_total_length"),
        (101, make.ipv6(make.jumbo(6, make.tcp(), length=65_535), 0, payload_length=0), "bad_jumbo_length"),
        (101, make.ipv6(make.jumbo(6, make.tcp(), length=2**32 - 1), 0, payload_length=0), "bad_jumbo_length"),
    ],
)
def test_an_ip_header_that_cannot_be_read_has_a_stable_reason(link_type: int, frame: bytes, reason: str) -> None:
    parsed = parse(frame, link_type)
    assert isinstance(parsed, Unreadable)
    assert parsed.value == reason


# --- Lengths ---------------------------------------------------------------------------------


def test_padding_never_counts() -> None:
    short = make.ethernet(make.ipv4(make.udp(payload=b"x")))
    packet = read(short.ljust(60, b"\0"))
    assert packet.length == 29


def test_padding_is_not_taken_for_ports() -> None:
    packet = read(make.ethernet(make.ipv4(b"", make.UDP, total_length=22) + b"\x12" * 26))
    assert (packet.length, packet.source_port) == (22, NO_PORT)
    packet = read(make.ethernet(make.ipv6(b"\x12" * 20, make.UDP, payload_length=0), 0x86DD))
    assert (packet.length, packet.source_port) == (40, NO_PORT)


def test_tcp_flags_behind_the_end_of_the_packet_are_not_read() -> None:
    packet = read(make.ethernet(make.ipv4(make.tcp(flags=make.SYN), make.TCP, total_length=32)))
    assert (packet.source_port, packet.tcp_sequence, packet.tcp_flags) == (40000, 7, 0)


@pytest.mark.parametrize("captured", range(34, 54))
def test_a_short_capture_keeps_addresses_and_length(captured: int) -> None:
    frame = make.ethernet(make.ipv4(make.tcp(flags=make.SYN, payload=bytes(500)), make.TCP))
    packet = read(frame, captured=captured)
    assert (packet.source, packet.destination, packet.length) == (make.IP_A, make.IP_B, 540)
    has_ports = captured >= 38
    assert (packet.source_port != NO_PORT) == (packet.destination_port != NO_PORT) == has_ports
    assert packet.tcp_flags == (make.SYN if captured >= 48 else 0)


def test_options_that_were_cut_off_cost_only_the_ports() -> None:
    frame = make.ethernet(make.ipv4(make.udp(), options=b"\1" * 40))
    assert read(frame, captured=50).source_port == NO_PORT
    assert read(frame, captured=50).length == 68


def test_big_tcp_with_a_jumbo_option_has_its_length() -> None:
    frame = make.ipv6(make.jumbo(6, make.tcp(), length=180_000), 0, payload_length=0)
    packet = read(frame, RAW)
    assert packet.length == 180_040
    assert ends(packet) == V6_ENDS


def test_a_jumbo_option_is_found_behind_padding_options() -> None:
    options = b"\0\x01\x02\0\0" + b"\xc2\x04\x00\x02\x00\x00" + b"\x01\x01\0"
    frame = make.ipv6(make.extension(6, make.tcp(), body=options), 0, payload_length=0)
    assert read(frame, RAW).length == 40 + 0x20000


@pytest.mark.parametrize(
    "frame",
    [make.ipv4(make.tcp(), make.TCP, total_length=0), make.ipv6(make.tcp(), make.TCP, payload_length=0)],
)
def test_big_tcp_without_a_length_counts_what_was_captured_and_says_so(frame: bytes) -> None:
    parsed = parse(frame + bytes(36), RAW)
    assert isinstance(parsed, Frame)
    assert parsed.doubt is Doubt.LENGTH_UNKNOWN
    assert parsed.packet.length == len(frame) + 36
    assert parsed.packet.destination_port == 443


def test_an_ordinary_packet_with_a_hop_by_hop_header_of_no_length_is_its_header_alone() -> None:
    frame = make.ipv6(make.extension(6, make.tcp()), 0, payload_length=0)
    assert read(frame, RAW).length == 40


# --- Extension headers, protocols ------------------------------------------------------------


@pytest.mark.parametrize("count", range(9))
def test_up_to_eight_extension_headers_are_walked(count: int) -> None:
    payload, protocol = make.tcp(), 6
    for number in range(count):
        payload = make.extension(protocol, payload, body=bytes(6 + 8 * (number % 3)))
        protocol = 60
    assert ends(read(make.ipv6(payload, protocol), RAW)) == V6_ENDS


def test_a_ninth_extension_header_stops_the_walk_but_the_packet_counts() -> None:
    payload, protocol = make.tcp(), 6
    for _ in range(9):
        payload, protocol = make.extension(protocol, payload), 43
    parsed = parse(make.ipv6(payload, protocol), RAW)
    assert isinstance(parsed, Frame)
    assert parsed.doubt is Doubt.TOO_MANY_EXTENSION_HEADERS
    assert (parsed.packet.ip_protocol, parsed.packet.source_port) == (43, NO_PORT)
    assert parsed.packet.length == 40 + 9 * 8 + 20


def test_each_kind_of_extension_header_is_skipped() -> None:
    authentication = bytes((6, 4)) + bytes(22) + make.tcp()  # counted in units of 4 bytes, without the first two
    assert ends(read(make.ipv6(authentication, 51), RAW)) == V6_ENDS
    for kind in (0, 43, 60):
        assert ends(read(make.ipv6(make.extension(6, make.tcp()), kind), RAW)) == V6_ENDS


def test_an_extension_header_that_was_cut_off_gives_its_own_number() -> None:
    packet = read(make.ipv6(make.extension(6, make.tcp()), 60), RAW, captured=44)
    assert (packet.ip_protocol, packet.source_port, packet.length) == (60, NO_PORT, 68)


@pytest.mark.parametrize("protocol", [50, 59])
def test_encryption_and_no_next_header_stop_the_walk(protocol: int) -> None:
    packet = read(make.ipv6(bytes(20), protocol), RAW)
    assert (packet.ip_protocol, packet.source_port) == (protocol, NO_PORT)


@pytest.mark.parametrize("protocol", [17, 132, 136])
def test_udp_lite_and_sctp_have_ports(protocol: int) -> None:
    assert read(make.ipv4(make.udp(1, 2), protocol), RAW).destination_port == 2


@pytest.mark.parametrize("protocol", [2, 33, 47, 58, 255])
def test_protocols_without_ports_have_none(protocol: int) -> None:
    packet = read(make.ipv4(make.udp(1, 2), protocol), RAW)
    assert (packet.ip_protocol, packet.source_port, packet.destination_port) == (protocol, NO_PORT, NO_PORT)


@pytest.mark.parametrize(
    ("protocol", "kind", "ports"),
    [
        (1, 8, (0x1234, NO_PORT)),
        (1, 0, (NO_PORT, 0x1234)),
        (58, 128, (0x1234, NO_PORT)),
        (58, 129, (NO_PORT, 0x1234)),
        (1, 3, (NO_PORT, NO_PORT)),
        (58, 135, (NO_PORT, NO_PORT)),
        (1, 128, (NO_PORT, NO_PORT)),
    ],
)
def test_an_echo_has_its_identifier_for_the_port_of_who_asks(protocol: int, kind: int, ports: tuple[int, int]) -> None:
    packet = read(make.ipv4(make.icmp(kind, 0x1234), protocol), RAW)
    assert (packet.source_port, packet.destination_port) == ports


def test_an_echo_that_is_cut_short_has_no_identifier() -> None:
    packet = read(make.ipv4(make.icmp(8, 0x1234)[:7], 1), RAW)
    assert (packet.source_port, packet.destination_port) == (NO_PORT, NO_PORT)


@pytest.mark.parametrize(("protocol", "inner"), [(4, PACKET4), (41, PACKET6)])
def test_of_ip_in_ip_the_outer_packet_counts(protocol: int, inner: bytes) -> None:
    packet = read(make.ipv4(inner, protocol), RAW)
    assert (packet.ip_protocol, packet.length, packet.source_port) == (protocol, 20 + len(inner), NO_PORT)


def test_mapped_addresses_stay_as_they_are() -> None:
    mapped = ipaddress.IPv6Address("::ffff:192.0.2.1").packed
    assert read(make.ipv6(make.udp(), source=mapped), RAW).source == mapped


# --- Fragments -------------------------------------------------------------------------------


def fragment(frame: bytes) -> Frame:
    parsed = parse(frame, RAW)
    assert isinstance(parsed, Frame)
    return parsed


def test_a_first_fragment_has_ports_and_names_its_datagram() -> None:
    first = fragment(make.ipv4(make.udp(1, 2), fragment=make.MORE_FRAGMENTS))
    later = fragment(make.ipv4(make.udp(1, 2), fragment=3))
    assert (first.packet.source_port, first.packet.is_later_fragment) == (1, False)
    assert (later.packet.source_port, later.packet.is_later_fragment) == (NO_PORT, True)
    assert first.fragment_key == later.fragment_key != b""


def test_a_datagram_is_known_by_addresses_protocol_and_identification() -> None:
    keys = {
        fragment(make.ipv4(b"", 17, fragment=3)).fragment_key,
        fragment(make.ipv4(b"", 17, fragment=3, identification=2)).fragment_key,
        fragment(make.ipv4(b"", 1, fragment=3)).fragment_key,
        fragment(make.ipv4(b"", 17, fragment=3, source=make.IP_B)).fragment_key,
        fragment(make.ipv4(b"", 17, fragment=3, destination=make.IP_A)).fragment_key,
    }
    assert len(keys) == 5


def test_a_whole_packet_names_no_datagram() -> None:
    assert fragment(make.ipv4(make.udp())).fragment_key == b""
    assert fragment(make.ipv6(make.udp())).fragment_key == b""


def test_ipv6_fragments_are_known_whatever_protocol_the_later_ones_name() -> None:
    first = fragment(make.ipv6(make.fragment6(60, make.extension(17, make.udp(1, 2)), more=True), 44))
    later = fragment(make.ipv6(make.fragment6(17, bytes(8), offset=2), 44))
    assert (first.packet.ip_protocol, first.packet.source_port) == (17, 1)
    assert (later.packet.source_port, later.packet.is_later_fragment) == (NO_PORT, True)
    assert first.fragment_key == later.fragment_key != b""


def test_an_atomic_fragment_is_a_whole_packet() -> None:
    atomic = fragment(make.ipv6(make.fragment6(17, make.udp(1, 2)), 44))
    assert (atomic.packet.source_port, atomic.fragment_key) == (1, b"")
