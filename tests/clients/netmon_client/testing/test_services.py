"""A fake's answers are cut to what was asked for."""

from netmon.model import Filter, RowOrder, Section, View
from netmon_client import parse_query
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_client.testing.services import matching, viewed

OWNED = a_connection("1", process=a_process())
UNOWNED = a_connection("2", remote="198.51.100.7")
SNAPSHOT = a_snapshot([OWNED, UNOWNED])


def test_a_view_of_everything_changes_nothing() -> None:
    assert viewed(SNAPSHOT, View()) == SNAPSHOT


def test_what_a_row_limit_leaves_out_is_omitted_with_the_bytes_of_owned_rows() -> None:
    cut = viewed(SNAPSHOT, View(row_limit=1, order=RowOrder.TOTAL))
    assert (cut.connections, cut.omitted.connection_count) == ((OWNED,), 1)
    assert cut.omitted.traffic.sent_bytes == 0
    filtered = viewed(SNAPSHOT, View(filter=parse_query("rip:198.51.100.7")))
    assert filtered.omitted.traffic == OWNED.traffic


def test_sections_that_were_not_asked_for_are_empty() -> None:
    seen = viewed(SNAPSHOT, View(sections=frozenset({Section.APPLICATIONS})))
    assert (seen.connections, seen.interfaces, seen.omitted) == ((), (), SNAPSHOT.omitted)
    assert seen.applications == SNAPSHOT.applications


def test_an_empty_filter_lets_everything_pass() -> None:
    assert matching(SNAPSHOT.connections, Filter(), 0.0) == SNAPSHOT.connections
