"""Payload, as the kernel counts it, in place of bytes that nobody captured."""

from netmon.model import Connection, Degradation
from netmon_cli.columns.column import Look
from netmon_cli.columns.connections import CONNECTION_COLUMNS, connection_orders
from netmon_cli.columns.payload import PAYLOAD_COLUMNS, in_place_of_traffic, is_without_packets
from tests.clients.netmon_cli.rows import NOW, WEB

LOOK = Look(now=1_700_000_030.0)
COUNTED = WEB._replace(received_payload_bytes=12_000, sent_payload_bytes=0)


def cells(row: Connection) -> list[str]:
    return [column.show(row, LOOK).text for column in PAYLOAD_COLUMNS]


def test_payload_is_shown_as_sizes_and_as_a_dash_where_nobody_knows() -> None:
    assert cells(COUNTED) == ["12.0 kB", "0 B"]
    assert cells(WEB) == ["—", "—"]
    assert [column.value(COUNTED, LOOK) for column in PAYLOAD_COLUMNS] == [12_000, 0]
    assert [column.value(WEB, LOOK) for column in PAYLOAD_COLUMNS] == [None, None]
    assert [column.field for column in PAYLOAD_COLUMNS] == ["received_payload_bytes", "sent_payload_bytes"]


def test_where_nothing_is_captured_payload_stands_where_ip_bytes_stand_else() -> None:
    usual = [column.heading.title for column in CONNECTION_COLUMNS if not column.extra]
    shown = [column.heading.title for column in in_place_of_traffic(CONNECTION_COLUMNS) if not column.extra]
    assert usual[-4:] == ["↓", "↑", "Σ↓", "Σ↑"]
    assert shown == [*usual[:-4], "Payload ↓", "Payload ↑"]
    keys = [column.key for column in in_place_of_traffic(CONNECTION_COLUMNS)]
    assert len(keys) == len(set(keys))


def test_what_has_most_payload_is_first_and_what_has_no_counts_last() -> None:
    more = WEB._replace(received_payload_bytes=1, sent_payload_bytes=20_000)
    rows = sorted([WEB, COUNTED, more], key=connection_orders(NOW)["payload"], reverse=True)
    assert rows == [more, COUNTED, WEB]
    assert sorted([WEB, COUNTED], key=connection_orders(NOW)["received_payload"]) == [WEB, COUNTED]


def test_the_collector_says_that_it_captures_nothing() -> None:
    assert is_without_packets((Degradation(code="capture.off", text="Off."),))
    assert not is_without_packets((Degradation(code="capture.failed", text="One interface."),))
