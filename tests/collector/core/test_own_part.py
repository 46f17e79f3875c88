"""The part of a tick that is one user's."""

from netmon.model import (
    OTHER_USERS_ID,
    ConnectionState,
    DomainSource,
    Filter,
    FilterField,
    Protocol,
    Remainder,
    RowOrder,
    Snapshot,
    Term,
    UnnamedReason,
    View,
)
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import DnsFact, HelloFact
from netmon_collector.core.rows import OTHER_USERS_NAME
from tests.support import frames
from tests.support.balance import assert_balanced, assert_is_own
from tests.support.wire import HERE, PEER, STRANGER, Machine, process, tcp_row, udp_row

ALICE, BOB, CAROL = 1_000, 1_001, 1_002
HERS, HIS = process(10, uid=ALICE), process(20, uid=BOB)
WEB, ELSEWHERE, RESOLVER = (PEER, 443), (STRANGER, 443), (PEER, 53)


def shared() -> Machine:
    """Give a machine on which both users run curl, each with a connection and a listener; some traffic is nobody's."""
    machine = Machine()
    machine.udp((HERE, 9), ELSEWHERE, size=50)
    machine.tcp((HERE, 1), WEB, frames.SYN, size=100)
    machine.tcp((HERE, 2), ELSEWHERE, frames.SYN, size=300)
    machine.list_sockets(
        tcp_row((HERE, 1), WEB, HERS),
        tcp_row((HERE, 2), ELSEWHERE, HIS),
        tcp_row((bytes(4), 80), None, HERS, ConnectionState.LISTEN),
        tcp_row((bytes(4), 81), None, HIS, ConnectionState.LISTEN),
        processes=(HERS, HIS),
    )
    machine.tick()
    return machine


def seen(machine: Machine, uid: int, view: View | None = None) -> Snapshot:
    snapshot = machine.monitor.compose(view or View(), every=1, since_sequence=None, only_uid=uid)
    assert_balanced(snapshot)
    assert_is_own(snapshot, uid)
    return snapshot


def test_own_rows_come_in_full_and_the_rest_is_one_row() -> None:
    snapshot = seen(shared(), ALICE)
    own = [row for row in snapshot.connections if not row.facts.remainder]
    assert sorted(row.local.port or 0 for row in own if row.local is not None) == [1, 80]
    (others,) = [row for row in snapshot.connections if row.facts.remainder]
    assert others.facts.remainder is Remainder.OTHER_USERS
    assert others.traffic.sent_bytes == 340
    assert snapshot.other_users is not None
    assert (snapshot.other_users.connection_count, snapshot.other_users.traffic) == (2, others.traffic)


def test_an_application_that_several_use_shows_each_their_share_of_it() -> None:
    machine = shared()
    assert machine.monitor.latest is not None
    (whole,) = machine.monitor.latest.applications
    assert (whole.traffic.sent_bytes, whole.users, whole.remote_count) == (480, ("alice", "user1001"), 2)
    hers, others = seen(machine, ALICE).applications
    assert (hers.id, hers.traffic.sent_bytes, hers.users, hers.connection_count) == (whole.id, 140, ("alice",), 1)
    assert (others.id, others.name, others.traffic.sent_bytes) == (OTHER_USERS_ID, OTHER_USERS_NAME, 340)
    assert (others.connection_count, others.listening_count, others.users, others.path) == (1, 1, (), "")


def test_counts_are_of_what_is_seen() -> None:
    machine = shared()
    assert machine.monitor.latest is not None
    assert (machine.monitor.latest.active_connection_count, machine.monitor.latest.listening_count) == (3, 2)
    snapshot = seen(machine, BOB)
    assert (snapshot.active_connection_count, snapshot.listening_count) == (1, 1)


def test_who_has_no_process_sees_sums_alone() -> None:
    snapshot = seen(shared(), CAROL)
    assert [row.facts.remainder for row in snapshot.connections] == [Remainder.OTHER_USERS]
    assert [row.id for row in snapshot.applications] == [OTHER_USERS_ID]
    assert snapshot.domains == ()


def test_what_is_nobodys_is_a_sum_by_reason_without_rows() -> None:
    machine = shared()
    snapshot = seen(machine, ALICE)
    assert machine.monitor.latest is not None
    assert snapshot.unattributed == machine.monitor.latest.unattributed
    assert not [row for row in snapshot.connections if row.facts.unattributed_reason]


def only(field: FilterField, value: str) -> View:
    return View(filter=Filter(terms=(Term(field=field, values=(value,)),)))


def test_a_filter_finds_nothing_of_others_and_the_answer_is_the_same_as_for_what_is_not_there() -> None:
    machine = shared()
    answers = [
        (snapshot.connections, snapshot.omitted, snapshot.active_connection_count)
        for snapshot in (
            seen(machine, ALICE, only(FilterField.REMOTE_ADDRESS, address))
            for address in ("203.0.113.3", "203.0.113.99")
        )
    ]
    assert answers[0] == answers[1]
    assert answers[0][1].connection_count == 2
    found = machine.monitor.connections(only(FilterField.PID, "20").filter, RowOrder.UNSPECIFIED, 60.0, ALICE)
    assert found == ()


def test_a_row_limit_counts_ones_own_rows_alone() -> None:
    snapshot = seen(shared(), ALICE, View(row_limit=1))
    assert [row.facts.remainder for row in snapshot.connections] == [Remainder.OTHER_USERS]
    assert snapshot.omitted.connection_count == 2


