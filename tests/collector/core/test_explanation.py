"""What was tried for an owner, in words, and what would have helped."""

import pytest

from netmon.model import (
    Advice,
    Degradation,
    Direction,
    OwnerConfidence,
    OwnerMethod,
    Protocol,
    UnattributedReason,
)
from netmon_collector.core.explanation import explanation_of
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.journal import Journal
from tests.support.wire import HERE, PEER, START, Machine, process

CURL, NGINX = process(10), process(20, "ngi{process}nx")
LISTING = Degradation(code="owners.listing", text="Owners are listed.", remedy="Start it as root.")
LOOKUP = Degradation(code="owners.lookup", text="Owners are looked up.", remedy="Start it as root.")
CAPTURE = Degradation(code="capture.failed", text="An interface cannot be captured.")


def a_flow(reason: UnattributedReason = UnattributedReason.PENDING) -> Flow:
    key = FlowKey(Protocol.TCP, 6, HERE, 4_000, PEER, 443)
    flow = Flow("c1", key, start_time=START, now=1.0)
    flow.direction = Direction.OUTBOUND
    flow.reason = reason
    return flow


def owned(flow: Flow, confidence: OwnerConfidence, method: OwnerMethod = OwnerMethod.USER) -> Owner:
    flow.owner = Owner(process=CURL, holders=(NGINX,), method=method, confidence=confidence)
    flow.reason = UnattributedReason.UNSPECIFIED
    return flow.owner


def advice(flow: Flow, *degraded: Degradation) -> list[Advice]:
    return list(explanation_of(flow, degraded).advice)


def test_it_holds_the_row_and_every_process_that_is_named_once() -> None:
    flow, journal, other = a_flow(), Journal(), process(30)
    owner = owned(flow, OwnerConfidence.CERTAIN)
    journal.begin("ebpf", START)
    journal.named(flow, owner, None)
    journal.named(flow, Owner(process=other, method=OwnerMethod.EXACT, confidence=OwnerConfidence.CERTAIN), flow.owner)
    explanation = explanation_of(flow, ())
    assert explanation.connection.id == "c1"
    assert explanation.processes == (CURL, NGINX, other)
    assert [each.process_id for each in explanation.attempts] == [CURL.id, other.id]
    assert explanation.advice == ()


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (OwnerMethod.EXACT, "found a socket with exactly these ends, held by curl (10)"),
        (OwnerMethod.LISTENER, "knows the socket that listens on the local port, of curl (10), not the accepted one"),
        (OwnerMethod.WILDCARD, "found a socket on the local port without a fixed peer, of curl (10)"),
        (OwnerMethod.CREATOR, "saw curl (10) make the socket, and nobody use it"),
        (OwnerMethod.USER, "saw curl (10) use the socket"),
    ],
)
def test_each_way_of_knowing_has_its_words(method: OwnerMethod, words: str) -> None:
    flow, journal = a_flow(), Journal()
    journal.begin("sock_diag", START)
    journal.named(flow, owned(flow, OwnerConfidence.CERTAIN, method), None)
    assert [each.text for each in explanation_of(flow, ()).attempts] == [words]


def test_a_name_with_braces_is_put_in_as_it_is() -> None:
    flow, journal = a_flow(), Journal()
    journal.begin("ebpf", START)
    before = owned(flow, OwnerConfidence.CERTAIN)
    told = Owner(process=NGINX, method=OwnerMethod.USER, confidence=OwnerConfidence.INFERRED)
    journal.named(flow, told, before)
    (attempt,) = explanation_of(flow, ()).attempts
    assert attempt.text == "saw ngi{process}nx (20) use the socket: the owner before, who is known more surely, stays"


def test_a_certain_owner_needs_no_advice() -> None:
    flow = a_flow()
    owned(flow, OwnerConfidence.CERTAIN)
    assert advice(flow, LISTING) == []


def test_an_inferred_owner_would_be_sure_by_the_better_way() -> None:
    flow = a_flow()
    owned(flow, OwnerConfidence.INFERRED)
    assert advice(flow) == []
    (found,) = advice(flow, CAPTURE, LISTING)
    assert found == Advice(text="Owners are listed. Start it as root.", command="sudo netmon-collector --owners auto")


@pytest.mark.parametrize("lacking", [LISTING, LOOKUP])
def test_what_was_gone_is_named_by_the_way_that_is_not_in_use(lacking: Degradation) -> None:
    (found,) = advice(a_flow(UnattributedReason.GONE), lacking)
    assert found.text.startswith(lacking.text)
    (found,) = advice(a_flow(UnattributedReason.GONE))
    assert "start the collector first" in found.text


def test_the_next_command_names_the_connection() -> None:
    assert advice(a_flow())[0].command == "netmon-cli explain c1"


@pytest.mark.parametrize("reason", set(UnattributedReason) - {UnattributedReason.UNSPECIFIED})
def test_every_reason_that_a_row_can_have_comes_with_advice(reason: UnattributedReason) -> None:
    if reason in {UnattributedReason.FRAGMENT, UnattributedReason.TABLE_FULL}:
        return  # no row has these: fragments have no connection, and what was given up has none any more
    assert all(each.text for each in advice(a_flow(reason)))
    assert advice(a_flow(reason))


def test_of_what_is_not_held_nothing_is_explained() -> None:
    machine = Machine()
    machine.tick()
    assert machine.monitor.explain("c999") is None


def test_an_ended_connection_is_explained_as_long_as_it_is_held() -> None:
    machine = Machine()
    machine.tcp((HERE, 4_000), (PEER, 443), flags=2)
    machine.tcp((HERE, 4_000), (PEER, 443), flags=4)
    (row,) = machine.tick().connections
    explanation = machine.monitor.explain(row.id)
    assert explanation is not None
    assert explanation.connection.end_time is not None
    machine.tick(61.0)
    machine.tick(1.0)
    assert machine.monitor.explain(row.id) is None
