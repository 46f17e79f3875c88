"""The sums: both sides agree whatever changes hands."""

import pytest

from netmon.model import (
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    Remainder,
    Scope,
    UnattributedReason,
    View,
)
from netmon_collector.core import ledger as ledger_module
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.ledger import EARLIER_ID, Ledger
from netmon_collector.core.tally import Tally
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.wire import HERE, PEER, START, Machine, process, tcp_row

CURL, NGINX = process(10), process(20, "nginx")
LASTING = tcp_row((HERE, 1), (PEER, 1), CURL)


def flow(number: int, owner: Process | None = None, *, scope: Scope = Scope.INTERNET) -> Flow:
    made = Flow(f"c{number}", FlowKey(Protocol.UDP, 17, HERE, number, PEER, 53), start_time=1.0, now=1.0)
    made.scope = scope
    made.owner = owned_by(owner)
    return made


def owned_by(process: Process | None) -> Owner | None:
    if process is None:
        return None
    return Owner(process=process, method=OwnerMethod.EXACT, confidence=OwnerConfidence.CERTAIN)


def total(tally: Tally) -> tuple[int, int, int, int]:
    return (tally.sent_bytes, tally.received_bytes, tally.interval_sent_bytes, tally.interval_received_bytes)


def test_what_is_counted_stands_in_the_totals_its_scope_and_its_account() -> None:
    ledger, made = Ledger(), flow(1, CURL)
    ledger.join(made)
    ledger.count_sent(made, 100, 1)
    ledger.count_received(made, 30, 1)
    for tally in (ledger.totals, ledger.headline, ledger.scopes[Scope.INTERNET], made.tally):
        assert total(tally) == (100, 30, 100, 30)
    account = ledger.accounts[CURL.application_id, CURL.uid]
    assert total(account.tally) == (100, 30, 100, 30)
    assert (account.network_sent_bytes, account.network_received_bytes) == (100, 30)


def test_loopback_is_in_no_headline_and_crosses_no_network() -> None:
    ledger, made = Ledger(), flow(1, CURL, scope=Scope.LOOPBACK)
    ledger.join(made)
    ledger.count_sent(made, 100, 1)
    assert total(ledger.headline) == (0, 0, 0, 0)
    assert total(ledger.totals) == (100, 0, 100, 0)
    assert ledger.accounts[CURL.application_id, CURL.uid].network_sent_bytes == 0


def test_a_connection_that_changes_hands_takes_totals_interval_and_baseline_along() -> None:
    ledger, made = Ledger(), flow(1)
    ledger.join(made)
    ledger.count_sent(made, 100, 1)
    ledger.clear()
    made.tally.clear()
    ledger.begin_interval()
    made.tally.begin_interval()
    ledger.count_sent(made, 20, 1)
    ledger.leave(made)
    made.owner = owned_by(CURL)
    ledger.join(made)
    assert total(ledger.unattributed_of(UnattributedReason.PENDING)) == (0, 0, 0, 0)
    tally = ledger.accounts[CURL.application_id, CURL.uid].tally
    assert total(tally) == (120, 0, 20, 0)
    assert tally.cleared_sent_bytes == 100
    assert total(ledger.totals) == (120, 0, 20, 0)


def test_an_ended_connection_that_changes_hands_stands_among_the_closed_ones_once() -> None:
    ledger, made = Ledger(), flow(1)
    ledger.join(made)
    ledger.count_sent(made, 100, 1)
    made.closed_sequence = 1
    ledger.close(made)
    assert ledger.closed.sent_bytes == 0
    for owner in (CURL, NGINX):
        ledger.leave(made)
        made.owner = owned_by(owner)
        ledger.join(made)
        assert ledger.closed.sent_bytes == 100
    ledger.count_sent(made, 5, 1)
    assert (ledger.closed.sent_bytes, ledger.closed.sent_packets) == (105, 2)


@pytest.mark.parametrize("owner", [CURL, None])
def test_what_is_evicted_stays_in_the_sums(owner: Process | None) -> None:
    ledger, made = Ledger(), flow(1, owner)
    ledger.join(made)
    ledger.count_received(made, 70, 1)
    ledger.evict(made)
    assert total(ledger.totals) == (0, 70, 0, 70)
    if owner is None:
        assert total(ledger.unattributed_of(UnattributedReason.TABLE_FULL)) == (0, 70, 0, 70)
        assert total(ledger.unattributed_of(UnattributedReason.PENDING)) == (0, 0, 0, 0)
        assert total(ledger.evicted) == (0, 0, 0, 0)
    else:
        assert total(ledger.evicted) == (0, 70, 0, 70)
        assert ledger.accounts[CURL.application_id, CURL.uid].flow_count == 0


def run_briefly(machine: Machine, number: int) -> None:
    """Have an application of its own make one connection that ends."""
    owner = process(1_000 + number, f"app{number}")
    ends = (HERE, 1_000 + number), (PEER, 443)
    machine.tcp(*ends, flags=frames.SYN)
    machine.list_sockets(tcp_row(*ends, owner), LASTING, processes=(owner, CURL))
    machine.tcp(*ends[::-1], flags=frames.RST, size=number)


def test_applications_beyond_the_limit_are_summed_up_and_the_longest_silent_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger_module, "APPLICATION_LIMIT", 8)
    machine = Machine()
    machine.monitor.hold_period(5)
    for number in range(30):
        run_briefly(machine, number)
        assert_balanced(machine.tick())
        machine.now += 70  # it is forgotten: the account is all that is left of it
        snapshot = machine.tick()
        assert_balanced(snapshot)
        assert len(snapshot.applications) <= 9
        if snapshot.sequence % 5 == 0:
            assert_balanced(machine.monitor.compose(View(), every=5, since_sequence=None))
    latest = machine.tick()
    rows = {row.id: row for row in latest.applications}
    assert CURL.application_id in rows, "it still has a connection"
    assert "exe:/usr/bin/app29" in rows
    assert "exe:/usr/bin/app0" not in rows
    earlier = rows[EARLIER_ID]
    assert earlier.traffic.sent_packets >= 20
    assert earlier.first_time == START
    assert [row.facts.remainder for row in latest.connections if row.process is None] == [Remainder.CLOSED]


def test_applications_that_still_have_connections_are_never_summed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "APPLICATION_LIMIT", 4)
    machine = Machine()
    owners = tuple(process(pid, f"app{pid}") for pid in range(12))
    machine.list_sockets(*(tcp_row((HERE, one.pid), (PEER, 1), one) for one in owners), processes=owners)
    assert {row.name for row in machine.tick().applications} == {one.name for one in owners}
