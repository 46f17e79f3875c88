"""Rows and processes as the lists that hello names the columns of."""

from dataclasses import replace

import pytest

from netmon.model import ConnectionState, Protocol, Remainder, Traffic
from netmon_client.testing import a_connection, a_process
from netmon_dashboard.hub.row_entries import listens_everywhere, process_entry, row_entry
from netmon_dashboard.hub.vocabulary import PROCESS_COLUMNS, ROW_COLUMNS

ANY4, ANY6 = "0.0.0.0", "::"  # noqa: S104 -- compared, not bound


def test_a_row_has_a_value_for_each_column() -> None:
    row = a_connection("c1", process=a_process(), domain="example.org")
    row = row._replace(
        traffic=row.traffic._replace(cleared_sent_bytes=400), round_trip_seconds=0.0123456789, retransmitted_packets=2
    )
    entry = dict(zip(ROW_COLUMNS, row_entry(row, 7, 3, 4), strict=True))
    assert entry["n"] == 7
    assert (entry["app"], entry["process"], entry["protocol"], entry["state"]) == (3, 4, "tcp", "established")
    assert (entry["sent"], entry["received"], entry["ds"], entry["dr"]) == (600, 2000, 500, 1000)
    assert (entry["remote_address"], entry["remote_port"], entry["domain"]) == ("93.184.216.34", 443, "example.org")
    assert (entry["rtt_milliseconds"], entry["retransmits"], entry["end"], entry["reason"]) == (12.3, 2, None, "")
    assert (entry["owner_method"], entry["owner_confidence"], entry["direction"]) == ("exact", "certain", "outbound")


def test_a_listener_has_no_remote_and_a_remainder_no_protocol() -> None:
    listener = a_connection(remote=None, remote_port=None)
    entry = dict(zip(ROW_COLUMNS, row_entry(listener, 1, None, None), strict=True))
    assert (entry["remote_address"], entry["remote_port"], entry["reason"]) == ("", None, "gone")
    facts = replace(listener.facts, local=None, remainder=Remainder.EVICTED)
    rest = dict(
        zip(ROW_COLUMNS, row_entry(listener._replace(facts=facts, traffic=Traffic()), 1, None, None), strict=True)
    )
    assert (rest["protocol"], rest["local_address"], rest["remainder"]) == ("", "", "evicted")


def test_further_holders_are_named() -> None:
    row = a_connection(process=a_process())
    held = replace(row.facts, holders=(a_process(2, "one"), a_process(3, "two")))
    assert dict(zip(ROW_COLUMNS, row_entry(row._replace(facts=held), 1, 1, 1), strict=True))["holders"] == [
        "one",
        "two",
    ]


def test_a_process_has_a_value_for_each_column() -> None:
    entry = dict(zip(PROCESS_COLUMNS, process_entry(a_process(), 5, {"exe:/usr/bin/firefox": 3}.get), strict=True))
    assert (entry["n"], entry["pid"], entry["name"], entry["app"]) == (5, 4711, "firefox", 3)
    assert (entry["parent_pid"], entry["parent_name"], entry["start"]) == (1, "init", 1_699_996_400.0)


@pytest.mark.parametrize(
    ("local", "remote", "protocol", "state", "expected"),
    [
        (ANY4, None, Protocol.TCP, ConnectionState.LISTEN, True),
        (ANY6, None, Protocol.TCP, ConnectionState.LISTEN, True),
        (ANY4, None, Protocol.UDP, ConnectionState.IDLE, True),
        ("127.0.0.1", None, Protocol.TCP, ConnectionState.LISTEN, False),
        ("192.168.1.5", None, Protocol.UDP, ConnectionState.IDLE, False),
        (ANY4, "93.184.216.34", Protocol.UDP, ConnectionState.ACTIVE, False),
        (ANY4, None, Protocol.TCP, ConnectionState.CLOSED, False),
    ],
)
def test_what_listens_on_all_interfaces_is_told(
    local: str, remote: str | None, protocol: Protocol, state: ConnectionState, expected: bool
) -> None:
    row = a_connection(local=local, remote=remote, protocol=protocol, state=state)
    assert listens_everywhere(row) is expected
    assert not listens_everywhere(row._replace(end_time=5.0))
