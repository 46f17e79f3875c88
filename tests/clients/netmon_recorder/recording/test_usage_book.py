from dataclasses import replace

from netmon.model import Connection, ConnectionFacts, Protocol, Scope, Traffic, UsageKey, UsageSums
from netmon_client.testing import a_connection, a_process
from netmon_recorder.recording.meter import Counts, RowDelta
from netmon_recorder.recording.usage_book import UsageBook, key_of
from tests.support.kept_seconds import seconds_by_minute

T = 1_700_000_040.0


def delta(facts: ConnectionFacts, sent: int = 100, *, has_ended: bool = False) -> RowDelta:
    return RowDelta(facts, Counts(sent, 0, 1), None, is_new=False, has_ended=has_ended)


def facts(key: str = "c1", remote: str | None = "203.0.113.7", **changes: object) -> ConnectionFacts:
    made = a_connection(key, process=a_process(), remote=remote).facts
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_connection_has_one_row_a_minute() -> None:
    book = UsageBook()
    for time in (T, T + 10, T + 60):
        book.add_row(delta(facts()), time)
    assert [(row.start_time, row.sums.sent_bytes) for row in book.take()] == [(T, 200), (T + 60, 100)]
    assert book.take() == ()


def test_connections_of_the_same_key_are_one_row() -> None:
    book = UsageBook()
    book.add_row(delta(facts("c1")), T)
    book.add_row(delta(facts("c2"), has_ended=True), T)
    [row] = book.take()
    assert row.sums == UsageSums(200, 0, 2, 0)


def test_a_name_that_comes_after_the_last_byte_is_the_minutes() -> None:
    book = UsageBook(keeps_seconds=True)
    book.add_row(delta(facts(domain="")), T)
    book.learn([Connection(facts=facts(domain="late.example"), traffic=Traffic()), a_connection("c2")])
    assert [row.key.domain for row in (*book.take(), *book.take_seconds())] == ["late.example"] * 2


def test_what_is_put_back_is_added_to_what_has_come_since() -> None:
    book = UsageBook()
    book.add_row(delta(facts()), T)
    book.put_back(book.take())
    book.add_row(delta(facts()), T)
    [row] = book.take()
    assert row.sums.sent_bytes == 200


def test_the_rest_of_a_scope_has_no_owner() -> None:
    book = UsageBook()
    book.add_rest(Scope.LAN, Counts(60, 0, 1), T + 59)
    [row] = book.take()
    assert row.key == UsageKey(scope=Scope.LAN)
    assert row.start_time == T


def test_above_the_limit_hosts_then_owners_then_minutes_are_folded_and_no_byte_is_lost() -> None:
    book = UsageBook(row_limit=50)
    count = 0
    for minute in range(300):
        for host in range(20):
            book.add_row(delta(facts(f"c{count}", f"203.0.113.{host}"), has_ended=True), T + 60 * minute)
            count += 1
    rows = book.take()
    assert len(rows) <= 50
    assert sum(row.sums.sent_bytes for row in rows) == 100 * count
    assert all(row.key.is_folded for row in rows[:5])
    assert rows[0].start_time % 3600 == 0


def test_a_user_without_a_name_is_a_number_and_a_socket_without_a_peer_has_no_host() -> None:
    key = key_of(facts(process=a_process(user="", uid=1001), remote=None))
    assert (key.user, key.remote_host, key.protocol) == ("1001", "", Protocol.TCP)
    assert key_of(facts(process=None)).user == ""


def test_seconds_have_the_process_and_sum_to_the_minute() -> None:
    book = UsageBook(keeps_seconds=True)
    for time in (T, T, T + 10.5):
        book.add_row(delta(facts()), time)
    book.add_rest(Scope.LAN, Counts(7, 0, 1), T + 3)
    rows, seconds = book.take(), book.take_seconds()
    assert [(each.start_time, each.key.pid, each.sums.sent_bytes) for each in seconds if each.key.pid] == [
        (T, a_process().pid, 200),
        (T + 10, a_process().pid, 100),
    ]
    assert seconds_by_minute(seconds) == seconds_by_minute(rows)
    assert book.take_seconds() == ()


def test_too_many_seconds_ask_for_a_batch_and_are_given_up_before_they_take_all_memory() -> None:
    book = UsageBook(keeps_seconds=True, second_limit=10)
    for number in range(10):
        book.add_row(delta(facts()), T + number)
    assert book.is_full
    for number in range(11):
        book.add_row(delta(facts()), T + 10 + number)
    rows, seconds = book.take(), book.take_seconds()
    assert rows[0].sums.sent_bytes == 2_100
    assert sum(each.sums.sent_bytes for each in seconds) <= 100
    assert not book.is_full


def test_seconds_are_put_back_with_their_rows() -> None:
    book = UsageBook(keeps_seconds=True)
    book.add_row(delta(facts()), T)
    book.put_back(book.take(), book.take_seconds())
    book.add_row(delta(facts()), T + 1)
    rows, seconds = book.take(), book.take_seconds()
    assert seconds_by_minute(seconds) == seconds_by_minute(rows)
    assert len(seconds) == 2


def test_whose_users_and_domains_are_is_told_once_with_the_rows() -> None:
    book = UsageBook()
    anna = replace(a_process(), user="anna", uid=1000)
    told_facts = (
        facts("a", process=anna, domain="asked.example"),
        facts("b", process=anna, domain="borrowed.example", is_domain_borrowed=True),
        facts("c", process=None),
        facts("d", process=replace(anna, user="", uid=2000), domain=""),
    )
    for each in told_facts:
        for minute in range(3):
            book.add_row(delta(each), T + minute * 60)
    book.take()
    told = book.take_asked()
    assert sorted(told) == [("2000", 2000, ""), ("anna", 1000, ""), ("anna", 1000, "asked.example")]
    assert book.take_asked() == ()
    book.put_asked_back(told)
    assert sorted(book.take_asked()) == sorted(told)
