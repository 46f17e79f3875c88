"""One domain and its shares."""

from netmon.model import DomainSource
from netmon_collector.core.domain import OTHERS_ID, OTHERS_NAME, SHARE_LIMIT, USER_LIMIT, Domain, ShareKey


def test_each_application_has_a_share_and_further_ones_are_summed_up() -> None:
    domain = Domain("a.test", "a.test")
    for number in range(SHARE_LIMIT + 5):
        domain.share(ShareKey(f"app{number}", 1_000), f"App {number}").flow_count += 1
    assert len(domain.shares) == SHARE_LIMIT + 1
    assert domain.flow_count == SHARE_LIMIT + 5
    assert domain.share(ShareKey("another", 1_000), "Another").application_name == OTHERS_NAME
    assert domain.share(ShareKey("app0", 1_000), "App 0").application_name == "App 0"


def test_the_sum_of_further_applications_is_kept_apart_by_user_as_long_as_there_is_room() -> None:
    domain = Domain("a.test", "a.test")
    for number in range(USER_LIMIT + 100):
        domain.share(ShareKey("app", number), "App")
    assert len(domain.shares) <= USER_LIMIT + 1
    assert domain.share(ShareKey("app", 5), "App").key.uid == 5
    for number in range(SHARE_LIMIT):
        domain.share(ShareKey(f"app{number}", 5), "App")
    assert domain.share(ShareKey("app", USER_LIMIT + 50), "App").key == ShareKey(OTHERS_ID, None)


def test_what_others_have_does_not_decide_how_many_applications_of_a_user_are_kept_apart() -> None:
    """Else a user could tell by its own sums that somebody else was there."""
    alone, with_others = Domain("a.test", "a.test"), Domain("a.test", "a.test")
    for number in range(3 * SHARE_LIMIT):
        with_others.share(ShareKey(f"app{number}", 1_000 + number % 3), "App")
    for number in range(SHARE_LIMIT + 5):
        for domain in (alone, with_others):
            domain.share(ShareKey(f"app{number}", 7), "App")
    assert [share.key for share in alone.shares_of(7)] == [share.key for share in with_others.shares_of(7)]


def test_a_share_keeps_the_surest_source_and_its_first_and_last_time() -> None:
    domain = Domain("a.test", "a.test")
    share = domain.share(ShareKey("x", 1_000), "x")
    share.meet(DomainSource.DNS, 90.0, None)
    share.meet(DomainSource.SNI, 110.0, 130.0)
    share.meet(DomainSource.HOSTS_FILE, 120.0, 120.0)
    assert (share.source, share.first_time, share.last_time) == (DomainSource.SNI, 90.0, 130.0)


def test_all_of_its_bytes_count() -> None:
    domain = Domain("a.test", "a.test")
    domain.share(ShareKey("x", 1_000), "x").tally.add_sent(10, 1)
    domain.share(ShareKey("y", None), "y").tally.add_received(5, 1)
    assert domain.total_bytes == 15
