"""The chosen columns as the browser keeps them."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("storage.test.mjs")


@each_test_of(CASES)
def test_storage(name: str) -> None:
    check(CASES, name)
