from hypothesis import given
from hypothesis import strategies as st

from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.table import Cell, Heading, Table, draw, fit
from netmon_cli.render.text import cell_width

PLAIN = Palette()
TABLE = Table(
    headings=(
        Heading(title="App", minimum=6),
        Heading(title="State", rank=2),
        Heading(title="Bytes", rank=1, right=True),
    ),
    rows=(
        (Cell(text="NetworkManager"), Cell(text="● ESTABLISHED", brief="● ESTAB"), Cell(text="12.3 kB")),
        (Cell(text="curl"), Cell(text="○ idle"), Cell(text="1 B")),
    ),
    sums=(Cell(text="2 rows", brief="Σ 2"), Cell(text=""), Cell(text="12.3 kB")),
)


def lines(width: int | None) -> list[str]:
    return draw(TABLE, fit(TABLE, width), PLAIN)


def test_with_room_everything_stands_in_full() -> None:
    assert lines(None) == [
        "App             State            Bytes",
        "NetworkManager  ● ESTABLISHED  12.3 kB",
        "curl            ○ idle             1 B",
        "──────────────────────────────────────",
        "2 rows                         12.3 kB",
    ]


def test_where_it_is_narrow_cells_are_brief_first() -> None:
    assert lines(32) == [
        "App             State      Bytes",
        "NetworkManager  ● ESTAB  12.3 kB",
        "curl            ○ idle       1 B",
        "────────────────────────────────",
        "Σ 2                      12.3 kB",
    ]


def test_then_names_are_cut_in_their_middle() -> None:
    assert lines(26)[1] == "Netw…ger  ● ESTAB  12.3 kB"


def test_then_the_least_needed_column_goes_and_is_told() -> None:
    layout = fit(TABLE, 20)
    assert layout.left_out == ("State",)
    assert draw(TABLE, layout, PLAIN)[1] == "NetworkMan…  12.3 kB".replace("NetworkMan…", "Netwo…nager")


def test_colour_is_around_the_text_and_not_around_its_blanks() -> None:
    table = Table(
        headings=(Heading(title="A"), Heading(title="B")), rows=((Cell(text="x", style=Style.RED), Cell(text="y")),)
    )
    assert draw(table, fit(table, None), Palette(colour=True), headers=False) == ["\x1b[31mx\x1b[0m  y"]


def test_without_headers_rows_begin_at_once() -> None:
    assert draw(TABLE, fit(TABLE, None), PLAIN, headers=False)[0].startswith("NetworkManager")


def test_an_escape_in_a_cell_is_text() -> None:
    table = Table(headings=(Heading(title="A"),), rows=((Cell(text="\x1b[2J"),),))
    assert draw(table, fit(table, None), PLAIN)[1] == "\\x1b[2J"


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8), st.integers(min_value=20, max_value=120))
def test_no_line_is_wider_than_the_terminal(names: list[str], width: int) -> None:
    rows = tuple((Cell(text=name), Cell(text="● ESTABLISHED", brief="● ESTAB"), Cell(text="12.3 kB")) for name in names)
    table = Table(headings=TABLE.headings, rows=rows, sums=TABLE.sums)
    assert all(cell_width(line) <= width for line in draw(table, fit(table, width), PLAIN))
