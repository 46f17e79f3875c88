"""Messages as JSON objects, by their descriptors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.v1 import connection_pb2, event_pb2, status_pb2
from netmon_client.times import format_timestamp
from netmon_client.wire_json import message_to_object, object_to_message, parse_timestamp


def test_names_words_numbers_and_times_are_written_as_documented() -> None:
    connection = connection_pb2.Connection(
        id="c",
        protocol=connection_pb2.PROTOCOL_TCP,
        state=connection_pb2.CONNECTION_STATE_FIN_WAIT_1,
        local=connection_pb2.Endpoint(address="::1", port=0),
        sent_payload_bytes=2**63,
    )
    connection.start_time.FromJsonString("2023-11-14T22:13:20.5Z")
    written = message_to_object(connection)
    assert json.loads(json.dumps(written)) == written
    assert set(written) == {field.name for field in connection.DESCRIPTOR.fields}
    expected: dict[str, object] = {
        "protocol": "tcp",
        "state": "fin_wait_1",
        "direction": None,
        "local": {"address": "::1", "port": 0},
        "remote": None,
        "start_time": "2023-11-14T22:13:20.500Z",
        "end_time": None,
        "sent_payload_bytes": 2**63,
        "received_payload_bytes": None,
        "holder_ids": [],
        "started_before": False,
        "domain": "",
    }
    assert {name: written[name] for name in expected} == expected


def test_a_duration_is_a_number_with_its_unit_in_the_name() -> None:
    status = status_pb2.Status()
    status.uptime.seconds = 3
    status.uptime.nanos = 250_000_000
    written = message_to_object(status)
    assert (written["uptime_seconds"], written["interval_seconds"]) == (3.25, None)
    assert "uptime" not in written
    read = status_pb2.Status()
    object_to_message(written, read)
    assert read == status


def test_of_a_oneof_only_what_is_set_is_written() -> None:
    event = event_pb2.Event(sequence=1)
    event.opened.connection.id = "c"
    written = message_to_object(event)
    assert set(written) == {"sequence", "time", "opened"}


def test_unknown_names_are_ignored() -> None:
    endpoint = connection_pb2.Endpoint()
    object_to_message({"address": "::1", "colour": "red"}, endpoint)
    assert endpoint == connection_pb2.Endpoint(address="::1")


@pytest.mark.parametrize(
    "written",
    [
        {"id": 3},
        {"protocol": "carrier pigeon"},
        {"protocol": 1},
        {"local": "::1"},
        {"holder_ids": "p1"},
        {"holder_ids": [1]},
        {"sent_payload_bytes": -1},
        {"sent_payload_bytes": 2**64},
        {"sent_payload_bytes": "5"},
        {"start_time": "yesterday"},
        {"start_time": 5},
        {"round_trip_seconds": "fast"},
        {"round_trip_seconds": []},
    ],
)
def test_what_does_not_fit_is_a_value_error(written: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- some texts are protobuf's own
        object_to_message(written, connection_pb2.Connection())


@given(st.integers(-62_135_596_800, 253_402_300_799), st.integers(0, 999_999_999))
def test_a_time_comes_back_from_its_text(seconds: int, nanos: int) -> None:
    assert parse_timestamp(format_timestamp(seconds, nanos)) == (seconds, nanos)


@pytest.mark.parametrize("text", ["2023-02-30T00:00:00Z", "2023-01-01T00:00:00", "2023-01-01 00:00:00Z", "x" * 100])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- some texts are those of datetime
        parse_timestamp(text)
