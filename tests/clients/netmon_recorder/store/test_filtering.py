"""A filter means to history what it means to the live views."""

import json
from pathlib import Path

import pytest

from netmon.matching import compile_filter
from netmon.model import (
    BucketSize,
    Connection,
    ConnectionFacts,
    Endpoint,
    Filter,
    FilterField,
    Process,
    Protocol,
    Scope,
    Traffic,
    UsageQuery,
    UsageRow,
)
from netmon_client import parse_query
from netmon_recorder.store import AskedName, UsageBatch
from netmon_recorder.store.filtering import check_held
from tests.support.history_stage import NOON, keep, opened, row
from tests.support.source_tree import ROOT

_VECTORS = json.loads((ROOT / "tests/vectors/filters.json").read_text(encoding="utf-8"))
_QUERIES = [vector["query"] for vector in _VECTORS["queries"] if "filter" in vector]

_ROWS = [
    row(NOON, received=1 << number, **key)
    for number, key in enumerate(
        (
            {},
            {"application_id": "exe:ff2", "application_name": "Firefox", "domain": "example.com", "user": "root"},
            {
                "application_id": "exe:curl",
                "application_name": "curl",
                "domain": "",
                "remote_host": "10.0.0.5",
                "scope": 2,
            },
            {
                "application_id": "s:b",
                "application_name": "python3 → backup.py",
                "protocol": 2,
                "domain": "a.b.example",
            },
            {"application_id": "", "application_name": "", "user": "", "domain": "", "interface": "eth0"},
            {
                "application_id": "exe:chrome",
                "application_name": "chrome",
                "remote_host": "2001:db8::7",
                "user": "alice",
            },
            {"application_id": "exe:dns", "application_name": "resolved", "remote_host": "192.168.1.1", "scope": 2},
            {"application_id": "exe:ssh", "application_name": "ssh", "domain": "github.com", "interface": "wg0"},
        )
    )
]


def as_connection(usage: UsageRow) -> Connection:
    """What the row was when it was live, as far as history knows."""
    key = usage.key
    owner = Process(id="p", pid=0, start_time=0.0, name="", user=key.user) if key.application_id else None
    facts = ConnectionFacts(
        id="c",
        protocol=Protocol(key.protocol),
        remote=Endpoint(address=key.remote_host),
        scope=Scope(key.scope),
        interface=key.interface,
        process=owner,
        application_id=key.application_id,
        application_name=key.application_name,
        domain=key.domain,
    )
    return Connection(facts, Traffic())


def is_held(filter_: Filter) -> bool:
    try:
        check_held(filter_)
    except ValueError:
        return False
    return True


def asked(folder: Path, filter_: Filter, rows: list[UsageRow]) -> int:
    with opened(folder) as store:
        if store.resume_point().until_time is None:
            keep(store, *rows)
        query = UsageQuery(since_time=NOON, until_time=NOON + 60, bucket=BucketSize.MINUTE, filter=filter_)
        return store.usage(query, NOON + 60).total.received_bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("history")


_HELD = [query for query in _QUERIES if is_held(parse_query(query))]


def test_most_kinds_of_vectors_can_be_asked() -> None:
    assert len(_HELD) >= 40


@pytest.mark.parametrize("query", _HELD)
def test_a_vector_lets_the_same_rows_pass_as_live(folder: Path, query: str) -> None:
    filter_ = parse_query(query)
    live = compile_filter(filter_, NOON)
    expected = sum(each.sums.received_bytes for each in _ROWS if live(as_connection(each)))
    assert asked(folder, filter_, _ROWS) == expected


