"""Packets of pcap and pcapng files, read without libpcap: that one refuses files with several kinds of interfaces."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NANOSECOND_MAGICS = (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
_LITTLE_MAGICS = (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_TIME_UNIT = 9
"""The option of an interface that tells in which unit its times are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedFrame:
    """One frame. ``link_type`` is libpcap's DLT value, ``time`` Unix seconds."""

    link_type: int
    time: float
    data: bytes


def frames_of(path: Path) -> Iterator[CapturedFrame]:
    """Give the frames of a file up to where it is damaged."""
    content = path.read_bytes()
    try:
        yield from _pcapng(content) if content[:4] == b"\x0a\x0d\x0d\x0a" else _pcap(content)
    except struct.error:
        return


def _pcap(content: bytes) -> Iterator[CapturedFrame]:
    order = "<" if content[:4] in _LITTLE_MAGICS else ">"
    unit = 1e-9 if content[:4] in _NANOSECOND_MAGICS else 1e-6
    (link_type,) = struct.unpack_from(f"{order}I", content, 20)
    offset = 24
    while offset < len(content):
        seconds, fraction, captured, _ = struct.unpack_from(f"{order}4I", content, offset)
        begin = offset + 16
        offset = begin + captured
        yield _frame(link_type & 0xFFFF, seconds + fraction * unit, content[begin:offset])


def _pcapng(content: bytes) -> Iterator[CapturedFrame]:
    links: list[tuple[int, float]] = []
    order, offset = "<", 0
    while offset < len(content):
        kind = int.from_bytes(content[offset : offset + 4], "little")
        if kind == _SECTION:  # the same in both byte orders
            order = "<" if content[offset + 8 : offset + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, length = struct.unpack_from(f"{order}2I", content, offset)
        body = content[offset + 8 : offset + length - 4]
        if length < 12:
            return
        offset += length
        if kind == _INTERFACE:
            (link_type,) = struct.unpack_from(f"{order}H", body)
            links.append((link_type, _time_unit(body, order)))
        elif kind == _ENHANCED:
            interface, high, low, captured, _ = struct.unpack_from(f"{order}5I", body)
            link_type, unit = links[int(interface)]
            yield _frame(link_type, (high << 32 | low) * unit, body[20 : 20 + captured])
        elif kind == _SIMPLE:
            (length,) = struct.unpack_from(f"{order}I", body)
            yield _frame(links[0][0], 0.0, body[4 : 4 + length])


def _time_unit(body: bytes, order: str) -> float:
    """Seconds in an interface's unit of time: microseconds unless an option says otherwise."""
    offset = 8
    while offset + 4 <= len(body):
        kind, length = struct.unpack_from(f"{order}2H", body, offset)
        if kind == _TIME_UNIT:
            exponent = body[offset + 4]
            return 2.0 ** -(exponent & 0x7F) if exponent & 0x80 else 10.0**-exponent
        offset += 4 + (length + 3 & ~3)
    return 1e-6


def _frame(link_type: int, time: float, data: bytes) -> CapturedFrame:
    return CapturedFrame(link_type=link_type, time=time, data=data)
