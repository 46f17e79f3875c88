"""Names of real connections: a real resolver, real TLS and QUIC servers, and programs that say what they wanted.

Weighed by bytes: nearly all whose name can be known carry the right one, none a wrong one, the rest say why.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass

import pytest

from netmon.model import Connection, DomainSource, UnnamedReason
from tests.support.collector_process import CollectorProcess, collector
from tests.support.named_world import (
    ALIASED,
    BY_TCP,
    IN_FILE,
    LONELY,
    LONELY6,
    SHARED,
    SHARED6,
    named_world,
    running,
)
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

ENOUGH_SHARE = 0.99
SNI, QUIC, DNS, HOSTS = DomainSource.SNI, DomainSource.QUIC, DomainSource.DNS, DomainSource.HOSTS_FILE

FIRST = (
    f"asks,one.example,{SHARED}",
    f"sni,one.example,{SHARED}",
    f"sni,never-asked.example,{SHARED}",
    f"split,split.example,{SHARED}",
    f"small,small.example,{SHARED}",
    f"small,small-six.example,{SHARED6}",
    f"sni,six-sni.example,{SHARED6}",
    f"quic,quic.example,{SHARED}",
    f"quic,quic-six.example,{SHARED6}",
    f"asks,shop.example,{ALIASED}",
    f"quiet,shop.example,{ALIASED}",
    f"asks-tcp,by-tcp.example,{BY_TCP}",
    f"quiet,by-tcp.example,{BY_TCP}",
    f"asks,six.example,{LONELY6}",
    f"quiet,six.example,{LONELY6}",
    f"quiet,nas.example,{IN_FILE}",
    f"quiet,,{LONELY}",
    f"asks,two.example,{SHARED}",
    f"quiet,two.example,{SHARED}",
)
SECOND = (f"asks,three.example,{SHARED}", f"quiet,three.example,{SHARED}", f"sni,fourth.example,{SHARED}")

SOURCES = {
    "shop.example": DNS,
    "by-tcp.example": DNS,
    "six.example": DNS,
    "two.example": DNS,
    "three.example": DNS,
    "nas.example": HOSTS,
    "quic.example": QUIC,
    "quic-six.example": QUIC,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a program said of one of its connections, and the row that the collector made of it."""

    name: str
    row: Connection

    @property
    def bytes(self) -> int:
        return self.row.traffic.sent_bytes + self.row.traffic.received_bytes


def rows_of(process: CollectorProcess, said: list[dict[str, object]]) -> list[Told] | None:
    """Find the rows of what programs said; None until each is there and moved its bytes."""
    with process.client() as client:
        rows = client.snapshot().connections
    ends: dict[tuple[object, object], Connection] = {
        (row.facts.protocol.name.lower(), row.facts.local.port): row
        for row in rows
        if row.facts.local and row.facts.remote
    }
    found = [
        Told(name=str(one["name"]), row=ends[key])
        for one in said
        if (key := (one["protocol"], one["local_port"])) in ends
    ]
    is_whole = len(found) == len(said) and all(told.bytes > 60_000 for told in found)
    return found if is_whole else None


@pytest.fixture(scope="module")
def told() -> Generator[list[Told]]:
    with named_world() as built, collector(built) as process:
        near, resolver = built.near.namespace, built.far.ipv4
        with (
            running(near, "name_clients", resolver, *FIRST) as first,
            running(near, "name_clients", resolver, *SECOND) as second,
        ):
            said = json.loads(first) + json.loads(second)
            wait_for(lambda: rows_of(process, said), seconds=30, what="a row for each connection")
            # Names that were learnt late reach open rows with the next tick.
            yield wait_for(lambda: settled(process, said), seconds=30, what="names that stay")


def settled(process: CollectorProcess, said: list[dict[str, object]]) -> list[Told] | None:
    """Give the rows when all that could have a name have one, or as they are after some ticks."""
    with process.client() as client:
        before = client.snapshot().sequence
        wait_for(lambda: client.snapshot().sequence >= before + 3 or None, seconds=30, what="three ticks")
    return rows_of(process, said)


def test_nearly_all_bytes_whose_name_can_be_known_carry_the_right_one(told: list[Told]) -> None:
    nameable = [one for one in told if one.name]
    right = [one for one in nameable if one.row.facts.domain == one.name]
    share = sum(one.bytes for one in right) / sum(one.bytes for one in nameable)
    print(f"{share:.2%} of {sum(one.bytes for one in nameable):,} nameable bytes carry the right name")  # noqa: T201
    assert share >= ENOUGH_SHARE, [(one.name, one.row.facts.domain) for one in nameable if one not in right]


def test_no_bytes_carry_a_wrong_name(told: list[Told]) -> None:
    assert [(one.name, one.row.facts.domain) for one in told if one.row.facts.domain not in ("", one.name)] == []


def test_each_name_says_where_it_comes_from(told: list[Told]) -> None:
    named = {one.name: one.row.facts.domain_source for one in told if one.row.facts.domain}
    assert named == {name: SOURCES.get(name, SNI) for name in named}


def test_what_has_no_name_says_why(told: list[Told]) -> None:
    reasons = [one.row.facts.unnamed_reason for one in told if not one.name]
    assert reasons == [UnnamedReason.NO_SERVER_NAME]
