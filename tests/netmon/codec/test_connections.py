"""Rows survive the wire with their processes, and nonsense in them is an error that names the field."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given

from netmon import codec
from netmon.model import (
    Connection,
    ConnectionFacts,
    ConnectionState,
    Endpoint,
    Process,
    Protocol,
    Traffic,
)
from netmon.v1 import connection_pb2
from tests.support import model_strategies as models
from tests.support.round_trip import ROUND_TRIP

_PROCESS = Process(id="boot/7/1", pid=7, start_time=1.5, name="curl")
_ROW = Connection(
    facts=ConnectionFacts(
        id="c1",
        protocol=Protocol.TCP,
        local=Endpoint(address="10.0.0.2", port=40000),
        remote=Endpoint(address="203.0.113.5", port=443),
        process=_PROCESS,
    ),
    traffic=Traffic(sent_bytes=10),
)


@ROUND_TRIP
@given(rows=models.connection_tables)
def test_rows_come_back_with_their_processes(rows: tuple[Connection, ...]) -> None:
    assert codec.rows_from_wire(*codec.rows_to_wire(rows)) == rows


def _row() -> connection_pb2.Connection:
    return codec.rows_to_wire((_ROW,))[0][0]


def _decode(row: connection_pb2.Connection) -> Connection:
    return codec.rows_from_wire((row,), (codec.process_to_wire(_PROCESS),))[0]


def _set_port(row: connection_pb2.Connection) -> None:
    row.remote.port = 65536


def _clear_id(row: connection_pb2.Connection) -> None:
    row.id = ""


def _clear_address(row: connection_pb2.Connection) -> None:
    row.local.address = ""


def _set_ip_protocol(row: connection_pb2.Connection) -> None:
    row.ip_protocol = 256


def _set_rate(row: connection_pb2.Connection) -> None:
    row.traffic.sent_bytes_per_second = math.nan


def _set_nanos(row: connection_pb2.Connection) -> None:
    row.last_time.nanos = -1


def _set_year(row: connection_pb2.Connection) -> None:
    row.start_time.seconds = 2**62


def _set_owner(row: connection_pb2.Connection) -> None:
    row.process_id = "another"


def _set_holder(row: connection_pb2.Connection) -> None:
    row.holder_ids.append("another")


def _set_round_trip(row: connection_pb2.Connection) -> None:
    row.round_trip_seconds = math.inf


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (_set_port, "Connection.remote.port"),
        (_clear_id, "Connection.id"),
        (_clear_address, "Connection.local.address"),
        (_set_ip_protocol, "Connection.ip_protocol"),
        (_set_rate, "Traffic.sent_bytes_per_second"),
        (_set_nanos, "Connection.last_time"),
        (_set_year, "Connection.start_time"),
        (_set_owner, "Connection.process_id"),
        (_set_holder, "Connection.holder_ids"),
        (_set_round_trip, "Connection.round_trip_seconds"),
    ],
)
def test_nonsense_in_a_row_is_an_error_that_names_the_field(
    spoil: Callable[[connection_pb2.Connection], None], field: str
) -> None:
    row = _row()
    spoil(row)
    with pytest.raises(ValueError, match=f"^{field}:"):
        _decode(row)


def test_a_process_that_stands_twice_in_the_table_is_an_error() -> None:
    wire = codec.process_to_wire(_PROCESS)
    with pytest.raises(ValueError, match=r"^Process\.id:"):
        codec.rows_from_wire((), (wire, wire))


def test_rows_with_the_same_process_share_one_object() -> None:
    rows, processes = codec.rows_to_wire((_ROW, _ROW))
    first, second = codec.rows_from_wire(rows, processes)
    assert len(processes) == 1
    assert first.facts.process is second.facts.process


def test_numbers_of_a_newer_peer_become_unspecified() -> None:
    row = _row()
    row.state = 999  # pyright: ignore[reportAttributeAccessIssue] # what a newer peer may send
    row.protocol = -1  # pyright: ignore[reportAttributeAccessIssue]
    decoded = _decode(row)
    assert decoded.state is ConnectionState.UNSPECIFIED
    assert decoded.facts.protocol is Protocol.UNSPECIFIED
