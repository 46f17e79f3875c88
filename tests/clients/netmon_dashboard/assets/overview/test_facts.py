"""What the Overview says besides rates."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("facts.test.mjs")


@each_test_of(CASES)
def test_facts(name: str) -> None:
    check(CASES, name)
