"""One row to look at, and what can be changed of it."""

from dataclasses import replace
from typing import Any

from netmon.matching import compile_filter
from netmon.model import (
    Connection,
    ConnectionFacts,
    ConnectionState,
    Direction,
    DomainSource,
    Endpoint,
    Filter,
    FilterField,
    Network,
    Process,
    Protocol,
    Range,
    Scope,
    Term,
    Traffic,
)

NOW = 2_000_000_000.0

FIREFOX = Process(
    id="b/4711/1",
    pid=4711,
    start_time=NOW - 5000,
    name="firefox-bin",
    executable="/usr/lib/Firefox/firefox-bin",
    user="anna",
    uid=1000,
)
FACTS = ConnectionFacts(
    id="c1",
    protocol=Protocol.TCP,
    ip_protocol=6,
    local=Endpoint(address="192.168.1.20", port=40123),
    remote=Endpoint(address="2001:db8::7", port=443),
    direction=Direction.OUTBOUND,
    scope=Scope.INTERNET,
    interface="wlan0",
    start_time=NOW - 60,
    process=FIREFOX,
    application_id="firefox",
    application_name="Firefox",
    unit="app-firefox.scope",
    domain="www.Example.com",
    domain_source=DomainSource.SNI,
)
ROW = Connection(
    facts=FACTS,
    traffic=Traffic(
        sent_bytes=1500,
        received_bytes=9000,
        cleared_sent_bytes=500,
        cleared_received_bytes=1000,
        sent_bytes_per_second=100.0,
        received_bytes_per_second=300.0,
    ),
    state=ConnectionState.ESTABLISHED,
    last_time=NOW - 2,
)
OWNERLESS = ROW._replace(facts=replace(FACTS, process=None, application_id="", application_name="", unit="", domain=""))


def with_facts(**changes: Any) -> Connection:  # noqa: ANN401 -- fields of several types
    """Give the row with other facts."""
    return ROW._replace(facts=replace(FACTS, **changes))


def one_term(field: FilterField, *values: str | Range | Network, negated: bool = False) -> Filter:
    """Give a filter of one term."""
    return Filter(terms=(Term(field=field, values=values, negated=negated),))


def passes(field: FilterField, *values: str | Range | Network, row: Connection = ROW, negated: bool = False) -> bool:
    """Tell whether a row passes a filter of one term."""
    return compile_filter(one_term(field, *values, negated=negated), NOW)(row)
