"""Frames made by hand, header by header, for tests and benchmarks of what reads them."""

import struct
from collections.abc import Iterable

from netmon_collector.core.batch import Batch

MAC_A = bytes.fromhex("020000000001")
MAC_B = bytes.fromhex("020000000002")
IP_A = bytes((192, 0, 2, 1))
IP_B = bytes((198, 51, 100, 2))
IP6_A = bytes.fromhex("20010db8000000000000000000000001")
IP6_B = bytes.fromhex("20010db8000000000000000000000002")

TCP, UDP = 6, 17
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
MORE_FRAGMENTS, DO_NOT_FRAGMENT = 0x2000, 0x4000


def ethernet(payload: bytes, ether_type: int = 0x0800, *, source: bytes = MAC_A) -> bytes:
    return MAC_B + source + struct.pack("!H", ether_type) + payload


def vlan(payload: bytes, ether_type: int = 0x0800, *, tag: int = 5) -> bytes:
    """What follows an EtherType of 0x8100 or 0x88A8."""
    return struct.pack("!HH", tag, ether_type) + payload


def sll(payload: bytes, protocol: int = 0x0800, *, packet_type: int = 0, source: bytes = MAC_A) -> bytes:
    header = struct.pack("!HHH", packet_type, 1, len(source)) + source.ljust(8, b"\0")
    return header + struct.pack("!H", protocol) + payload


def sll2(payload: bytes, protocol: int = 0x0800, *, packet_type: int = 0, source: bytes = MAC_A) -> bytes:
    header = struct.pack("!HHIHBB", protocol, 0, 3, 1, packet_type, len(source))
    return header + source.ljust(8, b"\0") + payload


def pktap(
    payload: bytes,
    link_type: int = 1,
    *,
    flags: int = 2,
    pid: int = 4711,
    command: bytes = b"curl",
    record_type: int = 1,
    length: int = 156,
) -> bytes:
    """Apple's header, with the 48 bytes that newer systems add behind the documented 108."""
    header = struct.pack("<III24sIIIIi", length, record_type, link_type, b"en0", flags, 2, 14, 0, pid)
    header += command.ljust(20, b"\0") + struct.pack("<IHHi", 0, 6, 0, -1) + bytes(20)
    return header.ljust(length, b"\0") + payload


def ipv4(
    payload: bytes,
    protocol: int = UDP,
    *,
    source: bytes = IP_A,
    destination: bytes = IP_B,
    options: bytes = b"",
    fragment: int = DO_NOT_FRAGMENT,
    identification: int = 1,
    total_length: int | None = None,
    first_byte: int | None = None,
) -> bytes:
    header_length = 20 + len(options)
    if first_byte is None:
        first_byte = 0x40 | header_length // 4
    if total_length is None:
        total_length = header_length + len(payload)
    fixed = struct.pack("!BBHHHBBH", first_byte, 0, total_length, identification, fragment, 64, protocol, 0)
    return fixed + source + destination + options + payload


def ipv6(
    payload: bytes,
    next_header: int = UDP,
    *,
    source: bytes = IP6_A,
    destination: bytes = IP6_B,
    payload_length: int | None = None,
) -> bytes:
    if payload_length is None:
        payload_length = len(payload)
    return struct.pack("!IHBB", 0x60000000, payload_length, next_header, 64) + source + destination + payload


def extension(next_header: int, payload: bytes, *, body: bytes = bytes(6)) -> bytes:
    """A hop-by-hop, routing or destination options header; ``body`` is 6 bytes and a multiple of 8 more."""
    return bytes((next_header, (len(body) - 6) // 8)) + body + payload


def fragment6(
    next_header: int, payload: bytes, *, offset: int = 0, more: bool = False, identification: int = 9
) -> bytes:
    """An IPv6 fragment header; ``offset`` in units of 8 bytes."""
    return struct.pack("!BBHI", next_header, 0, offset << 3 | more, identification) + payload


def jumbo(next_header: int, payload: bytes, *, length: int) -> bytes:
    """A hop-by-hop header with a jumbo option."""
    return extension(next_header, payload, body=struct.pack("!BBI", 0xC2, 4, length))


def tcp(
    source_port: int = 40000, destination_port: int = 443, payload: bytes = b"", *, flags: int = ACK, sequence: int = 7
) -> bytes:
    return struct.pack("!HHIIBBHHH", source_port, destination_port, sequence, 0, 0x50, flags, 512, 0, 0) + payload


def icmp(kind: int, identifier: int, payload: bytes = b"") -> bytes:
    """An ICMP or ICMPv6 message with an identifier, as echoes have."""
    return struct.pack("!BBHHH", kind, 0, 0, identifier, 1) + payload


def udp(source_port: int = 40000, destination_port: int = 53, payload: bytes = b"") -> bytes:
    return struct.pack("!HHHH", source_port, destination_port, 8 + len(payload), 0) + payload


def batch(frames: Iterable[bytes], *, link_type: int = 1, interface: str = "eth0", first_time: int = 1_000) -> Batch:
    """The frames as one batch, a second apart."""
    data: list[bytes] = []
    records: list[bytes] = []
    offset = 0
    for index, frame in enumerate(frames):
        data.append(frame)
        records.append(struct.pack("=IIII", first_time + index, 500_000, offset, len(frame)))
        offset += len(frame)
    return Batch(interface=interface, link_type=link_type, data=b"".join(data), records=b"".join(records))
