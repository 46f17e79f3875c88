from dataclasses import replace

import pytest

from netmon.model import DomainSource, UnnamedReason
from netmon_cli.columns.domains import DomainRow
from netmon_cli.columns.traffic import RATE_ORDER
from netmon_cli.top.board import Moment
from netmon_cli.top.choices import Choices, Subject
from netmon_cli.top.rows import HOLD_SECONDS, Entry, Mark, Order, application_of, listing_of, sort_keys
from netmon_client import parse_query
from netmon_client.testing import a_connection, a_process, a_snapshot
from netmon_client.testing.samples import START_TIME
from tests.clients.netmon_cli.rows import ENDED, LISTENER, REST, ROWS, SNAPSHOT, UPLOAD, WEB

NOW = START_TIME + 21


def moment(*rows: object, ended: tuple[object, ...] = (), at: float = NOW) -> Moment:
    snapshot = replace(a_snapshot(rows), time=at)  # type: ignore[arg-type]
    return Moment(snapshot=snapshot, ended=ended, new=frozenset({"upload"}))  # type: ignore[arg-type]


def keys(listing_moment: Moment, choices: Choices | None = None) -> set[str]:
    return {entry.key for entry in listing_of(listing_moment, choices or Choices()).entries}


def test_listening_rows_come_when_asked_for() -> None:
    now = moment(WEB, LISTENER)
    assert keys(now) == {"web"}
    assert keys(now, Choices(listening=True)) == {"web", "listener"}
    assert keys(now, Choices(filter=parse_query("state:listen"))) == {"listener"}


def test_rows_that_stand_for_many_are_shown_and_not_counted() -> None:
    listing = listing_of(moment(WEB, REST), Choices())
    assert {entry.key for entry in listing.entries} == {"web", "rest"}
    assert (listing.count, listing.of_count) == (1, 1)


def test_under_a_filter_only_what_passes_is_left() -> None:
    listing = listing_of(moment(WEB, UPLOAD, REST), Choices(filter=parse_query("app:curl")))
    assert [entry.key for entry in listing.entries] == ["upload"]
    assert (listing.count, listing.of_count) == (1, 2)


def test_ended_rows_stay_five_seconds_without_speed_and_keep_their_place() -> None:
    fast = ENDED._replace(traffic=ENDED.traffic._replace(received_bytes_per_second=1e9))
    (entry,) = listing_of(moment(ended=(fast,), at=START_TIME + 25), Choices()).entries
    assert entry.mark is Mark.ENDED
    assert entry.row.traffic.received_bytes_per_second == 0
    assert entry.order == RATE_ORDER(fast)
    assert keys(moment(ended=(fast,), at=START_TIME + 26)) == set()
    assert keys(moment(ended=(fast,), at=START_TIME + 26), Choices(ended=True)) == {"ended"}
    assert keys(moment(ended=(fast,), at=START_TIME + 26), Choices(filter=parse_query("is:closed"))) == {"ended"}


def test_new_and_ended_rows_are_marked() -> None:
    marks = {entry.key: entry.mark for entry in listing_of(moment(WEB, UPLOAD, ENDED), Choices()).entries}
    assert marks == {"web": Mark.PLAIN, "upload": Mark.NEW, "ended": Mark.ENDED}


def test_applications_are_those_of_the_collector_and_what_has_no_owner() -> None:
    listing = listing_of(Moment(snapshot=SNAPSHOT), Choices(subject="apps"))
    labels = {application_of(entry.row) for entry in listing.entries}
    assert {"firefox", "curl", "sshd", ""} <= labels
    assert (listing.count, listing.of_count) == (5, 5)


def test_under_a_filter_applications_are_sums_of_what_passes() -> None:
    listing = listing_of(Moment(snapshot=SNAPSHOT), Choices(subject="apps", filter=parse_query("app:curl port:22")))
    (entry,) = listing.entries
    assert entry.row.traffic.sent_bytes == UPLOAD.traffic.sent_bytes
    assert (listing.count, listing.of_count) == (1, 5)


@pytest.mark.parametrize("subject", ["connections", "apps", "domains"])
def test_an_unknown_sort_key_is_the_usual_one(subject: Subject) -> None:
    usual = listing_of(Moment(snapshot=SNAPSHOT), Choices(subject=subject))
    assert listing_of(Moment(snapshot=SNAPSHOT), Choices(subject=subject, sort="-nonsense")) == usual
    assert "rate" in sort_keys(subject)


