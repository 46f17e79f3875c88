"""What a tick says of domains; that it suffices is shown in test_encoding.py."""

from dataclasses import replace

from netmon.model import DomainApplication, DomainSource, DomainTraffic, Traffic
from netmon_dashboard.hub.domain_table import DomainTable, domain_key
from netmon_dashboard.hub.numbering import Numbering
from netmon_dashboard.hub.vocabulary import DOMAIN_COLUMNS

NUMBERS = {"exe:curl": 1, "exe:firefox": 2}


def a_domain(sent: int = 0, *, moved: int = 0, of: dict[str, int] | None = None, connections: int = 1) -> DomainTraffic:
    shares = {"exe:firefox": sent} if of is None else of
    return DomainTraffic(
        name="www.example.org",
        registrable_domain="example.org",
        source=DomainSource.SNI,
        traffic=Traffic(sent_bytes=sent, interval_sent_bytes=moved),
        connection_count=connections,
        first_time=5.0,
        last_time=9.0,
        applications=tuple(
            DomainApplication(application_id=key, application_name=key[4:], sent_bytes=share)
            for key, share in shares.items()
        ),
    )


def a_table() -> DomainTable:
    return DomainTable(Numbering(), NUMBERS.get)


def test_a_new_domain_is_told_whole() -> None:
    (entry,) = a_table().update([a_domain(40)], 10.0).entries
    assert dict(zip(DOMAIN_COLUMNS, entry, strict=True)) == {
        "n": 1,
        "name": "www.example.org",
        "registrable": "example.org",
        "source": "sni",
        "is_others": False,
        "first": 5.0,
        "last": 9.0,
        "sent": 40,
        "received": 0,
        "ds": 0,
        "dr": 0,
        "connections": 1,
        "apps": [[2, "firefox", 40, 0]],
    }


def test_one_that_moves_is_told_in_three_numbers_where_one_application_did_it() -> None:
    table = a_table()
    table.update([a_domain(40)], 10.0)
    changes = table.update([a_domain(45, moved=5)], 11.0)
    assert (changes.moved, changes.parts, changes.entries) == ([1, 5, 0], [], [])
    assert table.entries()[0][DOMAIN_COLUMNS.index("last")] == 11.0


def test_what_each_of_several_applications_moved_is_told_by_their_places() -> None:
    table = a_table()
    table.update([a_domain(40, of={"exe:firefox": 30, "exe:curl": 10})], 10.0)
    changes = table.update([a_domain(45, moved=5, of={"exe:firefox": 35, "exe:curl": 10})], 11.0)
    assert (changes.moved, changes.parts) == ([1, 5, 0], [1, 1, 5, 0])


def test_an_application_that_did_not_move_what_its_domain_did_is_told_apart() -> None:
    table = a_table()
    table.update([a_domain(40)], 10.0)
    assert table.update([a_domain(45, moved=5, of={"exe:firefox": 40})], 11.0).parts == [1, 0, 0, 0]


def test_the_order_of_the_applications_changes_nothing() -> None:
    table = a_table()
    table.update([a_domain(40, of={"exe:firefox": 30, "exe:curl": 10})], 10.0)
    changes = table.update([a_domain(40, of={"exe:curl": 10, "exe:firefox": 30})], 11.0)
    assert (changes.moved, changes.parts, changes.entries) == ([], [], [])


def test_other_counts_are_told_without_the_rest() -> None:
    table = a_table()
    table.update([a_domain(40)], 10.0)
    changes = table.update([a_domain(40, connections=3)], 11.0)
    assert (changes.counts, changes.entries) == ([1, 3], [])


def test_a_name_learnt_late_brings_older_bytes_and_is_told_whole() -> None:
    table = a_table()
    table.update([a_domain(40)], 10.0)
    assert len(table.update([a_domain(400, moved=5)], 11.0).entries) == 1


def test_an_application_that_tabs_no_longer_know_keeps_its_name() -> None:
    numbers = dict(NUMBERS)
    table = DomainTable(Numbering(), numbers.get)
    table.update([a_domain(40)], 10.0)
    del numbers["exe:firefox"]
    (entry,) = table.update([a_domain(40)], 11.0).entries
    assert entry[-1] == [[None, "firefox", 40, 0]]


def test_all_others_together_are_no_domain_of_an_empty_name() -> None:
    table = a_table()
    plain = replace(a_domain(1), name="", registrable_domain="")
    table.update([plain, replace(plain, is_others=True)], 10.0)
    assert [entry[4] for entry in table.entries()] == [False, True]


def test_a_domain_that_is_forgotten_is_gone_and_comes_back_under_another_number() -> None:
    numbers = Numbering()
    table = DomainTable(numbers, NUMBERS.get)
    table.update([a_domain(40)], 10.0)
    assert table.update([], 11.0).gone == [1]
    numbers.forget(domain_key(a_domain()))
    assert table.update([a_domain(40)], 12.0).entries[0][0] == 2
