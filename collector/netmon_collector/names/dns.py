"""DNS messages (RFC 1035, 9460), as unicast DNS, mDNS (RFC 6762) and LLMNR (RFC 4795) send them."""

import struct

from netmon_collector.names.dns_message import (
    TYPE_A,
    TYPE_AAAA,
    TYPE_CNAME,
    TYPE_HTTPS,
    TYPE_SVCB,
    AddressRecord,
    AliasRecord,
    DnsMessage,
    DnsQuestion,
    DnsRecord,
    NamedAddress,
    ServiceRecord,
)
from netmon_collector.names.dns_names import NameReader
from netmon_collector.names.service_binding import parse_service_binding

__all__ = [
    "MAX_QUESTIONS",
    "MAX_RECORDS",
    "TYPE_A",
    "TYPE_AAAA",
    "TYPE_CNAME",
    "TYPE_HTTPS",
    "TYPE_SVCB",
    "AddressRecord",
    "AliasRecord",
    "DnsMessage",
    "DnsQuestion",
    "DnsRecord",
    "NamedAddress",
    "ServiceRecord",
    "addresses",
    "parse_message",
    "split_stream",
]

MAX_RECORDS = 64
"""Records that are looked at, of all sections together. What lies behind them is counted, not read.

The largest of 3,000 messages in captures that others made had 42.
"""
MAX_QUESTIONS = 64
"""mDNS asks for many things at once; unicast DNS for one."""

_MAX_NAMES = 16
_CLASS_IN = 1
# mDNS: the class's first bit is "cache flush" of a record, and "answer me alone" of a question (RFC 6762, 5.4, 10.2).
_CLASS_MASK = 0x7FFF
_ADDRESS_SIZE = {TYPE_A: 4, TYPE_AAAA: 16}
_READ_TYPES = frozenset({TYPE_A, TYPE_AAAA, TYPE_CNAME, TYPE_HTTPS, TYPE_SVCB})

_HEADER = struct.Struct("!6H")
_QUESTION = struct.Struct("!2H")
_RECORD = struct.Struct("!2HIH")


def parse_message(payload: bytes) -> DnsMessage:
    """Parse one message: a datagram's payload, or one message of a TCP stream.

    Raises ValueError for what is no whole message, and for other things than queries and their answers (opcode 0).
    """
    if len(payload) < _HEADER.size:
        raise ValueError("shorter than a DNS header")
    message_id, flags, question_count, *record_counts = _HEADER.unpack_from(payload)
    if flags >> 11 & 0xF:
        raise ValueError("neither a query nor its answer")
    names = NameReader(payload)
    questions, offset = _read_questions(payload, question_count, names)
    sections: list[list[DnsRecord]] = []
    room = MAX_RECORDS
    for section, count in enumerate(record_counts):
        is_wanted = section != 1  # the authority section names servers, not what was asked
        records, offset = _read_records(payload, offset, min(count, room), names, is_wanted=is_wanted)
        sections.append(records)
        room -= min(count, room)
    return DnsMessage(
        id=message_id,
        is_response=bool(flags & 0x8000),
        rcode=flags & 0xF,
        is_truncated=bool(flags & 0x0200),
        questions=questions,
        answers=tuple(sections[0]),
        additionals=tuple(sections[2]),
        left_out_count=max(sum(record_counts) - MAX_RECORDS, 0),
    )


def _read_questions(payload: bytes, count: int, names: NameReader) -> tuple[tuple[DnsQuestion, ...], int]:
    if count > MAX_QUESTIONS:
        raise ValueError("too many questions")
    questions: list[DnsQuestion] = []
    offset = _HEADER.size
    for _ in range(count):
        name, offset = names.read(offset)
        if offset + _QUESTION.size > len(payload):
            raise ValueError("a question that is cut off")
        record_type, _class = _QUESTION.unpack_from(payload, offset)
        questions.append(DnsQuestion(name=name, type=record_type))
        offset += _QUESTION.size
    return tuple(questions), offset


