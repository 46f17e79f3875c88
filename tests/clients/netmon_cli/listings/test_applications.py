from netmon.model import Traffic
from netmon_cli.columns.applications import GroupRow
from netmon_cli.listings.applications import application_listing, group_listing
from netmon_cli.shape import Shape
from tests.clients.netmon_cli.rows import SNAPSHOT


def test_applications_and_what_has_no_owner_are_all_that_was_counted() -> None:
    listing = application_listing(SNAPSHOT, Shape())
    remainder = SNAPSHOT.connections[-1].traffic.received_bytes  # owned, but by no application of the sample
    assert listing.sums is not None
    assert listing.sums.received_bytes + remainder == SNAPSHOT.totals.received_bytes
    assert listing.rows[0].label == "firefox"
    assert "(gone before it could be looked up)" in {row.label for row in listing.rows}


def test_only_applications_are_counted_as_such() -> None:
    listing = application_listing(SNAPSHOT, Shape())
    assert (listing.count, listing.noun) == (len(SNAPSHOT.applications), "application")


def test_a_tree_keeps_its_order_and_counts_nothing_twice() -> None:
    rows = [
        GroupRow(label="a", traffic=Traffic(sent_bytes=1), connection_count=1),
        GroupRow(label="a [7]", traffic=Traffic(sent_bytes=1), connection_count=1, depth=1),
        GroupRow(label="b", traffic=Traffic(sent_bytes=5), connection_count=1),
    ]
    listing = group_listing(rows, Shape(), title="App", noun="application")
    assert [row.label for row in listing.rows] == ["a", "a [7]", "b"]
    assert listing.sums == Traffic(sent_bytes=6)
    assert listing.count == 2
