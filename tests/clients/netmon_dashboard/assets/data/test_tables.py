"""Objects stand for the same thing from full to full."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("tables.test.mjs")


@each_test_of(FILE)
def test_tables(name: str) -> None:
    check(FILE, name)
