"""Connections get their names from what was learnt, whatever came first."""

import pytest

from netmon.model import ConnectionClosed, ConnectionNamed, DomainSource, UnnamedReason
from netmon_collector.core.flow import Flow
from netmon_collector.core.name_facts import (
    EchConfig,
    EncryptedDns,
    EncryptedDnsKind,
    HelloWithoutName,
    HostsFact,
    HostsRow,
)
from netmon_collector.core.naming import Naming
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.named_machine import (
    CURL,
    HOME,
    RESOLVER,
    WEB,
    WEB_ADDRESS,
    WGET,
    ask,
    connect,
    dns,
    events,
    hello,
    learn,
    named_machine,
    seen,
    web_key,
    web_row,
)
from tests.support.wire import HERE, LOCALHOST, tcp_row, udp_row


def test_a_hello_names_its_connection_for_certain() -> None:
    machine = named_machine()
    connect(machine)
    learn(machine, hello(machine))
    row = web_row(machine.tick())
    assert seen(row) == ("www.example.org", DomainSource.SNI, UnnamedReason.UNSPECIFIED)
    assert row.facts.registrable_domain == "example.org"
    assert not row.facts.is_domain_inferred


def test_a_hello_that_comes_before_the_first_counted_packet_waits_for_it() -> None:
    machine = named_machine()
    learn(machine, hello(machine))
    machine.now -= 0.001
    connect(machine)
    machine.now += 0.001
    assert web_row(machine.tick()).facts.domain == "www.example.org"


def test_a_hello_that_comes_after_the_row_was_shown_is_told() -> None:
    machine = named_machine()
    connect(machine)
    assert seen(web_row(machine.tick())) == ("", DomainSource.UNSPECIFIED, UnnamedReason.NOT_SEEN)
    learn(machine, hello(machine))
    row = web_row(machine.tick())
    assert row.facts.domain == "www.example.org"
    assert [named.facts.domain for named in events(machine, ConnectionNamed)] == ["www.example.org"]


def test_a_connection_that_ended_still_gets_its_name() -> None:
    machine = named_machine()
    connect(machine)
    said = hello(machine)
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    learn(machine, said)
    snapshot = machine.tick()
    assert_balanced(snapshot)
    assert [row.facts.domain for row in events(machine, ConnectionClosed)] == ["", "www.example.org"]
    assert [domain.name for domain in snapshot.domains] == ["www.example.org"]


def test_a_hello_of_an_older_connection_never_names_the_one_that_took_its_ends() -> None:
    machine = named_machine()
    connect(machine)
    said = hello(machine)
    machine.tcp(WEB, HOME, frames.RST)
    machine.now += 1
    machine.tcp(HOME, WEB, frames.SYN, sequence=99_999)
    machine.tcp(WEB, HOME, frames.SYN | frames.ACK)
    learn(machine, said)
    machine.tick()
    open_row = [row for row in machine.tick().connections if row.end_time is None and row.remote]
    assert [row.facts.domain for row in open_row] == [""]
    assert machine.monitor.naming.status().shed_count == 1


def test_a_hello_of_this_machine_as_the_server_names_nobody() -> None:
    machine = named_machine()
    connect(machine)
    learn(machine, hello(machine, is_sent=False))
    assert web_row(machine.tick()).facts.domain == ""


def test_an_answer_to_the_same_process_beats_a_newer_one_to_another() -> None:
    machine = named_machine()
    ask(machine, "mine.example.org", CURL, port=5_001)
    ask(machine, "theirs.example.net", WGET, port=5_002)
    connect(machine, CURL)
    row = web_row(machine.tick())
    assert seen(row) == ("mine.example.org", DomainSource.DNS, UnnamedReason.UNSPECIFIED)
    assert row.facts.is_domain_inferred


def test_an_answer_makes_nobody_look_again_at_what_began_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = named_machine()
    ask(machine, "first.example.org")
    connect(machine, CURL)
    machine.tick()
    machine.tick()
    looked: list[int] = []
    look = Naming._settle_flow

    def noted(self: Naming, flow: Flow) -> None:
        looked.append(flow.key.local_port)
        look(self, flow)

    monkeypatch.setattr(Naming, "_settle_flow", noted)
    learn(machine, dns(machine, "first.example.org"))
    machine.now += 0.1
    learn(machine, dns(machine, "second.example.org"))
    machine.now += 0.1
    connect(machine, CURL, (HERE, 50_000))
    snapshot = machine.tick()
    assert (web_row(snapshot).facts.domain, web_row(snapshot, (HERE, 50_000)).facts.domain) == (
        "first.example.org",
        "second.example.org",
    )
    assert looked == [50_000]


def test_who_asked_is_told_of_what_began_after_the_answer_however_late_that_is_known() -> None:
    machine = named_machine()
    ask(machine, "mine.example.org", None, port=5_001)
    ask(machine, "theirs.example.net", None, port=5_002)
    connect(machine, CURL)
    machine.tick()
    machine.tick()
    rows = [udp_row((HERE, port), RESOLVER, owner) for port, owner in ((5_001, CURL), (5_002, WGET))]
    machine.list_sockets(*rows, processes=(CURL, WGET), is_complete=False)
    assert web_row(machine.tick()).facts.domain == "mine.example.org"


