"""Nothing that tells whom somebody talks to is left, and what was equal stays equal."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from netmon.model import (
    Connection,
    ConnectionNamed,
    DomainTraffic,
    Event,
    StatisticsCleared,
    Traffic,
)
from netmon_client.testing.samples import a_connection, a_process, a_snapshot
from netmon_collector.core.makings import KEPT_TICKS
from netmon_collector.core.redaction import Redactor

SECRETS = ("example.org", "93.184.216.34", "192.168.1.5", "--password")


def a_row(domain: str = "www.example.org", remote: str = "93.184.216.34") -> Connection:
    process = replace(a_process(), command_line="curl --password hunter2")
    return a_connection(process=process, domain=domain, remote=remote)


def test_no_domain_address_or_command_line_is_left() -> None:
    snapshot = Redactor(b"key").snapshot(a_snapshot([a_row()]))
    text = repr(snapshot)
    assert not any(secret in text for secret in SECRETS)
    assert snapshot.connections[0].facts.domain.endswith(".invalid")
    assert snapshot.connections[0].process is not None
    assert snapshot.connections[0].process.name == "firefox"


def test_one_text_has_one_pseudonym_with_one_key() -> None:
    one, same, other = (Redactor(key).row(a_row()).facts for key in (b"a", b"a", b"b"))
    assert one == same
    assert one.domain != other.domain
    assert one.remote != other.remote


def test_domains_keep_their_shape() -> None:
    redactor = Redactor(b"key")
    first, second = redactor.row(a_row("a.example.org")).facts, redactor.row(a_row("b.example.org")).facts
    assert first.domain != second.domain
    assert first.registrable_domain == second.registrable_domain
    assert first.domain.endswith(f".{first.registrable_domain}")
    bare = redactor.row(a_row("example.org")).facts
    assert bare.domain == first.registrable_domain


def test_a_row_and_its_domain_have_the_same_pseudonym() -> None:
    snapshot = Redactor(b"key").snapshot(a_snapshot([a_row()]))
    assert [domain.name for domain in snapshot.domains] == [snapshot.connections[0].facts.domain]


def test_the_row_of_other_domains_keeps_its_name() -> None:
    others = DomainTraffic(name="(others)", traffic=Traffic(), is_others=True)
    snapshot = replace(a_snapshot(), domains=(others,))
    assert Redactor(b"key").snapshot(snapshot).domains == (others,)


def test_addresses_that_are_no_hosts_stay() -> None:
    redactor = Redactor(b"key")
    for address in ("127.0.0.1", "0.0.0.0", "::", "::1", "224.0.0.251", "ff02::fb", "255.255.255.255"):  # noqa: S104
        remote = redactor.row(a_row(remote=address)).remote
        assert remote is not None
        assert remote.address == address


@given(st.ip_addresses())
def test_a_pseudonym_of_an_address_is_one_of_the_same_family_that_is_nobodys(address: object) -> None:
    remote = Redactor(b"key").row(a_row(remote=str(address))).remote
    assert remote is not None
    if remote.address != str(address):
        nobodys = [ip_network("240.0.0.0/4"), ip_network("2001:db8::/32")]
        found = ip_address(remote.address)
        assert found.version == ip_address(str(address)).version
        assert any(found in network for network in nobodys if network.version == found.version)


def test_a_link_local_address_loses_its_zone_too() -> None:
    remote = Redactor(b"key").row(a_row(remote="fe80::1%eth0")).remote
    assert remote is not None
    assert remote.address.startswith("2001:db8:")


def test_what_did_not_change_stays_the_same_object() -> None:
    redactor, snapshot = Redactor(b"key"), a_snapshot([a_row()])
    first, second = redactor.snapshot(snapshot), redactor.snapshot(snapshot)
    assert first.connections[0].facts is second.connections[0].facts
    assert first.domains[0] is second.domains[0]


def test_what_is_asked_for_no_more_is_forgotten_also_where_only_events_are_taken() -> None:
    redactor = Redactor(b"key")
    for tick in range(1, 4 * KEPT_TICKS + 1):
        redactor.begin_tick(tick)
        redactor.snapshot(a_snapshot([a_row(f"n{tick}.example.org")]))
        redactor.event(Event(sequence=tick, time=1.0, kind=ConnectionNamed(connection=a_row())))
    assert len(redactor._facts) == 2 * (KEPT_TICKS + 1)
    assert len(redactor._processes) <= len(redactor._facts)
    assert len(redactor._domains) == KEPT_TICKS + 1


def test_events_about_connections_are_redacted_and_others_as_they_are() -> None:
    redactor = Redactor(b"key")
    named = redactor.event(Event(sequence=1, time=1.0, kind=ConnectionNamed(connection=a_row())))
    assert not any(secret in repr(named) for secret in SECRETS)
    cleared = Event(sequence=2, time=1.0, kind=StatisticsCleared(statistics_epoch=1.0))
    assert redactor.event(cleared) is cleared
