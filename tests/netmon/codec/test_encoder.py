"""The hot way gives what the plain way gives."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netmon import codec
from netmon.codec import SnapshotEncoder
from netmon.model import Connection, ConnectionState, Snapshot
from netmon.v1 import monitor_service_pb2, snapshot_pb2
from tests.support import model_strategies as models
from tests.support.busy_machine import busy_snapshot, next_tick

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
