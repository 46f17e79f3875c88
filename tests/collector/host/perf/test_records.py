"""Records as the kernel writes them, put together by hand."""

import struct

import pytest

from netmon_collector.host.perf.records import (
    Lost,
    Named,
    ProcessEnded,
    ProcessForked,
    StateChange,
    StateReader,
    TcpState,
)
from netmon_collector.host.perf.tracefs import Field, Tracepoint

FIELDS = {
    "common_type": Field(0, 2),
    "common_flags": Field(2, 1),
    "skaddr": Field(8, 8),
    "oldstate": Field(16, 4),
    "newstate": Field(20, 4),
    "sport": Field(24, 2),
    "dport": Field(26, 2),
    "family": Field(28, 2),
    "protocol": Field(30, 2),
    "saddr": Field(32, 4),
    "daddr": Field(36, 4),
    "saddr_v6": Field(40, 16),
    "daddr_v6": Field(56, 16),
}
READER = StateReader(Tracepoint(2287, FIELDS))

MAPPED = bytes(10) + b"\xff\xff"
HERE, THERE = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
SECOND = 1_000_000_000


def record(kind: int, body: bytes, misc: int = 0) -> bytes:
    body = body.ljust((len(body) + 7) & ~7, b"\0")
    return struct.pack("=IHH", kind, misc, 8 + len(body)) + body


def trailer(seconds: int = 3) -> bytes:
    return struct.pack("=IIQ", 1, 1, seconds * SECOND)


def task(kind: int, pid: int, parent: int, thread: int) -> bytes:
    return record(kind, struct.pack("=IIIIQ", pid, parent, thread, parent, 3 * SECOND) + trailer())


def named(pid: int, thread: int, name: bytes, misc: int = 0) -> bytes:
    padded = name.ljust((len(name) // 8 + 1) * 8, b"\0")
    return record(3, struct.pack("=II", pid, thread) + padded + trailer(), misc)


def change(
    state: int, before: int, *, local: bytes = MAPPED + HERE, remote: bytes = MAPPED + THERE, flags: int = 0
) -> bytes:
    told = struct.pack("=HBBi", 2287, flags, 0, 77)
    told += struct.pack("=QiiHHHH4s4s16s16s", 0xFFFF0000, before, state, 4321, 443, 2, 6, HERE, THERE, local, remote)
    raw = struct.pack("=I", len(told) + 4) + told + bytes(4)
    return record(9, struct.pack("=IIQ", 70, 77, 3 * SECOND) + raw)


def test_a_change_of_state_tells_the_socket_the_process_and_both_ends() -> None:
    [found] = READER.read(change(TcpState.FIN_WAIT_1, TcpState.ESTABLISHED))
    ends = (HERE, 4321, THERE, 443)
    assert found == StateChange(3.0, 70, 0xFFFF0000, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, ends)


@pytest.mark.parametrize("flags", [0x08, 0x10, 0x18])
def test_what_the_network_does_is_nobody_s(flags: int) -> None:
    [found] = READER.read(change(TcpState.CLOSED, TcpState.ESTABLISHED, flags=flags))
    assert isinstance(found, StateChange)
    assert found.pid == 0


def test_addresses_of_ipv6_stay_what_they_are() -> None:
    local, remote = bytes(15) + b"\x01", bytes(15) + b"\x02"
    [found] = READER.read(change(TcpState.ESTABLISHED, TcpState.SYN_SENT, local=local, remote=remote))
    assert isinstance(found, StateChange)
    assert found.ends == (local, 4321, remote, 443)


def test_forks_and_ends_of_processes_are_told_and_those_of_threads_are_not() -> None:
    data = task(7, 12, 10, 12) + task(7, 10, 10, 13) + task(4, 10, 10, 13) + task(4, 12, 10, 12)
    assert list(READER.read(data)) == [ProcessForked(3.0, 12, 10), ProcessEnded(3.0, 12)]


def test_names_are_told_of_first_threads_and_whether_a_program_was_executed() -> None:
    data = named(12, 12, b"curl", 1 << 13) + named(12, 14, b"worker") + named(12, 12, b"a name of 15 by")
    assert list(READER.read(data)) == [Named(3.0, 12, b"curl", True), Named(3.0, 12, b"a name of 15 by", False)]


@pytest.mark.parametrize("kind", [2, 5])
def test_what_was_lost_or_held_back_is_told(kind: int) -> None:
    assert list(READER.read(record(kind, struct.pack("=QQ", 1, 5) + trailer(4)))) == [Lost(4.0)]


def test_other_records_are_passed_over() -> None:
    assert list(READER.read(record(10, bytes(40) + trailer()) + task(7, 12, 10, 12))) == [ProcessForked(3.0, 12, 10)]


@pytest.mark.parametrize(
    "data",
    [
        task(7, 12, 10, 12)[:-8],
        task(7, 12, 10, 12) + bytes(4),
        struct.pack("=IHH", 9, 0, 4),
        bytes(8),
        record(7, bytes(16)),
        record(9, bytes(40)),
        record(3, bytes(16)),
        record(2, bytes(8)),
    ],
)
def test_what_is_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        list(READER.read(data))


@pytest.mark.parametrize(
    "fields",
    [
        {name: field for name, field in FIELDS.items() if name != "skaddr"},
        FIELDS | {"sport": Field(24, 4)},
        FIELDS | {"newstate": Field(12, 4)},
    ],
)
def test_a_kernel_that_tells_it_otherwise_is_not_guessed_at(fields: dict[str, Field]) -> None:
    with pytest.raises(ValueError, match=r"another form|tells no"):
        StateReader(Tracepoint(1, fields))
