"""Chips as changes of the query's text."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("chips.test.mjs")


@each_test_of(CASES)
def test_chips(name: str) -> None:
    check(CASES, name)
