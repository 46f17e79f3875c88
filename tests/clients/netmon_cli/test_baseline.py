from netmon.model import DomainApplication, DomainTraffic, Traffic
from netmon_cli.baseline import DomainBaselines, minus, plus, traffic_since

BEFORE = Traffic(sent_bytes=100, received_bytes=1_000, sent_packets=1, received_packets=2)


def a_domain(name: str, sent: int, *, by: dict[str, int] | None = None, is_others: bool = False) -> DomainTraffic:
    applications = tuple(
        DomainApplication(application_id=key, application_name=key, sent_bytes=moved)
        for key, moved in (by or {}).items()
    )
    return DomainTraffic(name=name, traffic=Traffic(sent_bytes=sent), applications=applications, is_others=is_others)


def test_counters_are_added_and_taken_off_and_never_fall_below_zero() -> None:
    assert minus(plus(BEFORE, BEFORE), BEFORE) == BEFORE
    assert minus(Traffic(sent_bytes=7), BEFORE) == Traffic()


def test_rates_stay_and_nothing_of_what_came_since_was_cleared() -> None:
    now = BEFORE._replace(sent_bytes=150, sent_bytes_per_second=50.0, cleared_sent_bytes=90)
    assert traffic_since(now, BEFORE) == Traffic(sent_bytes=50, sent_bytes_per_second=50.0)


def test_a_domain_and_each_of_its_applications_count_from_the_beginning() -> None:
    baselines = DomainBaselines([a_domain("example.org", 900, by={"firefox": 800, "curl": 100})])
    later = baselines.since(a_domain("example.org", 960, by={"firefox": 810, "curl": 150}))
    assert later.traffic.sent_bytes == 60
    assert [(part.application_id, part.sent_bytes) for part in later.applications] == [("curl", 50), ("firefox", 10)]


def test_a_new_domain_counts_all_that_it_has() -> None:
    new = a_domain("example.net", 5, by={"curl": 5})
    assert DomainBaselines([a_domain("example.org", 900)]).since(new) == new


def test_a_domain_that_was_folded_into_the_others_takes_its_baseline_with_it() -> None:
    baselines = DomainBaselines([a_domain("a.test", 70, by={"curl": 70}), a_domain("b.test", 5)])
    others = a_domain("(others)", 73, by={"curl": 73}, is_others=True)
    baselines.fold([others, a_domain("b.test", 5)])
    assert baselines.since(others) == a_domain("(others)", 3, by={"curl": 3}, is_others=True)
    again = a_domain("a.test", 1)
    assert baselines.since(again) == again
