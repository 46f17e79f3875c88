"""Sums since a moment of a tab."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("since.test.mjs")


@each_test_of(FILE)
def test_in_node(name: str) -> None:
    check(FILE, name)
