from netmon_cli.listings.connections import connection_listing
from netmon_cli.shape import Shape
from tests.clients.netmon_cli.rows import ROWS, UPLOAD, WEB


def test_the_busiest_come_first_and_sums_are_of_all() -> None:
    listing = connection_listing(ROWS, Shape(), empty="")
    assert list(listing.rows[:2]) == [WEB, UPLOAD]
    assert listing.sums is not None
    assert listing.sums.received_bytes == sum(row.traffic.received_bytes for row in ROWS)


def test_another_order_can_be_asked_for() -> None:
    assert connection_listing(ROWS, Shape(sort="-sent"), empty="").rows[0] is UPLOAD
