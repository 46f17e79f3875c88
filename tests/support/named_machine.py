"""A machine on paper that learns names: what a resolver answers, what clients say in hellos, and what is shown."""

from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionNamed,
    DomainSource,
    EventKind,
    Process,
    Protocol,
    Snapshot,
    UnnamedReason,
)
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.name_facts import DnsFact, HelloFact, NameFact
from netmon_collector.core.naming import NameSettings
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, NETWORK, PEER, Machine, process, tcp_row, udp_row

# A public address, so that the scope is the internet.
WEB_ADDRESS = bytes((93, 184, 216, 34))
WEB = (WEB_ADDRESS, 443)
HOME = (HERE, 40_000)
RESOLVER = (PEER, 53)
ASKED_FROM = (HERE, 5_353)
CURL, WGET = process(10), process(11, "wget")


def last_labels(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def named_machine(settings: NameSettings | None = None) -> Machine:
    machine = Machine()
    machine.monitor = Monitor(
        "instance",
        now=machine.now,
        wall_time=machine.wall_time,
        flow_limit=1_000,
        names=settings or NameSettings(registrable=last_labels),
    )
    machine.monitor.add_network(NETWORK)
    return machine


def web_key(local: tuple[bytes, int] = HOME) -> FlowKey:
    return FlowKey(Protocol.TCP, 6, *local, *WEB)


def hello(machine: Machine, name: str = "www.example.org", *, has_ech: bool = False, is_sent: bool = True) -> HelloFact:
    return HelloFact(
        time=machine.wall_time,
        key=web_key(),
        server_name=name,
        source=DomainSource.SNI,
        has_ech=has_ech,
        is_sent=is_sent,
    )


def dns(machine: Machine, name: str, *, asked_from: tuple[bytes, int] | None = ASKED_FROM, ttl: int = 300) -> DnsFact:
    asker = FlowKey(Protocol.UDP, 17, *asked_from, *RESOLVER) if asked_from is not None else None
    return DnsFact(
        time=machine.wall_time,
        asked_name=name,
        address=WEB_ADDRESS,
        chain=(name,),
        ttl_seconds=ttl,
        asker=asker,
        is_multicast=asker is None,
    )


def learn(machine: Machine, *facts: NameFact) -> None:
    machine.monitor.add_names(facts, machine.now)


def ask(machine: Machine, name: str, owner: Process | None = CURL, port: int = 5_353) -> None:
    """Let a process ask for a name, and get the web server's address."""
    machine.udp((HERE, port), RESOLVER, size=30)
    if owner is not None:
        row = udp_row((HERE, port), RESOLVER, owner)
        machine.list_sockets(row, processes=(owner,), is_complete=False)
    learn(machine, dns(machine, name, asked_from=(HERE, port)))
    machine.now += 0.1


def connect(machine: Machine, owner: Process | None = None, local: tuple[bytes, int] = HOME) -> None:
    machine.tcp(local, WEB, frames.SYN)
    machine.tcp(WEB, local, frames.SYN | frames.ACK)
    if owner is not None:
        machine.list_sockets(tcp_row(local, WEB, owner), processes=(owner,), is_complete=False)


def web_row(snapshot: Snapshot, local: tuple[bytes, int] = HOME) -> Connection:
    assert_balanced(snapshot)
    (row,) = [
        row for row in snapshot.connections if row.local is not None and row.local.port == local[1] and row.remote
    ]
    return row


def seen(row: Connection) -> tuple[str, DomainSource, UnnamedReason]:
    return (row.facts.domain, row.facts.domain_source, row.facts.unnamed_reason)


def events(machine: Machine, kind: type[EventKind]) -> list[Connection]:
    found = [event.kind for event in machine.monitor.events_after(0).events]
    return [
        each.connection
        for each in found
        if isinstance(each, kind) and isinstance(each, ConnectionNamed | ConnectionClosed)
    ]
