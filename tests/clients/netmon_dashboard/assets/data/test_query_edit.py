"""Chips and "filter by" change the text of a query, and nothing else of it."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("query_edit.test.mjs")


@each_test_of(FILE)
def test_changing_a_query_as_text(name: str) -> None:
    check(FILE, name)
