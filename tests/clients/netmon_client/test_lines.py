"""The stream as JSON lines, and back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.model import (
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    ConnectionState,
    Direction,
    Event,
    Gap,
    GapCause,
    InterfaceChange,
    InterfaceChanged,
    MonitoringChanged,
    MonitoringState,
    Protocol,
    Scope,
    StatisticsCleared,
)
from netmon_client.feed import Disconnected, End, FeedItem, Heartbeat, Hello, Reconnected, Stale
from netmon_client.lines import LineError, as_object, from_lines, read_lines, to_lines
from netmon_client.testing import a_connection, a_process, a_snapshot, a_status

HELLO = Hello(instance_id="i", version="0.1.0", interval_seconds=1.0, sequence=4)
OWNED = a_connection(process=a_process(), domain="example.org")
SNAPSHOT = a_snapshot([OWNED, a_connection("c2")], sequence=5)

TIMES = st.integers(0, 4_000_000_000_000_000).map(lambda microseconds: microseconds / 1_000_000)
COUNTS = st.integers(0, 2**63)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

connections = st.builds(
    a_connection,
    TEXTS.filter(bool),
    process=st.none() | st.builds(a_process, st.integers(1, 2**22), TEXTS.filter(bool), TEXTS, st.integers(0, 2**31)),
    local=st.ip_addresses().map(str),
    local_port=st.none() | st.integers(0, 65535),
    remote=st.none() | st.ip_addresses().map(str),
    protocol=st.sampled_from([each for each in Protocol if each]),
    state=st.sampled_from(ConnectionState),
    direction=st.sampled_from(Direction),
    scope=st.sampled_from(Scope),
    domain=TEXTS,
    sent=COUNTS,
    received=COUNTS,
    end_time=st.none() | TIMES,
)
gaps = st.builds(
    Gap,
    cause=st.sampled_from(GapCause),
    skipped_count=COUNTS,
    since_time=TIMES,
    until_time=st.none() | TIMES,
    first_sequence=COUNTS,
    last_sequence=COUNTS,
)
kinds = st.one_of(
    st.builds(ConnectionOpened, connection=connections),
    st.builds(ConnectionClosed, connection=connections),
    st.builds(ConnectionNamed, connection=connections),
    st.builds(ConnectionReattributed, connection=connections, previous_process_id=TEXTS),
    gaps,
    st.builds(MonitoringChanged, state=st.sampled_from(MonitoringState)),
    st.builds(StatisticsCleared, statistics_epoch=TIMES),
    st.builds(InterfaceChanged, name=TEXTS.filter(bool), change=st.sampled_from(InterfaceChange)),
)
items: st.SearchStrategy[FeedItem] = st.one_of(
    st.builds(
        a_snapshot, st.lists(connections, max_size=3, unique_by=lambda row: row.id), sequence=st.integers(0, 10**6)
    ),
    st.builds(Event, sequence=COUNTS, time=TIMES, kind=kinds),
    gaps,
    st.builds(Hello, instance_id=TEXTS, version=TEXTS, interval_seconds=st.just(0.5), sequence=COUNTS),
    st.builds(End, reason=TEXTS, sequence=COUNTS),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(items, max_size=4))
def test_items_come_back_from_their_lines(saved: list[FeedItem]) -> None:
    lines = [line for item in saved for line in to_lines(item)]
    assert all("\n" not in line for line in lines)
    assert list(from_lines(lines)) == saved


def test_a_line_has_its_envelope_first() -> None:
    (line,) = to_lines(SNAPSHOT)
    assert line.startswith('{"schema":"netmon.v1","type":"snapshot","sequence":5,"instance_id":"instance-1","time":"')


def test_the_fields_of_a_snapshot_are_those_of_the_contract() -> None:
    (line,) = to_lines(SNAPSHOT)
    read = json.loads(line)
    (row, unowned) = read["connections"]
    (process,) = read["processes"]
    assert row["process_id"] == process["id"]
    assert (process["pid"], row["local"]["port"], row["traffic"]["sent_bytes"]) == (4711, 50000, 1000)
    assert (unowned["unattributed_reason"], row["unattributed_reason"]) == ("gone", None)
    assert read["monitoring_state"] == "running"


def test_the_sequence_of_a_gap_is_the_last_that_is_missing() -> None:
    (line,) = to_lines(Gap(cause=GapCause.SLOW_READER, skipped_count=3, first_sequence=4, last_sequence=6))
    read = json.loads(line)
    assert (read["type"], read["sequence"], read["cause"], read["skipped_count"]) == ("gap", 6, "slow_reader", 3)


@pytest.mark.parametrize(
    "item",
    [
        Heartbeat(time=0.0, sequence=0, monitoring_state=MonitoringState.RUNNING),
        Disconnected(reason="x", retry_seconds=0.2),
        Reconnected(after_seconds=1.0, instance_changed=True),
        Stale(seconds=3.0),
    ],
)
def test_talk_is_no_data(item: FeedItem) -> None:
    assert to_lines(item) == []


def test_a_file_of_lines_is_a_feed() -> None:
    lines = [
        *to_lines(HELLO),
        "",
        *to_lines(SNAPSHOT),
        '{"schema":"netmon.v1","type":"weather"}',
        *to_lines(End(reason="done")),
    ]
    assert list(read_lines(f"{line}\n" for line in lines)) == [HELLO, SNAPSHOT, End(reason="done")]


def test_fields_and_kinds_of_events_that_came_later_are_ignored() -> None:
    (line,) = to_lines(HELLO)
    later = {**json.loads(line), "colour": "red"}
    future: dict[str, object] = {
        "schema": "netmon.v1",
        "type": "event",
        "sequence": 3,
        "time": "2023-11-14T22:13:20Z",
        "invented": {},
    }
    assert list(from_lines([json.dumps(later), json.dumps(future)])) == [HELLO]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        "{}",
        '{"schema":"netmon.v2","type":"hello"}',
        '{"schema":"netmon.v1","type":"snapshot","time":7}',
        '{"schema":"netmon.v1","type":"event","sequence":1,"gap":{}}',
        '{"schema":"netmon.v1","type":"end","sequence":"x"}',
        '{"schema":"netmon.v1","type":"end","sequence":[1]}',
        '{"schema":"netmon.v1","type":"end","sequence":1e999}',
        "[" * 100_000,
    ],
    ids=lambda line: line[:60],
)
def test_a_line_that_cannot_be_read_is_told_by_its_number(line: str) -> None:
    with pytest.raises(LineError, match=r"^line 2: ") as caught:
        list(from_lines([*to_lines(HELLO), line]))
    assert caught.value.line_number == 2


def test_what_is_null_at_the_end_is_absent() -> None:
    line = '{"schema":"netmon.v1","type":"end","reason":null,"sequence":null}'
    assert list(from_lines([line])) == [End(reason="", sequence=0)]


def test_single_values_have_an_object_too() -> None:
    assert as_object(a_status())["owner_ways"][0]["name"] == "psutil"
    assert as_object(OWNED)["application_name"] == "firefox"
    assert as_object(a_process())["start_time"] == "2023-11-14T21:13:20Z"
    assert as_object(SNAPSHOT.applications[0])["connection_count"] == 1
    assert as_object(SNAPSHOT)["sequence"] == 5
    assert as_object(HELLO)["interval_seconds"] == 1.0
    assert as_object(Gap(cause=GapCause.EXPIRED))["cause"] == "expired"
    event = Event(sequence=1, time=0.0, kind=ConnectionClosed(connection=OWNED._replace(end_time=1.0)))
    assert as_object(event)["closed"]["connection"]["end_time"] == "1970-01-01T00:00:01Z"
