"""The hot way gives what the plain way gives, whatever the bytes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from google.protobuf.message import DecodeError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from netmon import codec
from netmon.codec import SnapshotDecoder, SnapshotEncoder, encoded_snapshot
from netmon.model import Connection, Process, Snapshot
from netmon.v1 import connection_pb2, monitor_service_pb2, snapshot_pb2
from tests.support import model_strategies as models
from tests.support.busy_machine import busy_snapshot, next_tick

_SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=set(Phase) - {Phase.explain}
)

Encode = Callable[[Snapshot], bytes]


def plain_bytes(snapshot: Snapshot) -> bytes:
    return codec.snapshot_to_wire(snapshot).SerializeToString()


def plainly_decoded(data: bytes) -> Snapshot | None:
    """Give the snapshot, or None where the plain way refuses."""
    try:
        return codec.snapshot_from_wire(snapshot_pb2.Snapshot.FromString(data))
    except (ValueError, DecodeError):
        return None


def decoded(decoder: SnapshotDecoder, data: bytes) -> Snapshot | None:
    try:
        return decoder.decode(data)
    except ValueError:
        return None


@_SETTINGS
@given(data=st.data(), first=models.snapshots, is_plain=st.booleans())
def test_it_gives_the_same_tick_after_tick_whatever_changes(
    data: st.DataObject, first: Snapshot, is_plain: bool
) -> None:
    encode: Encode = plain_bytes if is_plain else SnapshotEncoder().encode
    decoder, snapshot = SnapshotDecoder(), first
    for _ in range(4):
        encoded = encode(snapshot)
        assert decoder.decode(encoded) == plainly_decoded(encoded)
        rows = tuple(_changed(data, row) for row in snapshot.connections if data.draw(st.booleans()))
        snapshot = replace(
            snapshot, sequence=(snapshot.sequence + 1) % 2**64, connections=rows + data.draw(models.connection_tables)
        )


def _changed(data: st.DataObject, row: Connection) -> Connection:
    kind = data.draw(st.sampled_from(["same", "traffic", "facts"]))
    if kind == "traffic":
        return row._replace(traffic=data.draw(models.traffics), last_time=data.draw(st.none() | models.times))
    if kind == "facts":
        return row._replace(facts=replace(row.facts, domain=data.draw(models.texts)))
    return row


@_SETTINGS
@given(data=st.data(), first=models.snapshots)
def test_bytes_that_were_damaged_are_read_or_refused_as_the_plain_way_does(
    data: st.DataObject, first: Snapshot
) -> None:
    decoder, whole = SnapshotDecoder(), SnapshotEncoder().encode(first)
    decoder.decode(whole)
    for _ in range(4):
        damaged = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 3))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))]) if data.draw(st.booleans()) else bytes(damaged)
        assert decoded(decoder, cut) == plainly_decoded(cut)
    assert decoder.decode(whole) == plainly_decoded(whole)


@_SETTINGS
@given(junk=st.binary(max_size=200))
def test_junk_is_refused_with_a_value_error(junk: bytes) -> None:
    assert decoded(SnapshotDecoder(), junk) == plainly_decoded(junk)


def test_rows_that_did_not_change_are_the_same_objects() -> None:
    encoder, decoder = SnapshotEncoder(), SnapshotDecoder()
    snapshot = busy_snapshot(100)
    first = decoder.decode(encoder.encode(snapshot))
    second = decoder.decode(encoder.encode(next_tick(snapshot, changing_share=0.1)))
    pairs = list(zip(first.connections, second.connections, strict=True))
    assert sum(one is other for one, other in pairs) == 90
    assert all(one.facts is other.facts for one, other in pairs)


def test_a_process_that_says_something_new_is_seen_in_rows_that_did_not_change() -> None:
    encoder, decoder = SnapshotEncoder(), SnapshotDecoder()
    snapshot = busy_snapshot(10)
    decoder.decode(encoder.encode(snapshot))
    renamed = replace(snapshot, connections=tuple(map(_renamed, snapshot.connections)))
    assert decoder.decode(encoder.encode(renamed)) == renamed


def _renamed(row: Connection) -> Connection:
    process: Process | None = row.facts.process
    if process is None:
        return row
    return row._replace(facts=replace(row.facts, process=replace(process, command_line="another")))


def test_a_row_that_was_away_while_its_process_changed_comes_back_with_what_that_says_now() -> None:
    encoder, decoder = SnapshotEncoder(), SnapshotDecoder()
    snapshot = busy_snapshot(200)
    renamed = replace(next_tick(snapshot, changing_share=1.0), connections=tuple(map(_renamed, snapshot.connections)))
    moved = replace(renamed, connections=tuple(map(_moved, renamed.connections)))
    for each in (snapshot, replace(renamed, connections=renamed.connections[:100]), moved):
        assert decoder.decode(encoder.encode(each)) == each


def test_after_a_snapshot_that_was_refused_nothing_of_it_is_taken_for_true() -> None:
    decoder, snapshot = SnapshotDecoder(), busy_snapshot(10)
    renamed = replace(snapshot, connections=tuple(map(_renamed, snapshot.connections)))
    wrong = codec.snapshot_to_wire(renamed)
    wrong.connections[-1].id = ""
    decoder.decode(plain_bytes(snapshot))
    with pytest.raises(ValueError, match=r"Connection\.id: missing"):
        decoder.decode(wrong.SerializeToString())
    assert decoder.decode(plain_bytes(renamed)) == renamed


def _moved(row: Connection) -> Connection:
    return row._replace(traffic=row.traffic._replace(sent_bytes=row.traffic.sent_bytes + 1))


def test_a_process_that_is_missing_is_missed_also_where_it_was_there_before() -> None:
    decoder, snapshot = SnapshotDecoder(), busy_snapshot(10)
    wire = codec.snapshot_to_wire(snapshot)
    decoder.decode(wire.SerializeToString())
    del wire.processes[:]
    with pytest.raises(ValueError, match="no such process"):
        decoder.decode(wire.SerializeToString())


def test_a_process_that_stands_twice_is_refused_each_time() -> None:
    decoder, wire = SnapshotDecoder(), codec.snapshot_to_wire(busy_snapshot(10))
    wire.processes.append(wire.processes[0])
    for _ in range(2):
        with pytest.raises(ValueError, match="twice"):
            decoder.decode(wire.SerializeToString())


def test_a_fact_behind_what_changes_counts_as_protobuf_has_it() -> None:
    decoder, snapshot = SnapshotDecoder(), busy_snapshot(1)
    decoder.decode(SnapshotEncoder().encode(snapshot))
    wire = codec.snapshot_to_wire(snapshot)
    row = (
        wire.connections[0].SerializeToString() + connection_pb2.Connection(domain="later.example").SerializeToString()
    )
    del wire.connections[:]
    data = wire.SerializeToString() + b"\x6a" + bytes([len(row) & 0x7F | 0x80, len(row) >> 7]) + row
    assert decoder.decode(data).connections[0].facts.domain == "later.example"
    assert decoder.decode(data) == plainly_decoded(data)


def test_of_what_is_no_longer_used_little_is_kept() -> None:
    encoder, decoder = SnapshotEncoder(), SnapshotDecoder()
    for number in range(40):
        snapshot = busy_snapshot(100)
        rows = tuple(
            row._replace(facts=replace(row.facts, id=f"{number}-{row.facts.id}")) for row in snapshot.connections
        )
        decoder.decode(encoder.encode(replace(snapshot, sequence=number, connections=rows)))
    assert decoder.kept_count <= 1_400


def test_a_response_gives_the_bytes_of_its_snapshot() -> None:
    for count in (0, 1, 400):
        encoded = SnapshotEncoder().encode(busy_snapshot(count))
        assert encoded_snapshot(codec.encode_stream_response(encoded)) == encoded


def test_a_response_without_a_snapshot_gives_none() -> None:
    beat = monitor_service_pb2.StreamSnapshotsResponse(heartbeat=monitor_service_pb2.Heartbeat(sequence=3))
    assert encoded_snapshot(beat.SerializeToString()) is None
    assert encoded_snapshot(b"") is None


def test_a_response_that_is_built_in_another_way_is_read_too() -> None:
    wire = codec.snapshot_to_wire(busy_snapshot(3))
    response = monitor_service_pb2.StreamSnapshotsResponse(snapshot=wire).SerializeToString()
    unknown = b"\xf8\x3f\x01"  # field 1023, a number: of a newer collector
    found = encoded_snapshot(response + unknown)
    assert found is not None
    assert snapshot_pb2.Snapshot.FromString(found) == wire


def test_a_response_that_is_none_is_refused() -> None:
    for junk in (b"\x12\xff", b"\x12\x05abc", b"\xff\xff"):
        with pytest.raises(ValueError, match="not a message"):
            encoded_snapshot(junk)
