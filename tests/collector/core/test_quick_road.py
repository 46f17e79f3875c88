"""Both roads of the accounting count the same: each frame by its layout, or by the full parser."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netmon_collector.core.batch import Batch
from netmon_collector.core.frames import PORT_PROTOCOLS, Frame, parse_frame
from netmon_collector.core.links import NotIp
from netmon_collector.core.packet import TCP_ACK
from tests.support import frames as make
from tests.support.frames import batch
from tests.support.recording_book import Key, accounted, key_of, totals

UDP_FRAME = make.ethernet(make.ipv4(make.udp(payload=bytes(20))))
TCP_FRAME = make.ethernet(make.ipv4(make.tcp(flags=TCP_ACK), make.TCP))


PACKETS4 = [
    make.ipv4(make.udp(payload=bytes(9))),
    make.ipv4(make.udp()),
    make.ipv4(make.tcp(payload=bytes(30)), make.TCP),
    make.ipv4(make.tcp(), make.TCP, fragment=0),
    make.ipv4(make.tcp(flags=make.SYN), make.TCP),
    make.ipv4(make.tcp(flags=make.FIN | make.ACK), make.TCP),
    make.ipv4(make.tcp(), make.TCP, options=b"\1" * 8),
    make.ipv4(make.udp(payload=bytes(24)), fragment=make.MORE_FRAGMENTS),
    make.ipv4(bytes(24), fragment=4),
    make.ipv4(bytes(24), protocol=1),
    make.ipv4(make.tcp(), make.TCP, total_length=0),
    make.ipv4(make.tcp(flags=make.SYN), make.TCP, total_length=30),
    make.ipv4(make.udp(), total_length=24),
    make.ipv4(make.udp(), total_length=21),
    make.ipv4(make.tcp(), 132),
]
PACKETS6 = [
    make.ipv6(make.udp(payload=bytes(9))),
    make.ipv6(make.udp()),
    make.ipv6(make.tcp(), make.TCP),
    make.ipv6(make.tcp(flags=make.RST), make.TCP),
    make.ipv6(make.extension(17, make.udp()), 0),
    make.ipv6(make.fragment6(17, make.udp(), more=True), 44),
    make.ipv6(make.fragment6(17, bytes(8), offset=1), 44),
    make.ipv6(make.jumbo(6, make.tcp(), length=70_000), 0, payload_length=0),
    make.ipv6(make.tcp(), make.TCP, payload_length=0),
    make.ipv6(make.udp(), payload_length=4),
    make.ipv6(make.udp(), payload_length=3),
    make.ipv6(bytes(8), 58),
]


def framed(packet: bytes, link_type: int) -> bytes:
    is_v4 = packet[0] >> 4 == 4
    ether_type = 0x0800 if is_v4 else 0x86DD
    family = 2 if is_v4 else 30
    match link_type:
        case 0:
            return family.to_bytes(4, "little") + packet
        case 1:
            return make.ethernet(packet, ether_type)
        case 108:
            return family.to_bytes(4, "big") + packet
        case 113:
            return make.sll(packet, ether_type)
        case 276:
            return make.sll2(packet, ether_type)
        case 258:
            return make.pktap(packet, 12)
        case _:
            return packet


@st.composite
def traffic(draw: st.DrawFn) -> tuple[int, list[bytes]]:
    """Frames of one link type on few keys, so that most keys have a cell; some of them damaged, cut or padded."""
    link_type = draw(st.sampled_from([0, 1, 12, 101, 108, 113, 228, 229, 258, 276]))
    frames = [framed(draw(st.sampled_from(PACKETS4 + PACKETS6)), link_type) for _ in range(draw(st.integers(1, 12)))]
    for position in range(len(frames)):
        match draw(st.integers(0, 4)):
            case 0:
                damaged = bytearray(frames[position])
                damaged[draw(st.integers(0, len(damaged) - 1))] ^= 1 << draw(st.integers(0, 7))
                frames[position] = bytes(damaged)
            case 1:
                frames[position] = frames[position][: draw(st.integers(0, len(frames[position])))]
            case 2:
                frames[position] += draw(st.binary(max_size=20))
            case _:
                pass
    # All once more: by now each key has its cell and the quick road is open.
    return link_type, frames + frames


def expected(link_type: int, frames: list[bytes]) -> tuple[dict[Key, tuple[int, int]], Counter[str], int]:
    """What the full parser makes of each frame alone: totals by key, malformed by reason, frames without IP."""
    packets: Counter[Key] = Counter()
    sizes: Counter[Key] = Counter()
    malformed: Counter[str] = Counter()
    firsts: dict[bytes, tuple[int, int, int]] = {}
    non_ip = 0
    for frame in frames:
        parsed = parse_frame(frame, 0, len(frame), link_type, 0.0)
        if isinstance(parsed, NotIp):
            non_ip += 1
        elif not isinstance(parsed, Frame):
            malformed[parsed.value] += 1
        else:
            packet = parsed.packet
            if parsed.doubt:
                malformed[parsed.doubt.value] += 1
            protocol, source_port, destination_port = key_of(packet)[0], packet.source_port, packet.destination_port
            if packet.is_later_fragment:
                if parsed.fragment_key not in firsts:
                    continue
                protocol, source_port, destination_port = firsts[parsed.fragment_key]
            elif parsed.fragment_key and (source_port >= 0 or protocol not in PORT_PROTOCOLS):
                firsts[parsed.fragment_key] = (protocol, source_port, destination_port)
            key = (protocol, packet.source, packet.destination, source_port, destination_port)
            packets[key] += 1
            sizes[key] += packet.length
    return {key: (packets[key], sizes[key]) for key in packets}, malformed, non_ip


@given(traffic(), st.integers(1, 24))
@example((1, [UDP_FRAME, UDP_FRAME[:41], UDP_FRAME[:42], b"", UDP_FRAME]), 5)
@example((1, [TCP_FRAME, TCP_FRAME[:47], TCP_FRAME[:48]]), 3)
def test_the_quick_road_counts_what_the_full_parser_reads(sample: tuple[int, list[bytes]], batch_size: int) -> None:
    link_type, frames = sample
    batches = [
        batch(frames[start : start + batch_size], link_type=link_type) for start in range(0, len(frames), batch_size)
    ]
    accountant, _ = accounted(*batches)
    by_key, malformed, non_ip = expected(link_type, frames)
    assert totals(accountant) == by_key
    assert accountant.malformed == malformed
    assert accountant.non_ip("eth0")[0] == non_ip
    assert accountant.packet_count == len(frames)


@given(st.lists(st.binary(max_size=90), max_size=20), st.sampled_from([0, 1, 12, 113, 258, 276, 999]))
def test_any_frames_are_counted_or_have_a_reason(frames: list[bytes], link_type: int) -> None:
    accountant, book = accounted(batch(frames, link_type=link_type))
    counted = sum(cell.packets for cell in accountant.cells()) + len(book.uncelled)
    doubtful = accountant.malformed.get("length_unknown", 0) + accountant.malformed.get("too_many_extension_headers", 0)
    unreadable = sum(accountant.malformed.values()) - doubtful
    assert counted + unreadable + accountant.non_ip("eth0")[0] == len(frames)


def eth(packet: bytes) -> bytes:
    return framed(packet, 1)


PORTS = (40000).to_bytes(2, "big") + (443).to_bytes(2, "big")
UDP_PORTS = (40000).to_bytes(2, "big") + (53).to_bytes(2, "big")
TCP4, UDP4 = eth(make.ipv4(make.tcp(), make.TCP)), eth(make.ipv4(make.udp()))
TCP6, UDP6 = eth(make.ipv6(make.tcp(), make.TCP)), eth(make.ipv6(make.udp()))
OPENERS = [TCP4, UDP4, TCP6, UDP6]


def with_first_byte(frame: bytes, first: int) -> bytes:
    return frame[:14] + bytes((first,)) + frame[15:]


@pytest.mark.parametrize(
    "impostors",
    [
        pytest.param([eth(make.ipv4(make.tcp(1, 2), make.TCP, options=PORTS))], id="TCP's ports in the options"),
        pytest.param([eth(make.ipv4(make.udp(1, 2), options=UDP_PORTS))], id="UDP's ports in the options"),
        pytest.param([TCP4[:36], PORTS[2:] + bytes(60)], id="the ports end in the next frame"),
        pytest.param([TCP4[:40], bytes(60)], id="TCP's flags are in the next frame and harmless"),
        pytest.param([UDP4[:36], UDP_PORTS[2:] + bytes(60)], id="UDP's ports end in the next frame"),
        pytest.param([TCP6[:56], PORTS[2:] + bytes(60)], id="IPv6: the ports end in the next frame"),
        pytest.param([UDP6[:56], UDP_PORTS[2:] + bytes(60)], id="IPv6: UDP's ports end in the next frame"),
        pytest.param([eth(make.ipv4(make.udp(), protocol)) for protocol in (1, 47, 132, 136)], id="other protocols"),
        pytest.param([eth(make.ipv6(make.udp(), protocol)) for protocol in (0, 44, 58, 60, 132)], id="IPv6: others"),
        pytest.param([with_first_byte(UDP4, first) for first in (0x44, 0x46, 0x4F, 0x55, 0x65)], id="first byte"),
        pytest.param([with_first_byte(UDP6, first) for first in (0x00, 0x45, 0x50, 0x70)], id="IPv6: first byte"),
        pytest.param([UDP4[:12] + b"\x08\x06" + UDP4[14:]], id="ARP that looks like IPv4"),
        pytest.param([UDP6[:12] + b"\x08\x06" + UDP6[14:]], id="ARP that looks like IPv6"),
        pytest.param([UDP4[:12] + b"\x86\xdd" + UDP4[14:]], id="IPv4 announced as IPv6"),
        pytest.param([UDP6[:12] + b"\x08\x00" + UDP6[14:]], id="IPv6 announced as IPv4"),
        pytest.param([eth(make.ipv4(UDP_PORTS, total_length=size)) + bytes(30) for size in (20, 23)], id="padding"),
        pytest.param(
            [eth(make.ipv6(UDP_PORTS, payload_length=size)) + bytes(30) for size in (0, 3)], id="IPv6: padding"
        ),
        pytest.param(
            [eth(make.ipv4(make.udp(), fragment=fragment)) for fragment in (1, 0x2000, 0x2001, 0x3FFF, 0x8001)],
            id="fragments",
        ),
    ],
)
def test_what_only_looks_like_a_known_flow_is_not_counted_as_one(impostors: list[bytes]) -> None:
    frames = [*OPENERS, *impostors, bytes(99)]
    accountant, _ = accounted(batch(OPENERS), batch(frames))
    by_key, malformed, non_ip = expected(1, OPENERS + frames)
    assert totals(accountant) == by_key
    assert accountant.malformed == malformed
    assert accountant.non_ip("eth0")[0] == non_ip


def test_flags_that_were_not_captured_are_not_taken_from_the_next_frame() -> None:
    neighbour = bytes(7) + bytes((make.SYN,)) + bytes(60)  # its eighth byte lies where TCP4's flags would
    _, book = accounted(batch([TCP4]), batch([TCP4[:40], neighbour, TCP6[:60], neighbour, bytes(99)]))
    assert book.controlled == []


@pytest.mark.parametrize("link_type", [0, 1, 12, 101, 108, 113, 276])
@pytest.mark.parametrize("packet", [PACKETS4[0], PACKETS4[2], PACKETS6[0], PACKETS6[2]])
def test_the_common_packet_takes_the_quick_road(link_type: int, packet: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = framed(packet, link_type)
    accountant, _ = accounted(batch([frame], link_type=link_type))
    monkeypatch.setattr("netmon_collector.core.accounting.parse_frame", None)  # not to be called any more
    # The last frames of a batch may be too short for it; these are not the last.
    tail = bytes(80)
    records = batch([frame] * 3, link_type=link_type)
    accountant.add_batch(
        Batch(interface="eth0", link_type=link_type, data=records.data + tail, records=records.records)
    )
    assert [cell.packets for cell in accountant.cells()] == [4]
