"""What the page holds of the machine."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("store.test.mjs")


@each_test_of(FILE)
def test_the_store(name: str) -> None:
    check(FILE, name)
