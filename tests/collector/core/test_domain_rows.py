"""Rows of domains, made anew only where something changed."""

from netmon.model import DomainSource, UnnamedReason
from netmon_collector.core.domain import ShareKey
from netmon_collector.core.domain_book import DomainBook
from netmon_collector.core.domain_rows import DomainRows, unnamed_of
from netmon_collector.core.flow_name import NAMELESS
from tests.collector.core.test_domain_book import flow


def test_a_row_holds_the_sums_of_all_applications_the_busiest_first() -> None:
    book, rows = DomainBook(), DomainRows()
    named = flow("a.test")
    book.join(named)
    book.domains["a.test"].share(ShareKey("exe:/x", 1_000), "x").tally.add_received(900, 2)
    (row,) = rows.of(book, 2.0)
    assert (row.name, row.source, row.traffic.sent_bytes, row.traffic.received_bytes) == (
        "a.test",
        DomainSource.SNI,
        100,
        900,
    )
    assert row.traffic.received_bytes_per_second == 450.0
    assert [(part.application_name, part.received_bytes) for part in row.applications] == [("x", 900), ("", 0)]


def test_a_row_in_which_nothing_changed_is_the_same_object() -> None:
    book, rows = DomainBook(), DomainRows()
    book.join(flow("a.test"))
    book.join(flow("b.test"))
    (first, _) = rows.of(book, 1.0)
    for tally in book.tallies():
        tally.begin_interval()
    still = rows.of(book, 1.0)
    assert still[0] is not first
    assert still[0].traffic.interval_sent_bytes == 0
    book.domains["b.test"].shares[ShareKey("", None)].tally.add_sent(5, 1)
    again = rows.of(book, 1.0)
    assert again[0] is still[0]
    assert again[1].traffic.sent_bytes == 105


def test_what_has_no_domain_is_given_by_reason_with_its_connections() -> None:
    book = DomainBook()
    book.join(flow(sent=9))
    older = flow(sent=0)
    older.name = NAMELESS[UnnamedReason.OLDER]
    book.join(older)
    parts = unnamed_of(book, {UnnamedReason.NOT_SEEN: 2}, 1.0)
    assert {part.reason: (part.traffic.sent_bytes, part.connection_count) for part in parts} == {
        UnnamedReason.OLDER: (0, 0),
        UnnamedReason.NOT_SEEN: (9, 2),
    }
