"""Keys work where they should, and keep out of fields and buttons."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("keys.test.mjs")


@each_test_of(FILE)
def test_in_node(name: str) -> None:
    check(FILE, name)
