from rich.style import Style as Look

from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_cli.top.paint import cells_text, keys_text, segments, style_of

BASE = Look(bgcolor="#000000")


def test_neighbours_of_one_look_become_one_segment() -> None:
    drawn = segments([("a", Style.PLAIN), (" ", Style.PLAIN), ("b", Style.RED), ("c", Style.PLAIN)], BASE)
    assert [segment.text for segment in drawn] == ["a ", "b", "c"]
    assert drawn[1].style == BASE + style_of(Style.RED)


def test_what_stands_above_wins() -> None:
    drawn = segments([("a", Style.RED), ("b", Style.PLAIN)], BASE, Look(color="#ffffff", strike=True))
    assert "".join(segment.text for segment in drawn) == "ab"
    assert all(segment.style == BASE + Look(color="#ffffff", strike=True) for segment in drawn)


def test_no_piece_is_no_segment() -> None:
    assert segments([], BASE) == []


def test_cells_that_do_not_fit_are_left_out_and_markup_is_text() -> None:
    text = cells_text([Cell(text="[b]x[/b]\x1b"), Cell(text="yyyyyyyyyy")], 15)
    assert text.plain == "[b]x[/b]\\x1b"


def test_keys_are_shown_as_many_as_fit_and_whole() -> None:
    keys = [("q", "Quit"), ("/", "Filter")]
    assert keys_text(keys, 16).plain == "q Quit  / Filter"
    assert keys_text(keys, 15).plain == "q Quit"
