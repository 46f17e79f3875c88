"""The flat row that scripts rely on."""

import json

from netmon.model import Connection, ConnectionFacts, ConnectionState, Endpoint, Protocol, Remainder, Traffic
from netmon_client.rows import endpoint_text, flat_row
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_client.times import format_time

PROMISED = (
    "type time instance_id sequence id pid process app user protocol local remote interface state direction scope "
    "sent_bytes received_bytes sent_bytes_per_second received_bytes_per_second owner_method domain"
)


def test_the_promised_names_are_there_with_their_values() -> None:
    connection = a_connection(process=a_process(), domain="example.org")
    row = flat_row(connection, a_snapshot([connection], sequence=7))
    assert {name: row[name] for name in PROMISED.split()} == {
        "type": "connection",
        "time": "2023-11-14T22:13:47Z",
        "instance_id": "instance-1",
        "sequence": 7,
        "id": "c1",
        "pid": 4711,
        "process": "firefox",
        "app": "firefox",
        "user": "alice",
        "protocol": "tcp",
        "local": "192.168.1.5:50000",
        "remote": "93.184.216.34:443",
        "interface": "eth0",
        "state": "established",
        "direction": "outbound",
        "scope": "internet",
        "sent_bytes": 1000,
        "received_bytes": 2000,
        "sent_bytes_per_second": 500.0,
        "received_bytes_per_second": 1000.0,
        "owner_method": "exact",
        "domain": "example.org",
    }
    assert json.loads(json.dumps(row)) == row


def test_a_listener_has_no_remote_end() -> None:
    listener = a_connection(remote=None, local="::", local_port=22, state=ConnectionState.LISTEN)
    row = flat_row(listener, a_snapshot())
    assert (row["local"], row["remote"], row["state"]) == ("[::]:22", None, "listen")


def test_icmp_ends_have_no_port() -> None:
    echo = a_connection(protocol=Protocol.ICMP, local_port=None, remote="2001:db8::1", remote_port=None)
    row = flat_row(echo, a_snapshot())
    assert (row["protocol"], row["local"], row["remote"]) == ("icmp", "192.168.1.5", "2001:db8::1")


def test_a_row_without_an_owner_says_why() -> None:
    row = flat_row(a_connection(), a_snapshot())
    assert [row[name] for name in ("pid", "process", "app", "user", "owner_method")] == [None] * 5
    assert row["unattributed_reason"] == "gone"


def test_a_remainder_has_neither_end() -> None:
    facts = ConnectionFacts(id="r", protocol=Protocol.UNSPECIFIED, remainder=Remainder.EVICTED)
    row = flat_row(Connection(facts=facts, traffic=Traffic(sent_bytes=3)), a_snapshot())
    assert [row[name] for name in ("local", "remote", "protocol", "start_time")] == [None] * 4
    assert (row["remainder"], row["sent_bytes"]) == ("evicted", 3)


def test_a_user_without_a_name_is_a_number() -> None:
    connection = a_connection(process=a_process(user="", uid=65534))
    assert flat_row(connection, a_snapshot())["user"] == "65534"


def test_times_are_exact_to_the_microsecond() -> None:
    assert format_time(1_700_000_000.25) == "2023-11-14T22:13:20.250Z"
    assert format_time(0.0) == "1970-01-01T00:00:00Z"


def test_an_end_with_a_v6_address_has_brackets() -> None:
    assert endpoint_text(Endpoint(address="::1", port=80)) == "[::1]:80"
    assert endpoint_text(None) is None
