import pytest

from netmon_cli.columns.column import Look, UnknownColumn, chosen, sorted_rows, table_of
from netmon_cli.columns.connections import CONNECTION_COLUMNS, connection_orders
from netmon_cli.render.table import Cell
from netmon_client.aggregate import sum_traffic
from tests.clients.netmon_cli.rows import CURL, NOW, ROWS, UPLOAD, VERSION_6, WEB

LOOK = Look(now=1_700_000_030.0)


def test_rates_follow_the_units_and_sizes_stay_bytes() -> None:
    bits = Look(now=0.0, units="bit")
    assert (bits.rate(1000), bits.size(1000)) == ("8.00 kbit/s", "1.00 kB")
    binary = Look(now=0.0, units="iec")
    assert (binary.rate(2048), binary.size(2048)) == ("2.00 KiB/s", "2.00 KiB")


def test_columns_come_as_asked_for_by_short_or_by_long_name() -> None:
    picked = chosen(CONNECTION_COLUMNS, ["received_rate", "pid", "protocol"], extra=False)
    assert [column.key for column in picked] == ["received_rate", "pid", "proto"]


def test_an_unknown_column_names_those_that_are_known() -> None:
    with pytest.raises(UnknownColumn) as caught:
        chosen(CONNECTION_COLUMNS, ["remot"], extra=False)
    assert "remote" in caught.value.known
    with pytest.raises(UnknownColumn):
        sorted_rows([WEB], connection_orders(NOW), "-nothing")


def test_a_minus_sorts_from_large_to_small() -> None:
    rows = [UPLOAD, WEB, VERSION_6]
    assert sorted_rows(rows, connection_orders(NOW), "-received_rate") == [WEB, VERSION_6, UPLOAD]
    assert sorted_rows(rows, connection_orders(NOW), "received_rate") == [UPLOAD, VERSION_6, WEB]


def test_the_row_of_sums_has_its_label_where_nothing_is_summed() -> None:
    columns = chosen(CONNECTION_COLUMNS, ["received", "app", "pid"], extra=False)
    table = table_of(
        columns, ROWS, LOOK, sums=sum_traffic(row.traffic for row in ROWS), label=Cell(text="9 connections")
    )
    assert table.sums is not None
    assert [cell.text for cell in table.sums] == ["28.0 MB", "9 connections", ""]


def test_the_pid_of_the_sample_is_what_the_tests_think() -> None:
    assert CURL.pid == 90210