def test_ended_connections_of_others_are_in_their_sum_and_ones_own_stay_ones_own() -> None:
    machine = shared()
    for port, peer in ((1, WEB), (2, ELSEWHERE)):
        machine.tcp(peer, (HERE, port), frames.RST)
    machine.tick()
    ended = [row for row in seen(machine, ALICE).connections if row.end_time is not None]
    assert [row.local.port for row in ended if row.local is not None] == [1]
    listed = machine.monitor.connections(Filter(), RowOrder.UNSPECIFIED, 60.0, ALICE)
    assert sorted(row.local.port or 0 for row in listed if row.local is not None) == [1, 80]
    machine.tick()
    kinds = {row.facts.remainder: row.traffic.sent_bytes for row in seen(machine, ALICE).connections}
    assert kinds[Remainder.CLOSED] == 140
    assert kinds[Remainder.OTHER_USERS] == 340


def asked(machine: Machine, name: str, address: bytes, port: int) -> DnsFact:
    asker = FlowKey(Protocol.UDP, 17, HERE, port, *RESOLVER)
    return DnsFact(time=machine.wall_time, asked_name=name, address=address, chain=(name,), ttl_seconds=60, asker=asker)


def named() -> Machine:
    """Give a machine on which Bob asked for names, and both then connect to the address that he got."""
    machine = Machine()
    machine.udp((HERE, 7), RESOLVER, size=30)
    machine.list_sockets(udp_row((HERE, 7), RESOLVER, HIS), processes=(HIS,))
    machine.tick()
    machine.monitor.add_names([asked(machine, "secret.example.org", STRANGER, 7)], machine.now)
    machine.now += 0.1
    for port in (1, 2):
        machine.tcp((HERE, port), ELSEWHERE, frames.SYN, size=100)
    rows = (tcp_row((HERE, 1), ELSEWHERE, HERS), tcp_row((HERE, 2), ELSEWHERE, HIS))
    machine.list_sockets(*rows, processes=(HERS, HIS))
    machine.tick()
    return machine


def test_a_domain_that_only_others_asked_for_is_told_to_nobody_else() -> None:
    machine = named()
    assert machine.monitor.latest is not None
    (whole,) = machine.monitor.latest.domains
    assert (whole.name, whole.traffic.sent_bytes) == ("secret.example.org", 280)
    hers = seen(machine, ALICE)
    assert hers.domains == ()
    assert "secret" not in repr(hers)
    (his,) = seen(machine, BOB).domains
    assert (his.name, his.traffic.sent_bytes, his.connection_count) == ("secret.example.org", 140, 1)


def test_a_row_whose_name_is_not_told_looks_like_one_that_has_none() -> None:
    machine, plain = named(), Machine()
    plain.tcp((HERE, 1), ELSEWHERE, frames.SYN, size=100)
    plain.list_sockets(tcp_row((HERE, 1), ELSEWHERE, HERS), processes=(HERS,))
    plain.tick()
    reasons = [
        row.facts.unnamed_reason
        for each in (machine, plain)
        for row in seen(each, ALICE).connections
        if row.process is not None
    ]
    assert reasons[0] == reasons[1] == UnnamedReason.NOT_SEEN


def test_bytes_without_a_name_that_may_be_told_are_of_their_reason_or_of_other_users() -> None:
    unnamed = {part.reason: part for part in seen(named(), ALICE).unnamed}
    assert unnamed[UnnamedReason.NOT_SEEN].traffic.sent_bytes == 140
    assert unnamed[UnnamedReason.NOT_SEEN].connection_count == 1
    assert unnamed[UnnamedReason.OTHER_USERS].traffic.sent_bytes == 140 + 58


def test_a_domain_that_both_have_shows_each_their_own_source_times_and_bytes() -> None:
    machine = named()
    key = FlowKey(Protocol.TCP, 6, HERE, 1, *ELSEWHERE)
    hello = HelloFact(
        time=machine.wall_time, key=key, server_name="secret.example.org", source=DomainSource.SNI, tcp_sequence=None
    )
    machine.monitor.add_names([hello], machine.now)
    machine.tick()
    (hers,) = seen(machine, ALICE).domains
    (his,) = seen(machine, BOB).domains
    assert (hers.source, his.source) == (DomainSource.SNI, DomainSource.DNS)
    assert [part.sent_bytes for part in hers.applications] == [140]
    assert machine.monitor.latest is not None
    (whole,) = machine.monitor.latest.domains
    assert (whole.source, [part.sent_bytes for part in whole.applications]) == (DomainSource.SNI, [280])


def test_explanations_of_others_connections_are_like_those_of_none() -> None:
    machine = shared()
    assert machine.monitor.latest is not None
    ids = {row.process.uid: row.id for row in machine.monitor.latest.connections if row.process is not None}
    assert machine.monitor.explain(ids[ALICE], ALICE) is not None
    assert machine.monitor.explain(ids[BOB], ALICE) is None
    assert machine.monitor.explain("nothing", ALICE) is None


def test_bandwidth_names_ones_own_applications_and_sums_up_the_others() -> None:
    machine = shared()
    machine.tcp((HERE, 1), WEB, size=100)
    machine.tcp((HERE, 2), ELSEWHERE, size=300)
    machine.udp((HERE, 9), ELSEWHERE, size=50)
    machine.tick()
    (sample,) = machine.monitor.bandwidth(0.5, ALICE)[0]
    parts = {part.application_id: part.sent_bytes for part in sample.applications}
    assert parts == {HERS.application_id: 140, OTHER_USERS_ID: 340, "": 78}
    assert sample.sent_bytes == sum(parts.values())
