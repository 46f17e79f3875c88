"""What the parts of a connection are called."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("texts.test.mjs")


@each_test_of(CASES)
def test_texts(name: str) -> None:
    check(CASES, name)
