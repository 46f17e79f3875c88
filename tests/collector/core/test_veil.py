"""What one user may see of rows, events and explanations."""

from dataclasses import replace

import pytest

from netmon.model import (
    AttemptResult,
    Connection,
    ConnectionClosed,
    ConnectionFacts,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    DomainSource,
    Event,
    EventKind,
    Explanation,
    Gap,
    GapCause,
    OwnerAttempt,
    Process,
    Protocol,
    Remainder,
    Traffic,
    UnnamedReason,
)
from netmon_collector.core.makings import KEPT_TICKS
from netmon_collector.core.veil import Veil
from tests.support.wire import process

ALICE, BOB = 1_000, 1_001
HERS = replace(process(10, uid=ALICE), parent_pid=7, parent_name="bash")
HIS = process(20, uid=BOB)


def row(owner: Process | None = HERS, *, holders: tuple[Process, ...] = (), domain: str = "") -> Connection:
    facts = ConnectionFacts(
        id="c1",
        protocol=Protocol.TCP,
        process=owner,
        holders=holders,
        domain=domain,
        registrable_domain=domain,
        domain_source=DomainSource.DNS if domain else DomainSource.UNSPECIFIED,
        unnamed_reason=UnnamedReason.NOT_ASKED if domain else UnnamedReason.UNSPECIFIED,
        is_domain_borrowed=bool(domain),
    )
    return Connection(facts=facts, traffic=Traffic(sent_bytes=5))


@pytest.mark.parametrize("other", [row(HIS), row(None), row(replace(HERS, uid=None)), row(HIS, holders=(HERS,))])
def test_only_rows_whose_owner_is_the_users_are_theirs(other: Connection) -> None:
    veil = Veil(ALICE)
    assert veil.owns(row())
    assert not veil.owns(other)
    assert not Veil(-1).owns(other)


def test_a_row_that_stands_for_many_is_nobodys() -> None:
    facts = ConnectionFacts(id="closed", protocol=Protocol.UNSPECIFIED, remainder=Remainder.CLOSED)
    assert not Veil(ALICE).owns(Connection(facts=facts, traffic=Traffic()))


def test_other_users_who_hold_the_socket_and_the_parent_are_left_out() -> None:
    also_hers = process(11, uid=ALICE)
    shown = Veil(ALICE).row(row(holders=(HIS, also_hers)))
    assert [holder.pid for holder in shown.facts.holders] == [11]
    assert shown.process == replace(HERS, parent_pid=0, parent_name="")
    assert shown.traffic == Traffic(sent_bytes=5)


def test_a_borrowed_name_is_not_told_and_the_reason_is_that_of_a_row_without_one() -> None:
    facts = Veil(ALICE).row(row(domain="secret.example.org")).facts
    assert (facts.domain, facts.registrable_domain, facts.domain_source) == ("", "", DomainSource.UNSPECIFIED)
    assert facts.unnamed_reason is UnnamedReason.NOT_ASKED
    assert not facts.is_domain_borrowed


def test_a_name_that_the_user_asked_for_stays() -> None:
    own = row(domain="own.example.org")
    own = own._replace(facts=replace(own.facts, is_domain_borrowed=False))
    assert Veil(ALICE).row(own).facts.domain == "own.example.org"


def test_what_did_not_change_stays_the_same_object_and_what_is_gone_is_forgotten() -> None:
    veil, own = Veil(ALICE), row()
    shown = veil.row(own)
    gone = row()
    veil.row(gone)
    for tick in range(1, 2 * KEPT_TICKS + 1):
        veil.begin_tick(tick)
        assert veil.row(own) is shown
    assert [len(kept) for kept in (veil._rows, veil._facts, veil._processes)] == [1, 0, 0]


def event(kind: EventKind) -> Event:
    return Event(sequence=7, time=1.0, kind=kind)


@pytest.mark.parametrize("kind", [ConnectionOpened, ConnectionClosed, ConnectionReattributed])
def test_events_of_ones_own_connections_come_and_those_of_others_do_not(kind: type[ConnectionOpened]) -> None:
    veil = Veil(ALICE)
    shown = veil.event(event(kind(connection=row())))
    assert shown is not None
    assert (shown.sequence, shown.kind) == (7, kind(connection=veil.row(row())))
    for other in (row(HIS), row(None)):
        assert veil.event(event(kind(connection=other))) is None


def test_whose_a_connection_was_before_is_not_told() -> None:
    shown = Veil(ALICE).event(event(ConnectionReattributed(connection=row(), previous_process_id=HIS.id)))
    assert shown is not None
    assert isinstance(shown.kind, ConnectionReattributed)
    assert shown.kind.previous_process_id == ""


def test_that_a_name_was_borrowed_is_no_event() -> None:
    veil = Veil(ALICE)
    assert veil.event(event(ConnectionNamed(connection=row(domain="secret.example.org")))) is None


def test_what_is_about_no_connection_comes_to_all() -> None:
    gap = event(Gap(cause=GapCause.STOPPED))
    assert Veil(ALICE).event(gap) is gap


def test_an_explanation_names_ones_own_processes_alone() -> None:
    def attempt(named: Process | None, result: AttemptResult) -> OwnerAttempt:
        id_ = named.id if named is not None else ""
        return OwnerAttempt(first_time=1.0, last_time=1.0, count=1, way="ebpf", result=result, process_id=id_)

    whole = Explanation(
        connection=row(holders=(HIS,)),
        processes=(HERS, HIS),
        attempts=(
            attempt(HIS, AttemptResult.OVERRULED),
            attempt(None, AttemptResult.NOT_LISTED),
            attempt(HERS, AttemptResult.FOUND),
        ),
    )
    shown = Veil(ALICE).explanation(whole)
    assert shown is not None
    assert [each.id for each in shown.processes] == [HERS.id]
    assert [each.result for each in shown.attempts] == [AttemptResult.NOT_LISTED, AttemptResult.FOUND]
    assert shown.connection.facts.holders == ()
    assert Veil(BOB).explanation(whole) is None
