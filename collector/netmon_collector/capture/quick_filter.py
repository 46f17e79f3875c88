"""The kernel filter of the quick capture: classic BPF (linux/bpf_common.h) for packets that begin at the IP header."""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["INTERFACE_LIMIT", "first_packet_filter"]

SNAPSHOT_BYTES: Final = 128

INTERFACE_LIMIT: Final = 64
"""Where more interfaces are captured, all are listened on."""

# linux/filter.h: SKF_AD_OFF and what lies there.
_AD: Final = 0xFFFFF000
_PROTOCOL: Final = _AD
_PACKET_TYPE: Final = _AD + 4
_INTERFACE: Final = _AD + 8
_HARDWARE_TYPE: Final = _AD + 28

_TO_US: Final = 0  # PACKET_HOST, packet(7)
_FROM_US: Final = 4  # PACKET_OUTGOING
_LOOPBACK: Final = 772  # ARPHRD_LOOPBACK

_LOAD_WORD: Final = 0x20
_LOAD_HALF: Final = 0x28
_LOAD_BYTE: Final = 0x30
_LOAD_HALF_BEHIND: Final = 0x48
_LOAD_BYTE_BEHIND: Final = 0x50
_HEADER_LENGTH: Final = 0xB1
_AND: Final = 0x54
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_ANY: Final = 0x45
_RETURN: Final = 0x06


class _Step(NamedTuple):
    """One instruction; ``yes`` and ``no`` are labels further on, empty for the next one."""

    code: int
    number: int
    yes: str = ""
    no: str = ""
    label: str = ""


def first_packet_filter(interfaces: Sequence[int], *, is_wide: bool, has_tcp: bool = True) -> bytes:
    """Give the program that lets through what may begin a connection, on the interfaces with these indexes.

    TCP, if ``has_tcp``: SYN without ACK, both ways. UDP: what this machine sends: all of it if ``is_wide``, else DNS
    queries and QUIC's long headers (RFC 9000, section 17.2). Of the two copies that a loopback shows, the one that is
    received.
    """
    steps: list[_Step] = []
    if len(interfaces) <= INTERFACE_LIMIT:
        steps.append(_Step(_LOAD_WORD, _INTERFACE))
        steps += [_Step(_JUMP_IF_EQUAL, index, "type") for index in interfaces]
        steps.append(_Step(_RETURN, 0))
    tcp4, tcp6 = ("tcp4", "tcp6") if has_tcp else ("drop", "drop")
    steps += [
        _Step(_LOAD_HALF, _PACKET_TYPE, label="type"),
        _Step(_JUMP_IF_EQUAL, _FROM_US, "from"),
        _Step(_JUMP_IF_EQUAL, _TO_US, "", "drop"),
        _Step(_LOAD_HALF, _HARDWARE_TYPE),
        _Step(_JUMP_IF_EQUAL, _LOOPBACK, "any"),
        _Step(_LOAD_HALF, _PROTOCOL),
        _Step(_JUMP_IF_EQUAL, 0x0800, "in4"),
        _Step(_JUMP_IF_EQUAL, 0x86DD, "", "drop"),
        _Step(_LOAD_BYTE, 6),
        _Step(_JUMP_IF_EQUAL, 6, tcp6, "drop"),
        _Step(_LOAD_BYTE, 9, label="in4"),
        _Step(_JUMP_IF_EQUAL, 6, tcp4, "drop"),
        _Step(_LOAD_HALF, _HARDWARE_TYPE, label="from"),
        _Step(_JUMP_IF_EQUAL, _LOOPBACK, "drop"),
        _Step(_LOAD_HALF, _PROTOCOL, label="any"),
        _Step(_JUMP_IF_EQUAL, 0x0800, "any4"),
        _Step(_JUMP_IF_EQUAL, 0x86DD, "", "drop"),
        _Step(_LOAD_BYTE, 6),
        _Step(_JUMP_IF_EQUAL, 6, tcp6),
        _Step(_JUMP_IF_EQUAL, 17, "udp6", "drop"),
        _Step(_LOAD_BYTE, 9, label="any4"),
        _Step(_JUMP_IF_EQUAL, 6, tcp4),
        _Step(_JUMP_IF_EQUAL, 17, "udp4", "drop"),
        *(_tcp() if has_tcp else ()),
        *_udp(is_wide=is_wide),
        _Step(_RETURN, 0, label="drop"),
        _Step(_RETURN, SNAPSHOT_BYTES, label="take"),
    ]
    return _assemble(steps)


def _tcp() -> list[_Step]:
    return [
        _Step(_LOAD_BYTE, 53, label="tcp6"),
        _Step(_AND, 0x12),
        _Step(_JUMP_IF_EQUAL, 0x02, "take", "drop"),
        _Step(_LOAD_HALF, 6, label="tcp4"),
        _Step(_JUMP_IF_ANY, 0x1FFF, "drop"),
        _Step(_HEADER_LENGTH, 0),
        _Step(_LOAD_BYTE_BEHIND, 13),
        _Step(_AND, 0x12),
        _Step(_JUMP_IF_EQUAL, 0x02, "take", "drop"),
    ]


def _udp(*, is_wide: bool) -> list[_Step]:
    if is_wide:
        return [
            _Step(_LOAD_HALF, 6, label="udp4"),
            _Step(_JUMP_IF_ANY, 0x1FFF, "drop"),
            _Step(_RETURN, SNAPSHOT_BYTES, label="udp6"),
        ]
    return [
        _Step(_LOAD_HALF, 42, label="udp6"),
        _Step(_JUMP_IF_EQUAL, 53, "take"),
        _Step(_JUMP_IF_EQUAL, 443, "", "drop"),
        _Step(_LOAD_BYTE, 48),
        _Step(_AND, 0xC0),
        _Step(_JUMP_IF_EQUAL, 0xC0, "take", "drop"),
        _Step(_LOAD_HALF, 6, label="udp4"),
        _Step(_JUMP_IF_ANY, 0x1FFF, "drop"),
        _Step(_HEADER_LENGTH, 0),
        _Step(_LOAD_HALF_BEHIND, 2),
        _Step(_JUMP_IF_EQUAL, 53, "take"),
        _Step(_JUMP_IF_EQUAL, 443, "", "drop"),
        _Step(_LOAD_BYTE_BEHIND, 8),
        _Step(_AND, 0xC0),
        _Step(_JUMP_IF_EQUAL, 0xC0, "take", "drop"),
    ]


def _assemble(steps: Sequence[_Step]) -> bytes:
    places = {step.label: place for place, step in enumerate(steps) if step.label}
    return b"".join(
        struct.pack("=HBBI", step.code, *(_distance(places, place, to) for to in (step.yes, step.no)), step.number)
        for place, step in enumerate(steps)
    )


def _distance(places: dict[str, int], place: int, label: str) -> int:
    return places[label] - place - 1 if label else 0
