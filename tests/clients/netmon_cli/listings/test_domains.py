from netmon_cli.listings.domains import DomainChoice, domain_listing, wanted_domains
from netmon_cli.shape import Shape
from tests.clients.netmon_cli.named_rows import NAMED_SNAPSHOT


def test_domains_and_what_has_none_make_up_the_totals() -> None:
    listing = domain_listing(NAMED_SNAPSHOT, Shape())
    assert listing.sums == NAMED_SNAPSHOT.totals
    assert listing.count == 2
    assert [row.is_rest for row in listing.rows] == [False, False, True, True]


def test_what_was_chosen_stands_alone() -> None:
    listing = domain_listing(NAMED_SNAPSHOT, Shape(), choice=DomainChoice(pattern="cdn"))
    assert [row.label for row in listing.rows] == ["example.org"]
    assert listing.sums is not None
    assert listing.sums.sent_bytes == 2_100


def test_a_sort_that_was_asked_for_holds_for_all_rows() -> None:
    listing = domain_listing(NAMED_SNAPSHOT, Shape(sort="total"))
    assert listing.rows[0].label == "(encrypted DNS)"


def test_a_browser_and_a_pattern_may_be_chosen_together() -> None:
    names = [
        domain.name for domain in wanted_domains(NAMED_SNAPSHOT, DomainChoice(pattern="example.org", browser="firefox"))
    ]
    assert names == ["www.example.org", "cdn.example.org"]
    assert wanted_domains(NAMED_SNAPSHOT, DomainChoice(pattern="example.net", browser="firefox")) == ()
