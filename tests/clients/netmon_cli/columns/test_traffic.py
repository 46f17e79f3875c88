from netmon.model import Traffic
from netmon_cli.columns.column import Look
from netmon_cli.columns.traffic import RATE_ORDER, TRAFFIC_COLUMNS, TRAFFIC_ORDERS, received, sent
from netmon_cli.render.palette import Style
from tests.clients.netmon_cli.rows import REST, UPLOAD, WEB

LOOK = Look(now=0.0)
CLEARED = Traffic(sent_bytes=100, received_bytes=50, cleared_sent_bytes=90, cleared_received_bytes=50)


def test_sums_count_from_the_last_clear_on_and_raw_values_do_not() -> None:
    row = REST._replace(traffic=CLEARED)
    assert (sent(CLEARED), received(CLEARED)) == (10, 0)
    shown = {column.key: column.show(row, LOOK).text for column in TRAFFIC_COLUMNS}
    raw = {column.key: column.value(row, LOOK) for column in TRAFFIC_COLUMNS}
    assert shown == {"received_rate": "0 B/s", "sent_rate": "0 B/s", "received": "0 B", "sent": "10 B"}
    assert raw == {"received_rate": 0.0, "sent_rate": 0.0, "received": 50, "sent": 100}


def test_nothing_is_dim() -> None:
    styles = [column.show(WEB._replace(traffic=CLEARED), LOOK).style for column in TRAFFIC_COLUMNS]
    assert styles == [Style.DIM, Style.DIM, Style.DIM, Style.PLAIN]


def test_the_usual_order_is_by_speed_and_then_by_size() -> None:
    assert sorted([REST, UPLOAD, WEB], key=RATE_ORDER, reverse=True) == [WEB, UPLOAD, REST]


def test_rate_and_total_are_both_directions_together() -> None:
    assert TRAFFIC_ORDERS["rate"](WEB)[0] == 10_020_000
    assert TRAFFIC_ORDERS["total"](WEB) == (20_040_000,)
