from netmon_cli.listings.totals import totals_listing
from tests.clients.netmon_cli.rows import SNAPSHOT


def test_the_headline_the_whole_and_each_scope_are_rows() -> None:
    listing = totals_listing(SNAPSHOT)
    assert [row.scope for row in listing.rows] == ["headline", "all", "loopback", "lan", "internet"]
    assert listing.rows[1].traffic == SNAPSHOT.totals
