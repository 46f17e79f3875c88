"""Patterns, against a slow and plain reading of them."""

import time
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.matching.patterns import any_pattern_test, glob_test


@lru_cache(maxsize=10_000)
def _plainly(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _plainly(pattern[1:], text) or (bool(text) and _plainly(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and _plainly(pattern[1:], text[1:])


@given(pattern=st.text("ab*?", max_size=8), text=st.text("ab", max_size=10))
def test_a_pattern_fits_what_the_plain_reading_says(pattern: str, text: str) -> None:
    assert glob_test(pattern)(text) == _plainly(pattern, text)


@given(pattern=st.text("ab*", max_size=8), text=st.text("ab", max_size=10))
def test_so_does_one_without_question_marks(pattern: str, text: str) -> None:
    assert glob_test(pattern)(text) == _plainly(pattern, text)


@given(text=st.text(max_size=20).filter(lambda text: "*" not in text and "?" not in text))
def test_other_characters_stand_for_themselves(text: str) -> None:
    assert glob_test(text)(text)
    assert not glob_test(text)(text + "x")
    assert glob_test(f"*{text}*")(f"x{text}y")


@pytest.mark.parametrize("pattern", ["[a]", "a.c", "(a|b)", "a\\"])
def test_nothing_is_a_regular_expression(pattern: str) -> None:
    assert glob_test(pattern)(pattern)
    assert not glob_test(pattern)("a")
    assert not glob_test(pattern)("abc")


def test_case_does_not_matter_among_several() -> None:
    fits = any_pattern_test(["Curl", "FIRE*"])
    assert fits("cURL")
    assert fits("firefox")
    assert not fits("wget")
    assert not fits("wget")


@pytest.mark.parametrize("pattern", ["*a" * 127 + "*b", "*a?" * 85 + "b", "*" + "a?" * 100 + "b*", "?" * 255 + "b"])
def test_no_pattern_explodes(pattern: str) -> None:
    text = "a" * 256
    start = time.process_time()
    for _ in range(20):
        assert not glob_test(pattern)(text)
    # The slowest takes about 0.1 ms; one that backtracks would not end.
    assert (time.process_time() - start) / 20 < 0.01
