import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model.text import MAX_TEXT_LENGTH, clean

UNDECODABLE = b"caf\xe9-\xff".decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("firefox", "firefox"),
        ("", ""),
        ("Größe 文件", "Größe 文件"),
        ("  padded  ", "padded"),
        ("trailing newline\n", "trailing newline"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("two\nlines", "two�lines"),
        ("cr\rlf", "cr�lf"),
        ("nul\0byte", "nul�byte"),
        ("bidi \u202etxt.exe", "bidi �txt.exe"),
        ("zero\u200bwidth", "zero�width"),
        ("line\u2028separator", "line�separator"),
        ("no\u00a0break", "no�break"),
        (UNDECODABLE, "caf�-�"),
        ("\ud800", "�"),
    ],
)
def test_outside_text_becomes_one_printable_line(outside: str, shown: str) -> None:
    assert clean(outside) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 300) == "x" * 255 + "…"
    assert clean("x" * 256) == "x" * 256
    assert clean("x" * 257) == "x" * 255 + "…"


def test_a_text_of_megabytes_costs_no_more_than_its_head() -> None:
    assert clean("\x1b" * 1_500_000) == "�" * 255 + "…"
    assert clean(" " * 1_500_000) == "…"


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=600))
def test_whatever_comes_in_is_printable_short_and_fit_for_the_wire(outside: str) -> None:
    shown = clean(outside)
    assert shown.isprintable()
    assert len(shown) <= MAX_TEXT_LENGTH
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert "\n" not in shown
    assert clean(shown) == shown
