import click
import pytest

from netmon_cli.columns.column import Look
from netmon_cli.columns.connections import CONNECTION_COLUMNS, connection_orders
from netmon_cli.listing import Listing, Steadiness, chosen_columns, delimited_lines, ordered, table_lines
from netmon_cli.listings.connections import connection_listing
from netmon_cli.render.palette import Palette
from netmon_cli.shape import Shape
from netmon_cli.terminal import Terminal
from tests.clients.netmon_cli.rows import NAMED, NOW, ROWS, WEB

LOOK = Look(now=1_700_000_030.0)


def terminal(width: int | None) -> Terminal:
    return Terminal(is_tty=width is not None, width=width, height=24, palette=Palette(), repaints=False)


def test_a_limit_hides_rows_and_not_their_sums() -> None:
    listing = connection_listing(ROWS, Shape(), now=NOW, empty="")
    lines = table_lines(listing, Shape(limit=2), terminal(None), LOOK)
    assert len(lines) == 5
    assert lines[-1].startswith("8 connections, 2 shown")
    assert "28.0 MB" in lines[-1]


def test_no_rows_is_a_sentence() -> None:
    assert table_lines(
        connection_listing([], Shape(), now=NOW, empty="No connection."), Shape(), terminal(80), LOOK
    ) == ["No connection."]


def test_a_column_in_which_no_row_has_a_value_is_left_out_of_tables() -> None:
    assert (
        "Domain"
        not in table_lines(connection_listing([WEB], Shape(), now=NOW, empty=""), Shape(), terminal(None), LOOK)[0]
    )
    assert (
        "Domain"
        in table_lines(connection_listing([NAMED], Shape(), now=NOW, empty=""), Shape(), terminal(None), LOOK)[0]
    )
    asked = Shape(columns=("domain",))
    assert table_lines(connection_listing([WEB], asked, now=NOW, empty=""), asked, terminal(None), LOOK)[0] == "Domain"


def test_wide_and_no_trunc_never_cut() -> None:
    listing = connection_listing(ROWS, Shape(), now=NOW, empty="")
    for shape in (Shape(format="wide"), Shape(trunc=False)):
        assert "2606:2800:220:1:248:1893:25c8:1946" in "\n".join(table_lines(listing, shape, terminal(80), LOOK))
    assert "Executable" in table_lines(listing, Shape(format="wide"), terminal(80), LOOK)[0]


def test_csv_has_every_column_under_the_name_of_the_contract() -> None:
    listing = connection_listing(ROWS, Shape(), now=NOW, empty="")
    lines = delimited_lines(listing, Shape(format="csv"), LOOK, headers=True, before=(("time", "now"),))
    assert lines[0].startswith("time,app,pid,protocol,local,remote,domain,state,start_time,received_bytes_per_second")
    assert len(lines) == 1 + len(ROWS)
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


def test_headers_can_be_left_out() -> None:
    listing = Listing(columns=CONNECTION_COLUMNS, rows=[WEB])
    shape = Shape(format="tsv", headers=False, columns=("app", "pid"))
    assert delimited_lines(listing, shape, LOOK, headers=True) == ["firefox\t4711"]


def test_unknown_names_are_wrong_usage_with_a_hint() -> None:
    with pytest.raises(click.UsageError, match="did you mean remote"):
        chosen_columns(CONNECTION_COLUMNS, Shape(columns=("remot",)))
    with pytest.raises(click.UsageError, match="did you mean -received_rate"):
        ordered([WEB], connection_orders(NOW), Shape(sort="-recieved_rate"), usual="-rate")
    with pytest.raises(click.UsageError, match="It takes: app, pid"):
        ordered([WEB], connection_orders(NOW), Shape(sort="xyzzy"), usual="-rate")


def test_a_limit_leaves_no_doubt_of_which_rows_the_sums_are() -> None:
    listing = connection_listing(ROWS, Shape(), now=NOW, empty="")
    assert table_lines(listing, Shape(limit=2), terminal(80), LOOK)[-1].startswith("Σ all 8 ")
    assert table_lines(listing, Shape(), terminal(80), LOOK)[-1].startswith("Σ 8 ")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("-download", "-received_rate"),
        ("bytes", "total"),
        ("application", "app"),
        ("stat", "state"),
        ("recieved", "received"),
        ("RATE", "rate"),
        ("-speed", "-rate"),
    ],
)
def test_what_people_write_in_place_of_a_key_is_understood(name: str, meant: str) -> None:
    with pytest.raises(click.UsageError, match=f"did you mean {meant}[?]"):
        ordered([WEB], connection_orders(NOW), Shape(sort=name), usual="-rate")


def test_a_moving_table_keeps_widths_and_columns() -> None:
    steadiness = Steadiness()
    first = connection_listing([NAMED, ROWS[5]], Shape(), now=NOW, empty="")
    head, *_ = table_lines(first, Shape(), terminal(300), LOOK, steadiness=steadiness)
    then = connection_listing([WEB], Shape(), now=NOW, empty="")
    assert table_lines(then, Shape(), terminal(300), LOOK, steadiness=steadiness)[0] == head
    assert table_lines(then, Shape(), terminal(300), LOOK)[0] != head
