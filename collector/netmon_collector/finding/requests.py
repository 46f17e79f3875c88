"""What the main process asks of the helper, as fixed structs. The helper trusts none of it: `decode` checks all.

A message is the head, with how many records follow, and the records. ``ValueError`` is all that hostile bytes cause.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Final

from netmon.model import Process, Protocol
from netmon_collector.core.first_packets import FirstPacket, FirstSocket
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Question

__all__ = [
    "FIRST_PACKETS_AT_ONCE",
    "QUESTIONS_AT_ONCE",
    "WANTED_AT_ONCE",
    "Kind",
    "Request",
    "decode",
    "encode_find",
    "encode_foreign",
    "encode_listing",
    "encode_ping",
    "encode_see",
]

QUESTIONS_AT_ONCE: Final = 1_024
FIRST_PACKETS_AT_ONCE: Final = 1_024
WANTED_AT_ONCE: Final = 4_096

_HEAD: Final = struct.Struct("=BBH")
"""Kind, flag, count of records. No time: what waits for the helper is done at its own."""
_ENDS: Final = struct.Struct("=BBBBii16s16s")
"""Protocol, IP protocol, lengths of both addresses, both ports, both addresses."""
_QUESTION: Final = struct.Struct("=ddQidB79sB")
"""Start, end (NaN: open), cookie; pid (0: nobody), start and id of the owner so far; whether it passes."""
_FIRST: Final = struct.Struct("=dBQIIQ")
"""Time, whether it came in; cookie, inode (0: no socket), uid and control group of its socket."""
_NO_SOCKET: Final = (0, 0, 0, 0)
_ADDRESS: Final = struct.Struct("=B16s")

_PROTOCOLS: Final = {int(protocol): protocol for protocol in Protocol}
_PORTS: Final = range(NO_PORT, 65_536)
_LENGTHS: Final = frozenset({4, 16})
_LATEST: Final = 1e11
"""Seconds, some thousand years: no number that a clock gives, and none that breaks arithmetic."""


class Kind(IntEnum):
    """What is asked."""

    FIND = 1
    SEE = 2
    LIST = 3
    FOREIGN = 4
    PING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, read. ``is_fresh``: nothing may come from caches. A question's id is its number in the request."""

    kind: Kind
    is_fresh: bool = False
    questions: tuple[Question, ...] = ()
    packets: tuple[FirstPacket, ...] = ()
    wanted: frozenset[bytes] = frozenset()


def encode_find(questions: Sequence[Question]) -> bytes:
    """Ask whose connections are; at most `QUESTIONS_AT_ONCE`."""
    parts = [_HEAD.pack(Kind.FIND, 0, len(questions))]
    for question in questions:
        parts += (_ends(question.key), _question(question))
    return b"".join(parts)


def encode_see(packets: Sequence[FirstPacket]) -> bytes:
    """Tell of connections that begin; at most `FIRST_PACKETS_AT_ONCE`. There is no answer."""
    parts = [_HEAD.pack(Kind.SEE, 0, len(packets))]
    for packet in packets:
        parts += (_ends(packet.key), _FIRST.pack(packet.time, packet.is_inbound, *(packet.socket or _NO_SOCKET)))
    return b"".join(parts)


def encode_listing(*, is_fresh: bool) -> bytes:
    """Ask for all sockets."""
    return _HEAD.pack(Kind.LIST, is_fresh, 0)


def encode_foreign(wanted: Sequence[bytes]) -> bytes:
    """Ask for the sockets of other network namespaces that have these addresses; at most `WANTED_AT_ONCE`."""
    rows = [_ADDRESS.pack(len(address), address) for address in wanted]
    return _HEAD.pack(Kind.FOREIGN, 0, len(rows)) + b"".join(rows)


def encode_ping() -> bytes:
    """Ask for a sign of life."""
    return _HEAD.pack(Kind.PING, 0, 0)


