"""Names switched off, within bounds, and with the bytes of their connections."""

from netmon.model import DomainSource, Protocol, UnnamedReason
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import DnsFact, HelloFact
from netmon_collector.core.naming import WAITING_LIMIT, NameSettings
from tests.support import frames
from tests.support.named_machine import CURL, HOME, WEB, ask, connect, dns, hello, learn, named_machine, seen, web_row
from tests.support.wire import HERE, STRANGER


def test_switched_off_nothing_is_kept_and_each_row_says_so() -> None:
    machine = named_machine(NameSettings(is_on=False, reason="--no-names"))
    ask(machine, "a.example.org")
    connect(machine, CURL)
    learn(machine, hello(machine))
    assert seen(web_row(machine.tick())) == ("", DomainSource.UNSPECIFIED, UnnamedReason.SWITCHED_OFF)
    status = machine.monitor.naming.status()
    assert (status.is_on, status.reason, status.answer_count, status.hello_count) == (False, "--no-names", 0, 0)


def test_what_waits_is_bounded() -> None:
    machine = named_machine()
    keys = [
        FlowKey(Protocol.TCP, 6, HERE, number & 0xFFFF, STRANGER, 1_000 + (number >> 16)) for number in range(70_000)
    ]
    facts = [
        HelloFact(time=machine.wall_time, key=key, server_name="a.test", source=DomainSource.SNI)
        for key in keys[: WAITING_LIMIT + 10]
    ]
    learn(machine, *facts)
    assert machine.monitor.naming.status().shed_count == 10
    assert len(machine.monitor.naming._waiting) == WAITING_LIMIT
    machine.tick(60)
    assert not machine.monitor.naming._waiting


def test_a_flood_of_answers_is_bounded_and_counted() -> None:
    machine = named_machine(NameSettings(name_limit=100))
    facts = [dns(machine, f"n{number}.test") for number in range(40)]
    others = [
        DnsFact(
            time=machine.wall_time,
            asked_name="a.test",
            address=number.to_bytes(4),
            chain=("a.test",),
            ttl_seconds=9,
            asker=None,
        )
        for number in range(300)
    ]
    learn(machine, *facts, *others)
    status = machine.monitor.naming.status()
    assert (status.name_count, status.name_limit, status.answer_count, status.shed_count) == (100, 100, 340, 240)


def test_quic_connections_that_share_their_ends_and_want_different_servers_are_not_certain() -> None:
    machine = named_machine()
    machine.udp(HOME, WEB, size=50)
    key = FlowKey(Protocol.UDP, 17, *HOME, *WEB)
    for name in ("a.example.org", "b.example.org"):
        learn(machine, HelloFact(time=machine.wall_time, key=key, server_name=name, source=DomainSource.QUIC))
    assert web_row(machine.tick()).facts.domain == ""


def test_bytes_follow_their_connection_from_name_to_name() -> None:
    machine = named_machine()
    ask(machine, "guess.example.org", None)
    connect(machine)
    first = machine.tick()
    assert [domain.name for domain in first.domains] == ["guess.example.org"]
    machine.monitor.clear(machine.now, machine.wall_time)
    machine.tcp(HOME, WEB, size=60)
    learn(machine, hello(machine))
    snapshot = machine.tick()
    (domain,) = snapshot.domains
    assert (domain.name, domain.registrable_domain, domain.source) == (
        "www.example.org",
        "example.org",
        DomainSource.SNI,
    )
    assert domain.traffic == web_row(snapshot).traffic
    assert domain.connection_count == 1


def test_a_domain_keeps_what_its_connections_moved_when_they_are_gone() -> None:
    machine = named_machine()
    connect(machine, CURL)
    learn(machine, hello(machine))
    machine.tcp(WEB, HOME, frames.RST)
    machine.tick()
    machine.now += 0.1
    machine.list_sockets()
    snapshots = [machine.tick(70), machine.tick(70)]
    assert machine.monitor.tracked_count == 0
    (domain,) = snapshots[-1].domains
    assert domain.connection_count == 0
    assert domain.traffic.received_bytes == 80
    assert [(part.application_name, part.received_bytes) for part in domain.applications] == [("curl", 80)]


def test_browsers_are_marked() -> None:
    machine = named_machine(NameSettings(browsers=("curl",)))
    connect(machine, CURL)
    assert [part.is_browser for part in machine.tick().applications] == [True]
