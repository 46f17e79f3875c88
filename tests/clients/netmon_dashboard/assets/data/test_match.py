"""A filter lets the same rows pass in the page as in the collector."""

import json
import random
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from netmon.codec import rows_from_wire
from netmon.matching import compile_filter
from netmon.model import Connection, Filter, FilterField, Network, Range, Snapshot, Term
from netmon.v1 import connection_pb2
from netmon_client import Hello
from netmon_client.query import format_filter, parse_query
from netmon_client.query_words import ADDRESSES, FIELDS, NUMBERS, WORDS
from netmon_client.testing import a_snapshot
from netmon_client.wire_json import object_to_message, parse_timestamp
from netmon_dashboard.hub import greeting
from netmon_dashboard.hub.encoding import Encoder
from tests.support.busy_desktop import BusyDesktop
from tests.support.javascript import given_to

SCRIPT = Path(__file__).with_name("match_vectors.mjs")
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "vectors" / "filters.json").read_text(encoding="utf-8")
)
NOW = 1_700_000_000.0


def hello() -> dict[str, Any]:
    return greeting.message(Hello(version="1", instance_id="i", interval_seconds=1.0), None, "")


def page_matches(snapshot: Snapshot, queries: list[str]) -> list[list[str]]:
    encoder = Encoder()
    encoder.add(snapshot, is_counting=True)
    full = json.loads(encoder.full_text(with_rows=True))
    return given_to(SCRIPT, {"hello": hello(), "full": full, "queries": queries})


def rows_of_the_vectors() -> dict[str, Connection]:
    read: dict[str, Connection] = {}
    for name, written in VECTORS["rows"].items():
        connection, process = connection_pb2.Connection(), connection_pb2.Process()
        object_to_message(written["connection"], connection)
        object_to_message(written.get("process", {}), process)
        (row,) = rows_from_wire([connection], [process] if "process" in written else [])
        # A tab is told bytes of an interval, here of one second.
        sent, received = row.traffic.sent_bytes_per_second, row.traffic.received_bytes_per_second
        read[name] = row._replace(
            traffic=row.traffic._replace(interval_sent_bytes=int(sent), interval_received_bytes=int(received))
        )
    return read


def test_a_query_lets_the_rows_of_the_vectors_pass_on_their_way_through_the_hub() -> None:
    now, _ = parse_timestamp(VECTORS["now"])
    rows = rows_of_the_vectors()
    snapshot = replace(a_snapshot(rows.values()), time=float(now), interval_seconds=1.0)
    ids = [[rows[name].facts.id for name in vector["matches"]] for vector in VECTORS["matches"]]
    assert page_matches(snapshot, [vector["query"] for vector in VECTORS["matches"]]) == ids


def test_what_moved_before_the_clock_was_set_back_is_idle_for_both() -> None:
    row = next(iter(rows_of_the_vectors().values()))
    lasts = {f"c{ahead}": NOW + ahead for ahead in (-11, -9, 9, 11, 3_600)}
    rows = [row._replace(facts=replace(row.facts, id=key), last_time=last) for key, last in lasts.items()]
    snapshot = replace(a_snapshot(rows), time=NOW)
    is_active = compile_filter(parse_query("is:active"), NOW)
    assert [row.facts.id for row in rows if is_active(row)] == ["c-9", "c9"]
    assert page_matches(snapshot, ["is:active"]) == [["c-9", "c9"]]


def a_busy_snapshot() -> Snapshot:
    desktop = BusyDesktop(connections=400, applications=25, churn=12, now=NOW)
    return [desktop.tick(NOW + second, second) for second in range(1, 30)][-1]


def test_any_filter_lets_the_rows_pass_that_the_collector_lets_pass() -> None:
    snapshot = a_busy_snapshot()
    chance = random.Random(17)
    queries = [query_about(chance, chance.choice(snapshot.connections), snapshot.time) for _ in range(1_500)]
    tests = [compile_filter(parse_query(query), snapshot.time) for query in queries]
    expected = [[row.facts.id for row in snapshot.connections if passes(row)] for passes in tests]
    assert sum(0 < len(ids) < len(snapshot.connections) for ids in expected) > 700
    for query, found, ids in zip(queries, page_matches(snapshot, queries), expected, strict=True):
        assert found == ids, query


