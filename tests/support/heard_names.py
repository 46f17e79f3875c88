"""The names that the collector's parsers find in a capture file, whoever sent them, and those that tshark finds."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from netmon.address import address_text, packed_address
from netmon_collector.core.frames import TCP
from netmon_collector.names.dns import AddressRecord, AliasRecord, parse_message, split_stream
from netmon_collector.names.quic import InitialTable, is_initial
from netmon_collector.names.quic_packet import VERSIONS
from netmon_collector.names.segment import Segment, read_segment
from netmon_collector.names.stream_head import StreamHeads
from netmon_collector.names.tls import parse_client_hello
from tests.support.capture_reader import frames_of

DNS_PORTS = frozenset({53, 5353, 5355})

_FIELDS: tuple[str, ...] = (
    "_ws.malformed",
    "ip.version",
    "ip.flags.mf",
    "ip.frag_offset",
    "ipv6.fraghdr.offset",
    "udp.port",
    "tcp.port",
    "quic.version",
    "dns.qry.name",
    "dns.cname",
    "dns.a",
    "dns.aaaa",
    "tls.handshake.extensions_server_name",
)
_SEPARATOR, _AGGREGATOR = "\x1e", "\x1f"
_ROOT = "<Root>"
# What may tell a name has one of these somewhere: DNS's ports, a handshake record, a version of QUIC. Asking tshark
# about the other files takes minutes and says nothing.
_TRACES = (b"\0\x35", b"\x14\xe9", b"\x14\xeb", b"\x16\x03", b"\0\0\0\x01\x08", b"\x6b\x33\x43\xcf", b"\xff\0\0\x1d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """All names in one capture file. ``addresses`` are texts."""

    asked: set[str] = field(default_factory=set[str])
    aliases: set[str] = field(default_factory=set[str])
    addresses: set[str] = field(default_factory=set[str])
    servers: set[str] = field(default_factory=set[str])


def may_tell_names(path: Path) -> bool:
    """Whether a file holds bytes without which there is no name in it."""
    content = path.read_bytes()
    return any(trace in content for trace in _TRACES)


def heard_names(path: Path) -> Names:
    """Read a capture file with the collector's parsers. Raises what they raise, other than ValueError."""
    names = Names()
    heads, initials = StreamHeads(), InitialTable()
    for segment, time in _segments(path):
        packet = segment.packet
        key = (packet.source, packet.source_port, packet.destination, packet.destination_port)
        try:
            if packet.ip_protocol == TCP:
                head = heads.add(key, packet.tcp_sequence, segment.payload, time)
                _hear_stream(head, names, is_dns=bool(DNS_PORTS.intersection(key)))
            elif DNS_PORTS.intersection(key):
                _hear_message(segment.payload, names)
            elif is_initial(segment.payload):
                _hear_hello(initials.add(key, segment.payload, time), names)
        except ValueError:
            continue
    return names


def _segments(path: Path) -> Iterator[tuple[Segment, float]]:
    for frame in frames_of(path):
        segment = read_segment(frame.data, 0, len(frame.data), frame.link_type, frame.time)
        if segment is not None:
            yield segment, frame.time


def _hear_stream(head: bytes, names: Names, *, is_dns: bool) -> None:
    if is_dns:
        messages, _ = split_stream(head)
        for message in messages:
            _hear_message(message, names)
    else:
        _hear_hello(parse_client_hello(head) if head else None, names)


def _hear_hello(hello: object, names: Names) -> None:
    name = getattr(hello, "server_name", "")
    if name:
        names.servers.add(shape(name))


def _hear_message(payload: bytes, names: Names) -> None:
    message = parse_message(payload)
    names.asked.update(shape(question.name) for question in message.questions)
    for record in (*message.answers, *message.additionals):
        if isinstance(record, AddressRecord):
            names.addresses.add(address_text(record.address))
        elif isinstance(record, AliasRecord):
            names.aliases.add(shape(record.target))


def tshark_names(path: Path) -> tuple[Names, Names]:
    """Give what tshark finds where the collector undertakes to find it too, and what it finds anywhere.

    Left out of the first: malformed packets, IP fragments, packets in tunnels, DNS on other ports than its own, and
    other versions of QUIC than 1, 2 and draft 29.
    """
    command = ["tshark", "-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-r", str(path)]
    command += ["-Y", "dns or mdns or llmnr or tls or quic", "-T", "fields"]
    command += ["-E", f"separator={_SEPARATOR}", "-E", f"aggregator={_AGGREGATOR}", "-E", "occurrence=a"]
    for name in _FIELDS:
        command += ["-e", name]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    promised, everything = Names(), Names()
    for line in run.stdout.split("\n"):
        cells = [[part for part in cell.split(_AGGREGATOR) if part] for cell in line.split(_SEPARATOR)]
        if len(cells) != len(_FIELDS):
            continue  # the last line is empty
        found = dict(zip(_FIELDS, cells, strict=True))
        _add(everything, found, has_dns=True)
        if _is_promised(found):
            ports = {int(port) for port in (*found["udp.port"], *found["tcp.port"])}
            _add(promised, found, has_dns=bool(ports & DNS_PORTS))
    return promised, everything


def _is_promised(found: dict[str, list[str]]) -> bool:
    is_later = bool(found["ipv6.fraghdr.offset"]) or any(offset != "0" for offset in found["ip.frag_offset"])
    is_fragment = is_later or "1" in found["ip.flags.mf"]
    is_in_tunnel = len(found["ip.version"]) > 1
    is_known_quic = all(int(version, 0) in VERSIONS for version in found["quic.version"])
    return not (found["_ws.malformed"] or is_fragment or is_in_tunnel) and is_known_quic


def _add(names: Names, found: dict[str, list[str]], *, has_dns: bool) -> None:
    servers = map(shape, found["tls.handshake.extensions_server_name"])
    names.servers.update(name for name in servers if not _is_address(name))
    if has_dns:
        # In angle brackets tshark says why it shows no name.
        names.asked.update(shape(name) for name in found["dns.qry.name"] if name == _ROOT or name[0] != "<")
        names.aliases.update(shape(name) for name in found["dns.cname"] if name == _ROOT or name[0] != "<")
        names.addresses.update(address_text(packed_address(text)) for text in (*found["dns.a"], *found["dns.aaaa"]))


def shape(name: str) -> str:
    """Give a name so that both sides' can be compared: what either escapes or replaces, each in its way, is one "?"."""
    if name == _ROOT:
        return "."
    return re.sub(r"(\\\d{3}|\\.|[^!-~]|[()@$;\"])+", "?", name.removesuffix(".") or ".").lower()


def _is_address(name: str) -> bool:
    """Whether a client wrote an address where a name belongs (RFC 6066, 3); the collector takes none for a name."""
    return ":" in name or name.rpartition(".")[2].isdigit()
