"""An explanation in words, for the terminal and for the page."""

from dataclasses import replace

from netmon.model import OwnerConfidence
from netmon_client.explanations import nothing_tried, owner_sentence, seen_sentence
from netmon_client.testing import a_connection, a_process
from netmon_client.words import clock_time

OWNED = a_connection("c1", process=a_process())


def test_an_owner_is_named_with_how_it_was_found_and_how_sure_that_is() -> None:
    assert owner_sentence(OWNED).endswith(": exact socket, certain")
    facts = replace(OWNED.facts, owner_confidence=OwnerConfidence.INFERRED, holders=(a_process(7, "ssh"),))
    assert owner_sentence(OWNED._replace(facts=facts)).endswith(": exact socket, inferred; held too by ssh (7)")


def test_nobody_has_a_reason() -> None:
    assert owner_sentence(a_connection("c1")) == "none: gone before it could be looked up"
    assert nothing_tried(a_connection("c1")) == "nothing yet"
    assert nothing_tried(OWNED) == "nothing that is still held"


def test_it_says_when_a_row_was_seen_and_where() -> None:
    facts = replace(OWNED.facts, started_before=True, interface="eth0")
    row = OWNED._replace(facts=facts, end_time=facts.start_time + 5)
    begun, ended = clock_time(facts.start_time), clock_time(facts.start_time + 5)
    assert seen_sentence(row) == f"began before {begun}, ended {ended} on eth0"