def test_the_choice_is_made_again_when_the_owner_becomes_known() -> None:
    machine = named_machine()
    ask(machine, "mine.example.org", CURL, port=5_001)
    ask(machine, "theirs.example.net", WGET, port=5_002)
    connect(machine)
    assert web_row(machine.tick()).facts.domain == "theirs.example.net"
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,), is_complete=False)
    snapshot = machine.tick()
    assert web_row(snapshot).facts.domain == "mine.example.org"
    assert [domain.name for domain in snapshot.domains] == ["mine.example.org"]


def test_the_choice_is_made_again_when_who_asked_becomes_known() -> None:
    machine = named_machine()
    ask(machine, "mine.example.org", None, port=5_001)
    ask(machine, "theirs.example.net", WGET, port=5_002)
    connect(machine, CURL)
    assert web_row(machine.tick()).facts.domain == "theirs.example.net"
    machine.list_sockets(udp_row((HERE, 5_001), RESOLVER, CURL), processes=(CURL,), is_complete=False)
    assert web_row(machine.tick()).facts.domain == "mine.example.org"


def test_an_answer_to_nobody_that_is_known_still_names() -> None:
    machine = named_machine()
    learn(machine, dns(machine, "a.example.org"))
    machine.now += 0.1
    connect(machine, CURL)
    assert web_row(machine.tick()).facts.domain == "a.example.org"


def test_an_answer_that_came_after_the_connection_began_is_not_used() -> None:
    machine = named_machine()
    connect(machine, CURL)
    machine.now += 1
    ask(machine, "later.example.org")
    assert web_row(machine.tick()).facts.domain == ""


def test_an_answer_is_not_used_long_after_its_end() -> None:
    machine = named_machine()
    ask(machine, "old.example.org")
    for _ in range(5):
        machine.tick(100)
    connect(machine, CURL)
    assert seen(web_row(machine.tick()))[::2] == ("", UnnamedReason.NOT_ASKED)


def test_a_name_stays_when_the_table_has_forgotten_the_answer() -> None:
    machine = named_machine()
    ask(machine, "a.example.org")
    connect(machine, CURL)
    machine.tick()
    for _ in range(6):
        machine.tcp(HOME, WEB, size=10)
        machine.tick(100)
    learn(machine, dns(machine, "b.example.org"))
    assert machine.monitor.naming.status().name_count == 1
    assert web_row(machine.tick()).facts.domain == "a.example.org"


def test_the_cover_of_an_encrypted_hello_is_not_shown_but_a_decoys_name_is() -> None:
    machine = named_machine()
    ask(machine, "secret.example.org")
    connect(machine, CURL)
    learn(machine, hello(machine, "cover.example.net", has_ech=True))
    assert web_row(machine.tick()).facts.domain == "cover.example.net"
    learn(
        machine,
        EchConfig(time=machine.wall_time, name="secret.example.org", public_name="cover.example.net", ttl_seconds=300),
    )
    assert seen(web_row(machine.tick())) == ("secret.example.org", DomainSource.DNS, UnnamedReason.ENCRYPTED_HELLO)


def test_what_has_no_name_says_why() -> None:
    machine = named_machine()
    connect(machine)
    learn(machine, HelloWithoutName(time=machine.wall_time, key=web_key(), source=DomainSource.SNI))
    assert web_row(machine.tick()).facts.unnamed_reason is UnnamedReason.NO_SERVER_NAME
    learn(machine, EncryptedDns(time=machine.wall_time, key=web_key(), kind=EncryptedDnsKind.TLS))
    snapshot = machine.tick()
    assert web_row(snapshot).facts.unnamed_reason is UnnamedReason.ENCRYPTED_DNS
    assert {part.reason: part.connection_count for part in snapshot.unnamed}[UnnamedReason.ENCRYPTED_DNS] == 1


def test_what_was_there_before_says_so() -> None:
    machine = named_machine()
    machine.tcp(HOME, WEB, size=10)
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    machine.tick()
    machine.now += 0.1
    machine.list_sockets(tcp_row(HOME, WEB, CURL), processes=(CURL,))
    assert web_row(machine.tick()).facts.unnamed_reason is UnnamedReason.OLDER


def test_the_hosts_file_names_what_nobody_asked_for_and_is_replaced_as_a_whole() -> None:
    machine = named_machine()
    connect(machine, CURL)
    rows = (HostsRow(address=WEB_ADDRESS, names=("web.test", "alias.test")),)
    learn(machine, HostsFact(time=machine.wall_time, rows=rows))
    assert seen(web_row(machine.tick()))[:2] == ("web.test", DomainSource.HOSTS_FILE)
    learn(machine, HostsFact(time=machine.wall_time, rows=()))
    assert web_row(machine.tick()).facts.domain == ""


def test_localhost_is_no_domain() -> None:
    machine = named_machine()
    learn(machine, HostsFact(time=machine.wall_time, rows=(HostsRow(address=LOCALHOST, names=("localhost",)),)))
    machine.udp((LOCALHOST, 1), (LOCALHOST, 2), interface="lo")
    assert {row.facts.domain for row in machine.tick().connections} == {""}


def test_what_came_in_gets_no_name_of_an_answer() -> None:
    machine = named_machine()
    ask(machine, "a.example.org")
    machine.tcp(WEB, HOME, frames.SYN)
    machine.tcp(HOME, WEB, frames.SYN | frames.ACK)
    assert seen(web_row(machine.tick())) == ("", DomainSource.UNSPECIFIED, UnnamedReason.UNSPECIFIED)