def decode(data: bytes) -> Request:
    """Read a request. Raises ``ValueError`` for all that the functions above would not have made."""
    if len(data) < _HEAD.size:
        raise ValueError("a request without its head")
    number, flag, count = _HEAD.unpack_from(data)
    read = partial(Request, kind=Kind(number), is_fresh=bool(flag))
    body = data[_HEAD.size :]
    if number == Kind.FIND:
        rows = _rows(body, _ENDS.size + _QUESTION.size, count, QUESTIONS_AT_ONCE)
        return read(questions=tuple(_read_question(*numbered) for numbered in enumerate(rows)))
    if number == Kind.SEE:
        rows = _rows(body, _ENDS.size + _FIRST.size, count, FIRST_PACKETS_AT_ONCE)
        return read(packets=tuple(_read_first(row) for row in rows))
    if number == Kind.FOREIGN:
        rows = _rows(body, _ADDRESS.size, count, WANTED_AT_ONCE)
        return read(wanted=frozenset(_address(*_ADDRESS.unpack(row)) for row in rows))
    _rows(body, 1, count, 0)
    return read()


def _rows(body: bytes, size: int, count: int, limit: int) -> list[bytes]:
    if count > limit or len(body) != size * count:
        raise ValueError("a request of another length than it says")
    return [body[start : start + size] for start in range(0, len(body), size)]


def _seconds(value: float) -> float:
    if not 0 <= value <= _LATEST:  # a NaN neither
        raise ValueError("no time")
    return value


def _address(length: int, padded: bytes, *, may_be_none: bool = False) -> bytes:
    if length not in _LENGTHS and not (may_be_none and not length):
        raise ValueError("no address")
    return padded[:length]


def _ends(key: FlowKey) -> bytes:
    local, remote = key.local_address, key.remote_address
    return _ENDS.pack(
        *(key.protocol, key.ip_protocol, len(local), len(remote)),
        *(key.local_port, key.remote_port, local, remote),
    )


def _read_ends(data: bytes) -> FlowKey:
    number, ip_protocol, local_length, remote_length, local_port, remote_port, local, remote = _ENDS.unpack_from(data)
    protocol = _PROTOCOLS.get(number)
    if protocol is None or local_port not in _PORTS or remote_port not in _PORTS:
        raise ValueError("no protocol, or no port")
    return FlowKey(
        protocol,
        ip_protocol,
        _address(local_length, local),
        local_port,
        _address(remote_length, remote, may_be_none=True),
        remote_port,
    )


def _question(question: Question) -> bytes:
    owner = question.owner
    name = owner.id.encode() if owner is not None else b""
    if owner is None or len(name) > 79 or not name.isascii() or not 0 < owner.pid < 1 << 31:
        pid, owner_start, name = 0, 0.0, b""
    else:
        pid, owner_start = owner.pid, owner.start_time
    end = math.nan if question.end_time is None else question.end_time
    return _QUESTION.pack(
        *(question.start_time, end, question.cookie, pid, owner_start, len(name), name, question.is_passing)
    )


def _read_question(number: int, row: bytes) -> Question:
    start, end, cookie, pid, owner_start, length, padded, is_passing = _QUESTION.unpack_from(row, _ENDS.size)
    owner = None
    if pid > 0:
        name = padded[:length].decode("ascii", "strict")
        owner = Process(id=name, pid=pid, start_time=_seconds(owner_start), name="")
    elif pid < 0:
        raise ValueError("no pid")
    end_time = None if math.isnan(end) else _seconds(end)
    return Question(str(number), _read_ends(row), _seconds(start), end_time, cookie, owner, bool(is_passing))


def _read_first(row: bytes) -> FirstPacket:
    time, is_inbound, cookie, inode, uid, control_group = _FIRST.unpack_from(row, _ENDS.size)
    found = FirstSocket(cookie, inode, uid, control_group) if inode else None
    return FirstPacket(_read_ends(row), _seconds(time), is_inbound=bool(is_inbound), socket=found)
