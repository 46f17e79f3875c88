"""When the order of the rows holds still."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("hold.test.mjs")


@each_test_of(CASES)
def test_hold(name: str) -> None:
    check(CASES, name)
