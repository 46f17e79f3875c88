"""Globs of the page."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("patterns.test.mjs")


@each_test_of(FILE)
def test_a_pattern(name: str) -> None:
    check(FILE, name)