def entries(*pairs: tuple[str, int]) -> list[Entry]:
    return [Entry(key=key, row=ROWS[0], order=(number,)) for key, number in pairs]


def test_the_order_is_by_the_key_in_its_direction() -> None:
    some = entries(("a", 1), ("b", 3), ("c", 2))
    assert [entry.key for entry in Order().arrange(some, "-rate", 0.0)] == ["b", "c", "a"]
    assert [entry.key for entry in Order().arrange(some, "rate", 0.0)] == ["a", "c", "b"]


def test_a_held_order_keeps_places_and_appends_what_is_new() -> None:
    order = Order()
    order.arrange(entries(("a", 1), ("b", 3), ("c", 2)), "-rate", 0.0)
    order.hold(10.0)
    later = entries(("new", 99), ("a", 50), ("c", 1))
    assert [entry.key for entry in order.arrange(later, "-rate", 11.0)] == ["c", "a", "new"]
    assert not order.is_held(10.0 + HOLD_SECONDS)
    assert [entry.key for entry in order.arrange(later, "-rate", 10.0 + HOLD_SECONDS)] == ["new", "a", "c"]


def test_a_held_order_can_be_let_go() -> None:
    order = Order()
    order.hold(10.0)
    order.let_go()
    assert not order.is_held(10.0)


def test_domains_are_folded_and_what_has_none_is_a_row() -> None:
    firefox = a_process()
    rows = [
        a_connection("c1", process=firefox, domain="www.example.org", sent=4_000),
        a_connection("c2", process=firefox, domain="cdn.example.org", local_port=50_001),
        a_connection("c3", process=firefox, local_port=50_002, unnamed_reason=UnnamedReason.NOT_SEEN),
    ]
    listing = listing_of(Moment(snapshot=a_snapshot(rows)), Choices(subject="domains"))
    labels = [entry.row.label for entry in listing.entries if isinstance(entry.row, DomainRow)]
    assert labels == ["example.org", "(no name was seen for its address)"]
    assert (listing.count, listing.of_count) == (1, 1)
    filtered = listing_of(
        Moment(snapshot=a_snapshot(rows)), Choices(subject="domains", filter=parse_query("domain:cdn.example.org"))
    )
    assert [entry.row.traffic.sent_bytes for entry in filtered.entries] == [1_000]
    assert {application_of(entry.row) for entry in filtered.entries} == {""}


def test_under_a_filter_domains_are_folded_too_and_keep_the_surest_source() -> None:
    rows = [
        a_connection(
            f"c{number}",
            process=a_process(),
            domain=f"{part}.example{number % 2}.org",
            domain_source=source,
            local_port=50_000 + number,
        )
        for number, (part, source) in enumerate(
            [("a", DomainSource.SNI), ("b", DomainSource.SNI), ("c", DomainSource.DNS), ("d", DomainSource.SNI)]
        )
    ]
    moment = Moment(snapshot=a_snapshot(rows))
    whole = listing_of(moment, Choices(subject="domains"))
    filtered = listing_of(moment, Choices(subject="domains", filter=parse_query("is:remote")))
    assert (filtered.count, filtered.of_count) == (2, 2)
    by_key = {entry.key: entry.row for entry in filtered.entries}
    assert {entry.key: entry.row.traffic for entry in whole.entries} == {
        key: row.traffic for key, row in by_key.items()
    }
    assert {row.source for row in by_key.values() if isinstance(row, DomainRow)} == {DomainSource.SNI}


def test_under_a_filter_what_has_no_domain_is_one_row() -> None:
    rows = [a_connection("c1", domain="example.org"), a_connection("c2", sent=3), a_connection("c3", sent=4)]
    listing = listing_of(Moment(snapshot=a_snapshot(rows)), Choices(subject="domains", filter=parse_query("is:remote")))
    (rest,) = [entry.row for entry in listing.entries if isinstance(entry.row, DomainRow) and entry.row.is_rest]
    assert (rest.label, rest.traffic.sent_bytes, rest.connection_count) == ("(no domain)", 7, 2)
    assert (listing.count, listing.of_count) == (1, 1)