@pytest.mark.parametrize(
    "query",
    [
        "app:firefox",
        "app:fire*",
        "!app:firefox",
        "user:alice",
        "domain:example.com",
        "domain:*.example",
        "!domain:github.com",
        "rip:10.0.0.0/8",
        "rip:2001:db8::/32",
        "proto:udp",
        "scope:lan",
        "iface:wlan0,eth0",
        "is:local",
        "is:remote",
        "is:unknown",
        "!is:unknown",
        "backup",
        "!backup",
        "github",
        "10.0",
        "app:firefox,curl !user:root",
        'domain:""',
    ],
)
def test_a_field_that_history_holds_means_what_it_means_live(folder: Path, query: str) -> None:
    filter_ = parse_query(query)
    live = compile_filter(filter_, NOON)
    expected = sum(each.sums.received_bytes for each in _ROWS if live(as_connection(each)))
    assert asked(folder, filter_, _ROWS) == expected


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("pid:1", "pid"),
        ("port:443", "port"),
        ("lport:1", "lport"),
        ("rport:1", "rport"),
        ("unit:a", "unit"),
        ("exe:/a", "exe"),
        ("ip:10.0.0.1", "rip"),
        ("lip:10.0.0.1", "lip"),
        ("state:listen", "state"),
        ("dir:inbound", "dir"),
        ("sent:>1", "sent"),
        ("received:>1", "received"),
        ("rate:>1", "rate"),
        ("total:>1", "total"),
        ("age:<1m", "age"),
        ("source:sni", "source"),
        ("is:listen", "is:local, is:remote, is:unknown"),
    ],
)
def test_a_field_that_history_does_not_hold_is_an_error_that_says_so(query: str, word: str) -> None:
    with pytest.raises(ValueError, match=rf"^Filter\.terms\[0\].*history (does not hold|holds).*{word}"):
        check_held(parse_query(query))


def test_what_is_folded_passes_neither_a_host_nor_its_opposite(tmp_path: Path) -> None:
    rows = [row(NOON, received=1), row(NOON, received=2, domain="", remote_host="", is_folded=True)]
    assert asked(tmp_path, parse_query("app:firefox"), rows) == 3
    assert asked(tmp_path, parse_query("domain:example.com"), rows) == 1
    assert asked(tmp_path, parse_query("!domain:other.com"), rows) == 1
    assert asked(tmp_path, parse_query("!nothing"), rows) == 1


def test_what_is_folded_is_known_by_its_scope(tmp_path: Path) -> None:
    nameless = {"application_id": "", "application_name": "", "domain": "", "remote_host": "", "is_folded": True}
    rows = [
        row(NOON, received=1, user="alice"),
        row(NOON, received=2, user="alice", **nameless),
        row(NOON, received=4, user="alice", scope=2, **nameless),
        row(NOON, received=8, application_id="", application_name="", user=""),
    ]
    sums = {"scope:internet": 11, "is:remote": 11, "!is:remote": 4, "is:local": 4, "!is:local": 11}
    sums |= {"is:unknown": 8, "!is:unknown": 1, "is:unknown,remote": 11, "!is:unknown,remote": 0}
    assert {query: asked(tmp_path, parse_query(query), rows) for query in sums} == sums


def test_what_is_folded_without_its_user_passes_neither_a_user_nor_the_opposite(tmp_path: Path) -> None:
    folded = {"domain": "", "remote_host": "", "is_folded": True}
    nameless = {**folded, "application_id": "", "application_name": ""}
    rows = [
        row(NOON, received=1, user="alice", **folded),
        row(NOON, received=2, user="alice", **nameless),
        row(NOON, received=4, user="", **nameless),
        row(NOON, received=8, user="", **folded),
    ]
    sums = {"user:alice": 3, "!user:alice": 8, 'user:""': 8, '!user:""': 3}
    assert {query: asked(tmp_path, parse_query(query), rows) for query in sums} == sums


def test_a_user_fits_by_each_number_that_the_name_was_seen_with(tmp_path: Path) -> None:
    rows = [row(NOON, received=1, user="alice"), row(NOON, received=2, user="bob"), row(NOON, received=4, user="")]
    seen = (AskedName("alice", 1000), AskedName("alice", 1001), AskedName("bob", 1002, "www.example.com"))
    with opened(tmp_path) as store:
        store.append(UsageBatch(until_time=NOON + 60, rows=tuple(rows), asked=seen))
    sums = {"user:1000": 1, "user:1001,1002": 3, "!user:1000": 6, "user:100*": 3, "user:bob": 2, 'user:""': 4}
    assert {query: asked(tmp_path, parse_query(query), rows) for query in sums} == sums


def test_a_pattern_is_never_a_part_of_a_statement(folder: Path) -> None:
    hostile = "x') OR 1=1; DROP TABLE key; --"
    fields = (FilterField.APPLICATION, FilterField.DOMAIN, FilterField.USER, FilterField.TEXT, FilterField.INTERFACE)
    for field in fields:
        filter_ = Filter(terms=(parse_query("app:a").terms[0].__class__(field=field, values=(hostile,)),))
        assert asked(folder, filter_, _ROWS) == 0
    assert asked(folder, Filter(), _ROWS) == sum(each.sums.received_bytes for each in _ROWS)
