"""Domains folded, browser by browser."""

from dataclasses import replace

import pytest

from netmon.model import DomainApplication, DomainSource, DomainTraffic, Traffic
from netmon_client.domains import (
    browser_shares,
    domain_groups,
    domains_of,
    fits_browser,
    fitting_domains,
    of_applications,
)
from netmon_client.query import parse_query
from netmon_client.testing.samples import a_connection, a_process, a_snapshot

FIREFOX, CURL = a_process(), a_process(5, "curl")
SNAPSHOT = a_snapshot(
    [
        a_connection("c1", process=FIREFOX, domain="a.example.org", domain_source=DomainSource.SNI, sent=10_000),
        a_connection("c2", process=CURL, domain="b.example.org", sent=4_000),
        a_connection("c3", process=FIREFOX, domain="example.net", sent=40_000),
        a_connection("c4", process=FIREFOX, sent=50_000),
    ]
)


def test_subdomains_are_folded_the_busiest_first() -> None:
    net, org = domain_groups(SNAPSHOT.domains)
    assert (net.name, org.name) == ("example.net", "example.org")
    assert (org.names, org.traffic.sent_bytes, org.connection_count) == (2, 14_000, 2)
    assert org.source is DomainSource.SNI
    assert [part.application_name for part in org.applications] == ["firefox", "curl"]


def test_in_full_each_domain_is_its_own() -> None:
    groups = domain_groups(SNAPSHOT.domains, full=True)
    assert [group.name for group in groups] == ["example.net", "a.example.org", "b.example.org"]
    assert {group.names for group in groups} == {1}


def test_the_row_of_other_domains_comes_last_and_is_never_folded_with_one() -> None:
    others = DomainTraffic(name="(others)", traffic=Traffic(sent_bytes=10**9), is_others=True)
    lone = DomainTraffic(name="(others)", traffic=Traffic())
    groups = domain_groups([others, lone])
    assert [group.is_others for group in groups] == [False, True]


def test_connections_are_summed_up_by_domain_as_the_collector_does() -> None:
    org, other, net = domains_of(SNAPSHOT.connections)
    assert (org.name, org.registrable_domain, org.source) == ("a.example.org", "example.org", DomainSource.SNI)
    assert [part.traffic for part in (org, other, net)] == [part.traffic for part in SNAPSHOT.domains]
    assert [part.applications for part in (org, other, net)] == [part.applications for part in SNAPSHOT.domains]


def test_a_domain_has_the_surest_source_of_its_connections_and_counts_the_open_ones() -> None:
    rows = [
        a_connection("1", domain="example.org", domain_source=DomainSource.DNS, sent=5),
        a_connection("2", domain="example.org", domain_source=DomainSource.QUIC, sent=7, end_time=1.0),
    ]
    (domain,) = domains_of(rows)
    assert (domain.source, domain.connection_count, domain.traffic.sent_bytes) == (DomainSource.QUIC, 1, 12)


def test_what_one_application_moved_is_cut_out() -> None:
    own = of_applications(SNAPSHOT.domains, lambda key: key == FIREFOX.application_id)
    assert [(domain.name, domain.traffic.sent_bytes) for domain in own] == [
        ("a.example.org", 10_000),
        ("example.net", 40_000),
    ]
    assert {domain.traffic.sent_bytes_per_second for domain in own} == {0.0}


def test_a_browser_is_found_by_a_part_of_its_name() -> None:
    firefox, curl = SNAPSHOT.applications
    assert [fits_browser(firefox, pattern) for pattern in ("fire", "*", "FIREFOX", "chrom")] == [
        True,
        True,
        True,
        False,
    ]
    assert not fits_browser(curl, "curl")


def test_the_share_of_a_browsers_bytes_that_have_a_name() -> None:
    (share,) = browser_shares(SNAPSHOT)
    assert share.application.name == "firefox"
    assert (share.named_bytes, share.total_bytes) == (54_000, 106_000)
    assert share.share == 54_000 / 106_000
    silent = replace(SNAPSHOT.applications[0], traffic=Traffic())
    (still,) = browser_shares(replace(SNAPSHOT, applications=(silent,), domains=()))
    assert still.share is None


def test_what_was_cleared_does_not_count() -> None:
    cleared = replace(SNAPSHOT.applications[0], traffic=Traffic(sent_bytes=100, cleared_sent_bytes=60))
    part = DomainApplication(application_id=cleared.id, application_name="firefox", sent_bytes=20)
    domain = DomainTraffic(name="a.test", traffic=Traffic(sent_bytes=20), applications=(part,))
    (share,) = browser_shares(replace(SNAPSHOT, applications=(cleared,), domains=(domain,)))
    assert share.share == 0.5


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["a.example.org", "b.example.org", "example.net"]),
        ("app:curl", ["b.example.org"]),
        ("!app:curl", ["a.example.org", "example.net"]),
        ("domain:example.net", ["example.net"]),
        ("example.org source:sni", ["a.example.org"]),
        ("total:>10k", ["a.example.org", "example.net"]),
        ("app:wget", []),
    ],
)
def test_domains_pass_a_filter_as_connections_of_theirs_would(query: str, names: list[str]) -> None:
    found = fitting_domains(SNAPSHOT.domains, parse_query(query), SNAPSHOT.time)
    assert sorted(domain.name for domain in found) == names


def test_what_stands_for_many_domains_passes_no_condition() -> None:
    others = DomainTraffic(name="(others)", traffic=Traffic(sent_bytes=10**9), is_others=True)
    assert fitting_domains([others], parse_query("total:>1k"), 0.0) == ()
    assert fitting_domains([others], parse_query(""), 0.0) == (others,)