def _read_records(
    payload: bytes, offset: int, count: int, names: NameReader, *, is_wanted: bool
) -> tuple[list[DnsRecord], int]:
    records: list[DnsRecord] = []
    for _ in range(count):
        name, offset = names.read(offset) if is_wanted else ("", names.skip(offset))
        if offset + _RECORD.size > len(payload):
            raise ValueError("a record that is cut off")
        record_type, record_class, ttl_seconds, size = _RECORD.unpack_from(payload, offset)
        begin = offset + _RECORD.size
        offset = begin + size
        if offset > len(payload):
            raise ValueError("a record that is cut off")
        if is_wanted and record_type in _READ_TYPES and record_class & _CLASS_MASK == _CLASS_IN:
            # RFC 2181, 8: a lifetime with its first bit set is none.
            ttl_seconds = 0 if ttl_seconds >= 1 << 31 else ttl_seconds
            is_flush = record_class != _CLASS_IN
            records.append(_record(payload, begin, offset, names, name, record_type, ttl_seconds, is_flush=is_flush))
    return records, offset


def _record(
    payload: bytes,
    begin: int,
    end: int,
    names: NameReader,
    name: str,
    record_type: int,
    ttl_seconds: int,
    *,
    is_flush: bool,
) -> DnsRecord:
    if record_type in _ADDRESS_SIZE:
        if end - begin != _ADDRESS_SIZE[record_type]:
            raise ValueError("an address of a wrong length")
        return AddressRecord(name, payload[begin:end], ttl_seconds, is_flush)
    if record_type == TYPE_CNAME:
        target, target_end = names.read(begin)
        if target_end != end:
            raise ValueError("an alias that ends elsewhere than its record")
        return AliasRecord(name=name, target=target, ttl_seconds=ttl_seconds)
    binding = parse_service_binding(payload, begin, end, names)
    is_own = binding.target == "." and binding.priority > 0  # RFC 9460, 2.5.2
    return ServiceRecord(
        name=name,
        type=record_type,
        priority=binding.priority,
        target=name if is_own else binding.target,
        ttl_seconds=ttl_seconds,
        ipv4_hints=binding.ipv4_hints,
        ipv6_hints=binding.ipv6_hints,
        ech_public_names=binding.ech_public_names,
    )


def addresses(message: DnsMessage, name: str) -> dict[bytes, NamedAddress]:
    """Give what the message says of ``name``: each address, with how it was reached.

    Aliases and services' targets are followed through the answer and additional sections, 16 names in all; what the
    message says of other names is left out. An address that a record and a hint give is no hint.
    """
    records: dict[str, list[DnsRecord]] = {}
    for record in (*message.answers, *message.additionals):
        records.setdefault(record.name, []).append(record)
    found: dict[bytes, NamedAddress] = {}
    visited: set[str] = set()
    waiting = [NamedAddress(names=(name,), ttl_seconds=(1 << 31) - 1)]
    while waiting and len(visited) < _MAX_NAMES:
        way = waiting.pop(0)
        current = way.names[-1]
        if current in visited:
            continue
        visited.add(current)
        names = way.names
        for record in records.get(current, ()):
            ttl_seconds = min(way.ttl_seconds, record.ttl_seconds)
            if isinstance(record, AddressRecord):
                address = record.address
                if address not in found or found[address].is_hint:
                    found[address] = NamedAddress(names, ttl_seconds)
                continue
            targets = names if record.target == current else (*names, record.target)
            waiting.append(NamedAddress(targets, ttl_seconds))
            if isinstance(record, ServiceRecord):
                for address in (*record.ipv4_hints, *record.ipv6_hints):
                    if address not in found:
                        found[address] = NamedAddress(targets, ttl_seconds, is_hint=True)
    return found


def split_stream(data: bytes) -> tuple[tuple[bytes, ...], int]:
    """Give the whole messages at the beginning of a TCP stream's bytes (RFC 1035, 4.2.2), and the bytes they took.

    Raises ValueError for a message shorter than a DNS header: the stream is no DNS.
    """
    messages: list[bytes] = []
    offset = 0
    while offset + 2 <= len(data):
        begin = offset + 2
        end = begin + int.from_bytes(data[offset:begin])
        if end - begin < _HEADER.size:
            raise ValueError("a message shorter than a DNS header")
        if end > len(data):
            break
        messages.append(data[begin:end])
        offset = end
    return tuple(messages), offset
