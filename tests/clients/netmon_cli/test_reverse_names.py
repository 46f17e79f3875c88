"""Reverse lookups: only what has no name, each address once, and never longer than is waited."""

import threading

from netmon.model import Scope
from netmon_cli.reverse_names import LOOKUP_LIMIT, ReverseNames, reverse_lookup
from netmon_client.testing import a_connection

NAMES = {"198.51.100.1": "one.example.org", "198.51.100.2": ""}


class Resolver:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, address: str) -> str:
        self.asked.append(address)
        return NAMES.get(address, "other.example.org")


def test_a_row_without_a_name_gets_that_of_its_address_as_an_inferred_one() -> None:
    resolver = Resolver()
    rows = [a_connection("c1", remote="198.51.100.1"), a_connection("c2", remote="198.51.100.2")]
    named, nameless = ReverseNames(resolver).named(rows)
    assert (named.facts.domain, nameless.facts.domain) == ("one.example.org", "")
    assert named.facts.is_domain_inferred
    assert sorted(resolver.asked) == ["198.51.100.1", "198.51.100.2"]


def test_what_has_a_name_or_no_other_host_is_not_asked_for() -> None:
    resolver = Resolver()
    rows = (
        a_connection("c1", domain="a.example.org"),
        a_connection("c2", remote="127.0.0.1", scope=Scope.LOOPBACK),
        a_connection("c3", remote=None),
    )
    assert ReverseNames(resolver).named(rows) == rows
    assert resolver.asked == []


def test_each_address_is_looked_up_once() -> None:
    resolver = Resolver()
    names = ReverseNames(resolver)
    rows = [a_connection(f"c{number}", remote="198.51.100.1") for number in range(5)]
    names.named(rows)
    names.named(rows)
    assert resolver.asked == ["198.51.100.1"]


def test_a_listing_of_many_looks_up_some() -> None:
    resolver = Resolver()
    rows = [a_connection(f"c{number}", remote=f"10.0.{number >> 8}.{number & 255}") for number in range(400)]
    named = ReverseNames(resolver).named(rows)
    assert len(resolver.asked) == LOOKUP_LIMIT
    assert sum(bool(row.facts.domain) for row in named) == LOOKUP_LIMIT


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    never = threading.Event()

    def hang(_: str) -> str:
        never.wait()
        return ""

    rows = (a_connection(remote="198.51.100.1"),)
    assert ReverseNames(hang, wait_seconds=0.05).named(rows) == rows
    never.set()


def test_what_is_no_address_has_no_name() -> None:
    assert reverse_lookup("not an address") == ""
