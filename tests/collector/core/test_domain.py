"""One domain and its shares."""

from netmon.model import DomainSource
from netmon_collector.core.domain import OTHERS_NAME, SHARE_LIMIT, Domain


def test_each_application_has_a_share_and_further_ones_are_summed_up() -> None:
    domain = Domain("a.test", "a.test", 100.0)
    for number in range(SHARE_LIMIT + 5):
        domain.share(f"app{number}", f"App {number}").flow_count += 1
    assert len(domain.shares) == SHARE_LIMIT + 1
    assert domain.flow_count == SHARE_LIMIT + 5
    assert domain.share("another", "Another").application_name == OTHERS_NAME
    assert domain.share("app0", "App 0").application_name == "App 0"


def test_it_keeps_the_surest_source_and_its_first_and_last_time() -> None:
    domain = Domain("a.test", "a.test", 100.0)
    domain.meet(DomainSource.DNS, 90.0, None)
    domain.meet(DomainSource.SNI, 110.0, 130.0)
    domain.meet(DomainSource.HOSTS_FILE, 120.0, 120.0)
    assert (domain.source, domain.first_time, domain.last_time) == (DomainSource.SNI, 90.0, 130.0)


def test_all_of_its_bytes_count() -> None:
    domain = Domain("a.test", "a.test", 100.0)
    domain.share("x", "x").tally.add_sent(10, 1)
    domain.share("y", "y").tally.add_received(5, 1)
    assert domain.total_bytes == 15
