"""Every state has its chip and its text, and none is taken for another."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("condition.test.mjs")


@each_test_of(FILE)
def test_in_node(name: str) -> None:
    check(FILE, name)
