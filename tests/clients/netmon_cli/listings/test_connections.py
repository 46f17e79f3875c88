from netmon_cli.listings.connections import connection_listing
from netmon_cli.shape import Shape
from tests.clients.netmon_cli.rows import NOW, ROWS, UPLOAD, WEB


def test_the_busiest_come_first_and_sums_are_of_all() -> None:
    listing = connection_listing(ROWS, Shape(), now=NOW, empty="")
    assert list(listing.rows[:2]) == [WEB, UPLOAD]
    assert listing.sums is not None
    assert listing.sums.received_bytes == sum(row.traffic.received_bytes for row in ROWS)


def test_another_order_can_be_asked_for() -> None:
    assert connection_listing(ROWS, Shape(sort="-sent"), now=NOW, empty="").rows[0] is UPLOAD


def test_without_captured_packets_the_rows_with_most_payload_are_first_in_tables_alone() -> None:
    counted = [ROWS[0], UPLOAD._replace(sent_payload_bytes=1, received_payload_bytes=1)]
    table = connection_listing(counted, Shape(), now=NOW, empty="", has_packets=False)
    assert [row.id for row in table.rows] == [UPLOAD.id, ROWS[0].id]
    assert table.sums is None
    assert connection_listing(counted, Shape(format="csv"), now=NOW, empty="", has_packets=False).sums is not None
