"""Sums by domain follow their connections, within bounds."""

from netmon.model import DomainSource, OwnerConfidence, OwnerMethod, Protocol, UnnamedReason
from netmon_collector.core.domain import USER_LIMIT
from netmon_collector.core.domain_book import IN_ALL, DomainBook
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.flow_name import NAMELESS, FlowName
from netmon_collector.core.tally import Tally
from tests.support.wire import HERE, PEER, process


def flow(domain: str = "", sent: int = 100) -> Flow:
    made = Flow("c", FlowKey(Protocol.TCP, 6, HERE, 1, PEER, 443), start_time=100.0, now=0.0)
    made.name = FlowName(domain=domain, source=DomainSource.SNI) if domain else NAMELESS[UnnamedReason.NOT_SEEN]
    made.tally.add_sent(sent, 1)
    return made


def sums(book: DomainBook) -> int:
    return sum(tally.sent_bytes for tally in book.tallies())


def test_a_connection_counts_into_its_domain_or_its_reason() -> None:
    book = DomainBook()
    named, nameless = flow("a.test"), flow(sent=7)
    book.join(named)
    book.join(nameless)
    assert book.domains["a.test"].total_bytes == 100
    assert book.unnamed_of(UnnamedReason.NOT_SEEN, None).sent_bytes == 7
    assert named.name_home is not nameless.name_home


def test_a_domain_that_nothing_was_ever_moved_with_leaves_no_trace() -> None:
    book = DomainBook()
    guess = flow("guess.test")
    book.join(guess)
    book.leave(guess)
    assert not book.domains
    assert sums(book) == 0


def test_a_domain_that_moved_something_stays_when_its_connections_are_gone() -> None:
    book = DomainBook()
    gone = flow("a.test")
    book.join(gone)
    book.forget(gone)
    assert book.domains["a.test"].flow_count == 0
    assert sums(book) == 100


def test_the_quietest_without_connections_are_summed_up_first() -> None:
    book = DomainBook(limit=4)
    flows = [flow(f"n{number}.test", sent=number) for number in range(1, 5)]
    for each in flows:
        book.join(each)
    for each in flows[:3]:
        book.forget(each)
    book.join(flow("new.test"))
    assert set(book.domains) == {"n2.test", "n3.test", "n4.test", "new.test"}
    assert book.others is not None
    assert book.others.total_bytes == 1
    assert sums(book) == 110


def test_where_all_have_connections_a_new_one_counts_among_the_others_and_so_do_its_next_connections() -> None:
    book = DomainBook(limit=1)
    kept, crowded, again = flow("kept.test"), flow("crowded.test"), flow("crowded.test")
    book.join(kept)
    book.join(crowded)
    book.forget(kept)
    book.join(again)
    assert set(book.domains) == {"kept.test"}
    assert crowded.share is again.share
    assert book.others is not None
    assert book.others.total_bytes == 200
    book.leave(crowded)
    book.leave(again)
    book.join(flow("crowded.test"))
    assert "crowded.test" in book.domains
    assert not book._crowded_out


def owned(domain: str, uid: int, sent: int = 100) -> Flow:
    made = flow(domain, sent)
    owner = process(uid, uid=uid)
    made.owner = Owner(process=owner, method=OwnerMethod.EXACT, confidence=OwnerConfidence.CERTAIN)
    return made


def test_what_a_user_sees_of_its_own_does_not_depend_on_what_others_visit() -> None:
    """Else a user could tell by its own sums where somebody else was."""
    seen: list[list[str]] = []
    for is_shared in (True, False):
        book = DomainBook(limit=4)
        for number in range(2):
            book.join(owned("clinic.test" if is_shared else f"other{number}.test", 1_000 + number))
        for number in range(3):
            book.join(owned(f"own{number}.test", 7))
        idle = owned("clinic.test", 7, sent=1)
        book.join(idle)
        book.forget(idle)
        book.join(owned("more.test", 7))
        book.join(owned("full.test", 7))
        seen.append([domain.name for domain in book.all_domains() if domain.shares_of(7)])
    assert sorted(seen[0]) == sorted(seen[1]) == ["(others)", "more.test", "own0.test", "own1.test", "own2.test"]


def test_all_users_together_have_a_bound_too() -> None:
    book = DomainBook(limit=4)
    flows = [owned(f"{uid}-{number}.test", uid) for uid in range(10) for number in range(4)]
    for each in flows:
        book.join(each)
    assert len(book.domains) == 4 * IN_ALL
    assert sums(book) == 4_000
    for each in flows:
        book.leave(each)
    assert not book.domains
    assert not book._kept
    assert not book._crowded_out
    assert sums(book) == 0


def test_more_users_of_a_domain_than_it_has_shares_leave_nothing_behind() -> None:
    book = DomainBook()
    flows = [owned("a.test", uid) for uid in range(USER_LIMIT + 10)]
    for each in flows:
        book.join(each)
    assert sums(book) == 100 * len(flows)
    for each in flows:
        book.leave(each)
    assert not book.domains
    assert not book._kept


def test_open_connections_are_counted_anew() -> None:
    book = DomainBook()
    named = flow("a.test")
    book.join(named)
    for _ in range(2):
        book.begin_count()
        book.count(named)
        book.count(flow())
    assert named.share is not None
    assert named.share.connection_count == 1


def test_clearing_moves_the_baseline_of_all() -> None:
    book = DomainBook()
    book.join(flow("a.test"))
    book.join(flow())
    book.clear()
    tallies: list[Tally] = list(book.tallies())
    assert [tally.cleared_sent_bytes for tally in tallies] == [100, 100]
