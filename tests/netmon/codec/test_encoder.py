"""The hot way gives what the plain way gives."""

import ctypes
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netmon import codec
from netmon.codec import SnapshotEncoder
from netmon.model import Connection, ConnectionState, Snapshot
from netmon.v1 import monitor_service_pb2, snapshot_pb2
from tests.support import model_strategies as models
from tests.support.busy_machine import busy_snapshot, next_tick

_ROOT = Path(__file__).parents[3]

# Counted in a process of its own, which has no other threads: what the C library has handed out (mallinfo(3)) holds
# protobuf's memory, and of Python's objects the large ones alone.
_COMING_AND_GOING = """
import ctypes, itertools
from dataclasses import replace
from netmon.codec import SnapshotEncoder
from tests.support.busy_machine import busy_snapshot

NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
class Handed(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in NAMES.split()]
look = ctypes.CDLL(None).mallinfo2
look.restype = Handed

def handed_out():
    now = look()
    return now.uordblks + now.hblkhd

def anew(row):
    number = next(numbers)
    process = replace(row.facts.process, id=f"boot/{number}/{number}", pid=number)
    return row._replace(facts=replace(row.facts, id=f"c{number:08x}", process=process))

encoder, numbers, snapshot = SnapshotEncoder(), itertools.count(1), busy_snapshot(200)
for tick in range(120):
    if tick == 20:
        before = handed_out()
    encoder.encode(replace(snapshot, sequence=tick, connections=tuple(map(anew, snapshot.connections))))
print(handed_out() - before)
"""
_KEPT_BYTES = 500_000
"""Of 20,000 connections, each of a process of its own: messages that are filled for ever kept 1.6 million."""

_SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _assert_same(encoded: bytes, snapshot: Snapshot) -> None:
    assert snapshot_pb2.Snapshot.FromString(encoded) == codec.snapshot_to_wire(snapshot)


@_SETTINGS
@given(snapshot=models.snapshots)
def test_the_bytes_hold_the_same_value_as_the_plain_way(snapshot: Snapshot) -> None:
    _assert_same(SnapshotEncoder().encode(snapshot), snapshot)


@_SETTINGS
@given(data=st.data(), first=models.snapshots)
def test_they_do_so_tick_after_tick_whatever_changes(data: st.DataObject, first: Snapshot) -> None:
    encoder = SnapshotEncoder()
    snapshot = first
    for _ in range(4):
        _assert_same(encoder.encode(snapshot), snapshot)
        rows = tuple(_changed(data, row) for row in snapshot.connections if data.draw(st.booleans()))
        same_tick = data.draw(st.booleans())
        snapshot = replace(
            snapshot,
            sequence=snapshot.sequence if same_tick else (snapshot.sequence + 1) % 2**64,
            connections=rows + data.draw(models.connection_tables),
        )


def _changed(data: st.DataObject, row: Connection) -> Connection:
    kind = data.draw(st.sampled_from(["same", "traffic", "facts"]))
    if kind == "traffic":
        return row._replace(traffic=data.draw(models.traffics), last_time=data.draw(st.none() | models.times))
    if kind == "facts":
        return row._replace(facts=replace(row.facts, domain=data.draw(models.texts)))
    return row


def test_a_row_without_a_last_time_has_none_after_one_that_has() -> None:
    snapshot = busy_snapshot(2)
    first, second = snapshot.connections
    rows = (first._replace(last_time=5.0), second._replace(last_time=None))
    _assert_same(SnapshotEncoder().encode(replace(snapshot, connections=rows)), replace(snapshot, connections=rows))


def test_of_what_is_no_longer_used_nothing_is_kept_after_two_ticks() -> None:
    encoder = SnapshotEncoder()
    snapshot = busy_snapshot(50)
    for _ in range(20):
        encoder.encode(snapshot)
        snapshot = next_tick(snapshot, changing_share=1.0)
    assert encoder.kept_count <= 100
    for _ in range(2):
        snapshot = replace(snapshot, sequence=snapshot.sequence + 1, connections=())
        encoder.encode(snapshot)
    assert encoder.kept_count == 0


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="not glibc, or one before 2.33")
def test_connections_that_have_gone_leave_no_memory_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _COMING_AND_GOING], cwd=_ROOT, check=True, capture_output=True, text=True, timeout=300
    )
    assert int(done.stdout) < _KEPT_BYTES


def test_two_views_of_one_tick_share_their_rows() -> None:
    encoder = SnapshotEncoder()
    snapshot = busy_snapshot(50)
    encoder.encode(snapshot)
    few = replace(snapshot, connections=snapshot.connections[:5])
    _assert_same(encoder.encode(few), few)
    assert encoder.kept_count == 50


def test_an_encoded_snapshot_can_be_wrapped_into_both_answers() -> None:
    for count in (0, 1, 400):
        snapshot = busy_snapshot(count)
        encoded = SnapshotEncoder().encode(snapshot)
        streamed = monitor_service_pb2.StreamSnapshotsResponse.FromString(codec.encode_stream_response(encoded))
        answered = monitor_service_pb2.GetSnapshotResponse.FromString(codec.encode_get_response(encoded))
        assert streamed.WhichOneof("payload") == "snapshot"
        assert codec.snapshot_from_wire(streamed.snapshot) == snapshot
        assert codec.snapshot_from_wire(answered.snapshot) == snapshot


def test_a_row_longer_than_the_table_of_lengths_is_still_right() -> None:
    snapshot = busy_snapshot(1)
    (row,) = snapshot.connections
    long = row._replace(facts=replace(row.facts, domain="a" * 20_000), state=ConnectionState.CLOSED)
    snapshot = replace(snapshot, connections=(long,))
    _assert_same(SnapshotEncoder().encode(snapshot), snapshot)
