"""Which rows of a long table are on screen."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("viewport.test.mjs")


@each_test_of(CASES)
def test_viewport(name: str) -> None:
    check(CASES, name)
