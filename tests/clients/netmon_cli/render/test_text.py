from hypothesis import given
from hypothesis import strategies as st

from netmon_cli.render.text import advice_lines, cell_width, cut_end, cut_middle, screen_extent, screen_lines, wrapped


def test_wide_characters_take_two_cells_and_marks_none() -> None:
    assert [cell_width(text) for text in ("abc", "中文", "e\u0301", "")] == [3, 4, 1, 0]


def test_lines_that_go_on_in_the_next_are_counted_as_the_screen_shows_them() -> None:
    lines = ["x" * 80, "\x1b[32m" + "x" * 80 + "\x1b[0m", "x" * 81, "", "─" * 161]
    assert screen_lines(lines, 80) == 8
    assert screen_lines(lines, None) == 5


def test_the_cells_of_a_lines_last_part_are_those_that_it_fills() -> None:
    assert [screen_extent(text, 80) for text in ("", "x" * 80, "x" * 81)] == [(1, 0), (1, 80), (2, 1)]
    assert screen_extent("x" * 79 + "中", 80) == (2, 2)  # a wide character is not torn


def test_a_cut_in_the_middle_keeps_both_ends() -> None:
    assert cut_middle("NetworkManager", 8) == "Netw…ger"
    assert cut_middle("curl", 8) == "curl"
    assert cut_middle("中文程序名", 6) == "中…名"
    assert cut_middle("abc", 0) == ""


def test_a_cut_at_the_end_says_so() -> None:
    assert cut_end("abcdef", 4) == "abc…"
    assert cut_end("abc", 3) == "abc"
    assert cut_end("abc", 0) == ""


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_no_cut_is_wider_than_its_room(text: str, width: int) -> None:
    assert cell_width(cut_middle(text, width)) <= width
    assert cell_width(cut_end(text, width)) <= width


def test_text_is_broken_between_words() -> None:
    assert wrapped("one two  three four", 9) == ["one two", "three", "four"]
    assert wrapped("one two three", 9, indent=2) == ["one two", "  three"]
    assert wrapped("one two", None) == ["one two"]
    assert wrapped("one two", 7) == ["one two"]


def test_a_word_that_is_wider_than_a_line_is_not_torn() -> None:
    assert wrapped("a /very/long/path b", 6, indent=2) == ["a", "  /very/long/path", "  b"]


def test_what_stands_before_a_text_stays_where_it_is() -> None:
    assert wrapped("  owners    one two", 15, indent=12) == ["  owners    one", "            two"]


def test_advice_is_broken_before_its_bracket_alone() -> None:
    advice = "Start it:  sudo it   (check: doctor)"
    assert advice_lines(advice, 36) == advice_lines(advice, None) == [advice]
    assert advice_lines(advice, 20) == ["Start it:  sudo it", "   (check: doctor)"]
    assert advice_lines("See all:  netmon-cli --socket /very/long alerts", 20) == [
        "See all:  netmon-cli --socket /very/long alerts"
    ]


def test_wide_characters_count_twice_when_text_is_broken() -> None:
    assert wrapped("中文 程序", 8) == ["中文", "程序"]
