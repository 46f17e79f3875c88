"""The records of a perf ring: samples of a tracepoint, and what becomes of processes (perf_event_open(2))."""

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final, NamedTuple

from netmon_collector.host.perf.tracefs import Field, Tracepoint

__all__ = ["Lost", "Named", "ProcessEnded", "ProcessForked", "Record", "StateChange", "StateReader", "TcpState"]

_HEADER: Final = struct.Struct("=IHH")
_LOST: Final = 2
_COMM: Final = 3
_EXIT: Final = 4
_THROTTLE: Final = 5
_FORK: Final = 7
_SAMPLE: Final = 9
_COMM_EXEC: Final = 1 << 13

_TASK: Final = struct.Struct("=8xIIIIQ")
"""Of a fork or an exit: pid, the parent's, thread, the parent's thread, when."""
_COMM_TASK: Final = struct.Struct("=8xII")
_COMM_AT: Final = 16
_TRAILER: Final = struct.Struct("=IIQ")
"""Behind each record but a sample: pid and thread that were running, when."""
_TRACED: Final = "=8xI4xQ4x"
"""Of a sample: pid and when, before what the tracepoint tells."""

_FIELDS: Final = {
    "common_flags": "B",
    "skaddr": "Q",
    "oldstate": "i",
    "newstate": "i",
    "sport": "H",
    "dport": "H",
    "saddr_v6": "16s",
    "daddr_v6": "16s",
}

_LEAST_BYTES: Final = _HEADER.size + _TRAILER.size
"""Of any record that is none of those in particular."""

_MAPPED: Final = bytes(10) + b"\xff\xff"
_IN_INTERRUPT: Final = 0x08 | 0x10
"""common_flags: TRACE_FLAG_HARDIRQ, TRACE_FLAG_SOFTIRQ (linux/trace_events.h): whoever runs has no part in it."""


class TcpState(IntEnum):
    """States of a TCP socket (net/tcp_states.h) that this is about."""

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECEIVED = 3
    FIN_WAIT_1 = 4
    CLOSED = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9


class ProcessForked(NamedTuple):
    """A process began, in CLOCK_MONOTONIC seconds as all here."""

    seconds: float
    pid: int
    parent_pid: int


class ProcessEnded(NamedTuple):
    """The first thread of a process ended."""

    seconds: float
    pid: int


class Named(NamedTuple):
    """A process's first thread got a name; ``is_execed``: since it runs another program now."""

    seconds: float
    pid: int
    name: bytes
    is_execed: bool


class StateChange(NamedTuple):
    """A TCP socket went from one state to another while ``pid`` was running; 0: it was the network's doing.

    ``socket`` tells sockets apart that are there at the same time; ends are packed addresses and ports, ours first.
    """

    seconds: float
    pid: int
    socket: int
    before: int
    state: int
    ends: tuple[bytes, int, bytes, int]


class Lost(NamedTuple):
    """The kernel had no room for some records."""

    seconds: float


Record = ProcessForked | ProcessEnded | Named | StateChange | Lost


class StateReader:
    """Reads records where the tracepoint is ``sock:inet_sock_set_state`` (trace/events/sock.h)."""

    def __init__(self, tracepoint: Tracepoint) -> None:
        """``tracepoint`` is as this kernel describes it. Raises ``ValueError`` where it lacks what is needed."""
        self._change_struct = _struct_of(tracepoint.fields)
        self._least_bytes = {
            _SAMPLE: self._change_struct.size,
            _FORK: _TASK.size,
            _EXIT: _TASK.size,
            _COMM: _COMM_AT + _TRAILER.size,
        }

    def read(self, data: bytes) -> list[Record]:
        """Read whole records. Raises ``ValueError`` for bytes that are none."""
        found: list[Record] = []
        offset, end, least = 0, len(data), self._least_bytes
        while offset < end:
            if end - offset < _HEADER.size:
                raise ValueError("a record that is cut short")
            kind, misc, size = _HEADER.unpack_from(data, offset)
            if size < least.get(kind, _LEAST_BYTES) or offset + size > end:
                raise ValueError("a record that is cut short")
            if kind == _SAMPLE:
                found.append(self._change(data, offset))
            elif kind in _OTHERS:
                record = _OTHERS[kind](data, offset, offset + size, misc)
                if record is not None:
                    found.append(record)
            offset += size
        return found

    def _change(self, data: bytes, offset: int) -> StateChange:
        told = self._change_struct.unpack_from(data, offset)
        pid, time, flags, socket, before, state, local_port, remote_port, local, remote = told
        if local[:12] == _MAPPED == remote[:12]:
            local, remote = local[12:], remote[12:]
        ends = local, local_port, remote, remote_port
        return StateChange(time / 1e9, 0 if flags & _IN_INTERRUPT else pid, socket, before, state, ends)


def _fork(data: bytes, offset: int, end: int, misc: int) -> ProcessForked | None:
    del end, misc
    pid, parent_pid, thread, _, time = _TASK.unpack_from(data, offset)
    return ProcessForked(time / 1e9, pid, parent_pid) if pid == thread else None


def _exit(data: bytes, offset: int, end: int, misc: int) -> ProcessEnded | None:
    del end, misc
    pid, _, thread, _, time = _TASK.unpack_from(data, offset)
    return ProcessEnded(time / 1e9, pid) if pid == thread else None


def _named(data: bytes, offset: int, end: int, misc: int) -> Named | None:
    pid, thread = _COMM_TASK.unpack_from(data, offset)
    if pid != thread:
        return None
    _, _, time = _TRAILER.unpack_from(data, end - _TRAILER.size)
    name = data[offset + _COMM_AT : end - _TRAILER.size].rstrip(b"\0")
    return Named(time / 1e9, pid, name, bool(misc & _COMM_EXEC))


def _lost(data: bytes, offset: int, end: int, misc: int) -> Lost:
    del offset, misc
    _, _, time = _TRAILER.unpack_from(data, end - _TRAILER.size)
    return Lost(time / 1e9)


_OTHERS: Final[Mapping[int, Callable[[bytes, int, int, int], Record | None]]] = {
    _LOST: _lost,
    _COMM: _named,
    _EXIT: _exit,
    _THROTTLE: _lost,
    _FORK: _fork,
}


def _struct_of(fields: Mapping[str, Field]) -> struct.Struct:
    """Give how to read the fields of ``_FIELDS``, which lie in this order. Raises ``ValueError``."""
    form, end = _TRACED, 0
    for name, code in _FIELDS.items():
        field = fields.get(name)
        if field is None or field.offset < end or field.size != struct.calcsize(f"={code}"):
            raise ValueError(f"this kernel tells no {name} of a socket's state, or in another form than is known")
        form += f"{field.offset - end}x{code}"
        end = field.offset + field.size
    return struct.Struct(form)
