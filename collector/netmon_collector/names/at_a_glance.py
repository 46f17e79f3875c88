"""Which frames of the names handles are worth reading: most name nothing, as a few bytes of them tell.

What clients send ends in small segments, of which few belong to a ClientHello. Reading one in full takes 12 µs, to
leave it out 2 (two busy cores); 1,000 packets a second held 330 of them, and cost 0.5 % of a core.
"""

import struct
from collections.abc import Container, Iterator
from typing import Final, TypeAlias

from netmon_collector.core.batch import Batch
from netmon_collector.core.frames import TCP
from netmon_collector.core.layouts import LAYOUTS, Layout
from netmon_collector.names.dns_ear import DNS_PORTS

__all__ = ["RECORD", "Record", "worth_reading"]

RECORD: Final = struct.Struct("=IIII")
Record: TypeAlias = tuple[int, int, int, int]
"""One of a batch: seconds, microseconds, offset, captured length."""

_HANDSHAKE: Final = 0x16
"""Type of a TLS record (RFC 8446, 5.1)."""
_ALL_BUT_DO_NOT_FRAGMENT: Final = 0xBFFF
_DNS: Final = frozenset(port.to_bytes(2, "big") for port in DNS_PORTS)


def worth_reading(batch: Batch, count: int, unfinished: Container[bytes]) -> Iterator[Record]:
    """Give the records of the first ``count`` frames but those of TCP that neither begin nor continue what is read.

    ``unfinished``: addresses and ports, as they lie in a packet, of whom more is expected. It is looked into as each
    frame comes, so that it may change between them. What is not plain (tags, options, fragments, BIG TCP) is given.
    """
    records: Iterator[Record] = RECORD.iter_unpack(batch.records[: count * RECORD.size])
    layout = LAYOUTS.get(batch.link_type)
    return records if layout is None else _sifted(batch.data, records, layout, unfinished)


def _sifted(data: bytes, records: Iterator[Record], layout: Layout, unfinished: Container[bytes]) -> Iterator[Record]:
    last_start = len(data) - layout.reach
    for record in records:
        _, _, offset, captured = record
        if offset > last_start:
            yield record
            continue
        link, version, length, fragment, protocol, key, _ = layout.read_ipv4(data, offset)
        start = offset + layout.link_length
        if version == 0x45 and link == layout.link_ipv4:
            is_plain = protocol == TCP and length and not fragment & _ALL_BUT_DO_NOT_FRAGMENT
            transport, ports = start + 20, 8
        elif version >> 4 == 6 and link == layout.link_ipv6:
            length, protocol, key, _ = layout.read_ipv6(data, offset)
            is_plain = protocol == TCP and length
            transport, ports, length = start + 40, 32, length + 40
        else:
            yield record
            continue
        if is_plain and key not in unfinished and key[ports : ports + 2] not in _DNS and key[ports + 2 :] not in _DNS:
            payload = transport + (data[transport + 12] >> 4) * 4
            if payload >= min(start + length, offset + captured, len(data)) or data[payload] != _HANDSHAKE:
                continue
        yield record
