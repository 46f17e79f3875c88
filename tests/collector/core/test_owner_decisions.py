"""Who is believed where two say different things of one connection."""

from dataclasses import replace

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Protocol
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.flow_book import FlowBook
from netmon_collector.core.owner_decisions import Decisions
from tests.support.wire import process

CERTAIN, INFERRED = OwnerConfidence.CERTAIN, OwnerConfidence.INFERRED
CURL, OTHER = process(10, "curl"), process(11, "other")


def owner(who: object = CURL, confidence: OwnerConfidence = CERTAIN, method: OwnerMethod = OwnerMethod.EXACT) -> Owner:
    return Owner(process=CURL if who is CURL else OTHER, method=method, confidence=confidence)


def decided() -> tuple[Decisions, Flow]:
    book = FlowBook()
    flow = Flow("c1", FlowKey(Protocol.TCP, 6, bytes(4), 1, bytes(4), 2), start_time=1.0, now=1.0)
    book.ledger.join(flow)
    book.table.add(flow)
    decisions = Decisions(book)
    decisions.journal.begin("listing", 2.0)
    return decisions, flow


def test_an_answer_of_who_used_it_takes_no_other_holder_away_and_a_listing_does() -> None:
    decisions, flow = decided()
    listed = replace(owner(), holders=(OTHER,))
    decisions.own(flow, listed)
    decisions.answered(flow, owner(method=OwnerMethod.CREATOR), is_final=False)
    assert flow.owner == listed
    decisions.own(flow, owner())
    assert flow.owner == owner()


@pytest.mark.parametrize(
    ("before", "last", "stays"),
    [
        pytest.param(CERTAIN, INFERRED, True, id="a guess, of one known surely"),
        pytest.param(CERTAIN, CERTAIN, False, id="who surely closed it"),
        pytest.param(INFERRED, INFERRED, False, id="a later guess"),
    ],
)
def test_the_last_word_is_believed_unless_it_is_less_sure(
    before: OwnerConfidence, last: OwnerConfidence, stays: bool
) -> None:
    decisions, flow = decided()
    decisions.answered(flow, owner(confidence=before), is_final=False)
    decisions.answered(flow, owner(OTHER, last), is_final=True)
    assert flow.owner is not None
    assert flow.owner.process is (CURL if stays else OTHER)
    assert len(flow.attempts or ()) == 2


def test_of_those_who_hold_a_listener_an_answer_tells_the_likeliest_and_a_listing_only_the_first() -> None:
    listed = replace(owner(method=OwnerMethod.LISTENER, confidence=INFERRED), holders=(OTHER,))
    answer = owner(OTHER, INFERRED, OwnerMethod.LISTENER)
    decisions, flow = decided()
    decisions.own(flow, listed)
    decisions.answered(flow, answer, is_final=False)
    assert flow.owner == replace(answer, holders=(CURL,))
    decisions.own(flow, listed)
    assert flow.owner == replace(answer, holders=(CURL,))
    stranger, other_flow = decided()
    stranger.own(other_flow, replace(listed, holders=()))
    stranger.answered(other_flow, answer, is_final=False)
    assert other_flow.owner == replace(listed, holders=())