def query_about(chance: random.Random, row: Connection, now: float) -> str:
    """Give a query that has something to do with the row."""
    terms = tuple(
        Term(field=field, values=values_about(chance, field, row, now), negated=chance.random() < 0.2)
        for field in chance.choices(list(FIELDS.values()) + [FilterField.TEXT] * 4, k=chance.choice((1, 1, 1, 2, 3)))
    )
    return format_filter(parse_query(format_filter(Filter(terms=terms))))


def values_about(
    chance: random.Random, field: FilterField, row: Connection, now: float
) -> tuple[str | Range | Network, ...]:
    return tuple(value_about(chance, field, row, now) for _ in range(chance.choice((1, 1, 2))))


def value_about(chance: random.Random, field: FilterField, row: Connection, now: float) -> str | Range | Network:
    if field in NUMBERS:
        number = number_of(field, row, now)
        return chance.choice(
            (
                Range(minimum=number, maximum=number),
                Range(minimum=number),
                Range(minimum=number, minimum_excluded=True),
                Range(maximum=number),
                Range(maximum=number, maximum_excluded=True),
                Range(minimum=number // 2, maximum=number),
            )
        )
    if field in WORDS:
        return chance.choice(WORDS[field])
    texts = texts_of(field, row)
    text = chance.choice([text for text in texts if text] or ["192.0.2.9"])
    if field in ADDRESSES:
        prefixes = (16, 24, 30, 32) if "." in text else (32, 64, 128)
        return chance.choice((text, Network(text=str(ip_network(f"{text}/{chance.choice(prefixes)}", strict=False)))))
    return chance.choice((text, text.upper(), *(patterned(chance, text),) * 3))


def patterned(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text))
    end = chance.randint(start + 1, len(text))
    shape = chance.choice(("{0}*", "*{0}*", "*{0}", "{0}", "?{0}*", "*{0}?", "{1}*{2}", "{1}?{2}"))
    return shape.format(text[start:end], text[:start], text[end:]) or "*"


def number_of(field: FilterField, row: Connection, now: float) -> float:
    facts, traffic = row.facts, row.traffic
    ports = [end.port for end in (facts.local, facts.remote) if end is not None and end.port is not None] or [0]
    return float(
        {
            FilterField.PID: 0 if facts.process is None else facts.process.pid,
            FilterField.PORT: ports[-1],
            FilterField.LOCAL_PORT: ports[0],
            FilterField.REMOTE_PORT: ports[-1],
            FilterField.AGE: int(max(0, now - facts.start_time)) + 0.5,
            FilterField.SENT_BYTES: traffic.sent_bytes,
            FilterField.RECEIVED_BYTES: traffic.received_bytes,
            FilterField.TOTAL: traffic.sent_bytes + traffic.received_bytes,
            FilterField.RATE: traffic.sent_bytes_per_second + traffic.received_bytes_per_second,
            FilterField.SENT_RATE: traffic.sent_bytes_per_second,
            FilterField.RECEIVED_RATE: traffic.received_bytes_per_second,
        }[field]
    )


def texts_of(field: FilterField, row: Connection) -> list[str]:
    facts, process = row.facts, row.facts.process
    ends = [end for end in (facts.local, facts.remote) if end is not None]
    return {
        FilterField.APPLICATION: [facts.application_name, "" if process is None else process.name],
        FilterField.USER: ["", ""] if process is None else [process.user, str(process.uid or "")],
        FilterField.UNIT: [facts.unit, facts.container],
        FilterField.EXECUTABLE: ["" if process is None else process.executable],
        FilterField.INTERFACE: [facts.interface],
        FilterField.DOMAIN: [facts.domain, facts.domain.partition(".")[2]],
        FilterField.TEXT: [facts.application_name, facts.domain, row.state.name, *map(str, ends)],
        FilterField.ADDRESS: [end.address for end in ends],
        FilterField.LOCAL_ADDRESS: [end.address for end in ends[:1]],
        FilterField.REMOTE_ADDRESS: [end.address for end in ends[1:]] or ["192.0.2.1"],
    }[field]
