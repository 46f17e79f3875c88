"""Frozen rows out of what is tracked."""

import pytest

from netmon.model import Endpoint, OwnerConfidence, OwnerMethod, Protocol, Remainder
from netmon_collector.core.account import Account
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.rows import application_of, remainder_of, row_of
from netmon_collector.core.tally import Tally
from tests.support.wire import HERE, PEER, Machine, process, tcp_row, udp_row

CURL = process(10)
V6 = bytes.fromhex("20010db8000000000000000000000001")


def flow(protocol: Protocol = Protocol.UDP, *, local: bytes = HERE, remote: bytes = PEER, port: int = 53) -> Flow:
    return Flow("c1", FlowKey(protocol, 17, local, port, remote, port), start_time=1.0, now=1.0)


@pytest.mark.parametrize(
    ("made", "local", "remote"),
    [
        (flow(), Endpoint(address="192.0.2.1", port=53), Endpoint(address="198.51.100.2", port=53)),
        (flow(port=0), Endpoint(address="192.0.2.1", port=0), Endpoint(address="198.51.100.2", port=0)),
        (flow(remote=b""), Endpoint(address="192.0.2.1", port=53), None),
        (flow(local=V6), Endpoint(address="2001:db8::1", port=53), Endpoint(address="198.51.100.2", port=53)),
        (flow(port=NO_PORT), Endpoint(address="192.0.2.1"), Endpoint(address="198.51.100.2")),
        (flow(Protocol.ICMP, port=8), Endpoint(address="192.0.2.1"), Endpoint(address="198.51.100.2")),
        (flow(Protocol.OTHER, port=0), Endpoint(address="192.0.2.1"), Endpoint(address="198.51.100.2")),
    ],
)
def test_a_row_has_the_ends_and_ports_that_there_are(made: Flow, local: Endpoint, remote: Endpoint | None) -> None:
    row = row_of(made, 1.0)
    assert (row.local, row.remote) == (local, remote)


def test_an_owned_row_names_process_application_and_how_that_is_known() -> None:
    made = flow()
    holders = (process(11),)
    made.owner = Owner(process=CURL, holders=holders, method=OwnerMethod.WILDCARD, confidence=OwnerConfidence.INFERRED)
    facts = row_of(made, 1.0).facts
    assert (facts.process, facts.holders) == (CURL, holders)
    assert (facts.application_id, facts.application_name) == (CURL.application_id, "curl")
    assert (facts.owner_method, facts.owner_confidence) == (OwnerMethod.WILDCARD, OwnerConfidence.INFERRED)
    assert not facts.is_netmon


def test_netmons_own_traffic_is_marked() -> None:
    made = flow()
    dashboard = process(12, "netmon-dashboard")
    made.owner = Owner(process=dashboard, method=OwnerMethod.EXACT, confidence=OwnerConfidence.CERTAIN)
    assert row_of(made, 1.0).facts.is_netmon


def test_rows_keep_their_identity_while_nothing_changes_and_their_facts_while_bytes_move() -> None:
    machine = Machine()
    machine.list_sockets(tcp_row((HERE, 1), (PEER, 2), CURL), udp_row((HERE, 1), (PEER, 2), CURL), processes=(CURL,))
    first, second = machine.tick().connections
    machine.tcp((HERE, 1), (PEER, 2))
    machine.list_sockets(tcp_row((HERE, 1), (PEER, 2), CURL), udp_row((HERE, 1), (PEER, 2), CURL), processes=(CURL,))
    moved, idle = machine.tick().connections
    assert idle is second
    assert moved is not first
    quiet, idle = machine.tick().connections
    assert idle is second
    assert quiet.facts is moved.facts
    assert machine.tick().connections[0] is quiet


def test_a_row_that_showed_an_interval_is_made_anew_for_the_next_tick() -> None:
    made = flow()
    made.tally.add_sent(10, 1)
    shown = row_of(made, 1.0)
    assert shown.traffic.interval_sent_bytes == 10
    made.tally.begin_interval()
    assert row_of(made, 1.0).traffic.interval_sent_bytes == 0
    assert shown.traffic.interval_sent_bytes == 10


def test_a_remainder_stands_for_many_and_there_is_none_for_nothing() -> None:
    tally = Tally()
    assert remainder_of("closed", Remainder.CLOSED, tally, 1.0) is None
    tally.add_received(9, 1)
    row = remainder_of("closed", Remainder.CLOSED, tally, 1.0)
    assert row is not None
    assert (row.id, row.facts.remainder, row.local, row.process) == ("closed", Remainder.CLOSED, None, None)
    assert row.is_owned
    assert row.traffic.received_bytes_per_second == 9.0


def test_an_application_has_the_sums_and_counts_of_its_account() -> None:
    account = Account("exe:/usr/bin/curl", "curl", "/usr/bin/curl", 5.0)
    account.tally.add_sent(10, 1)
    account.users |= {"bob", "alice"}
    account.count(CURL, PEER, is_listening=False)
    row = application_of([account], 2.0)
    assert (row.id, row.name, row.path, row.first_time) == ("exe:/usr/bin/curl", "curl", "/usr/bin/curl", 5.0)
    assert (row.traffic.sent_bytes, row.traffic.sent_bytes_per_second) == (10, 5.0)
    assert (row.connection_count, row.process_count, row.remote_count) == (1, 1, 1)
    assert row.users == ("alice", "bob")
