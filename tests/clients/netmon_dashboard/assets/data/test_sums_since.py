from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("sums_since.test.mjs")


@each_test_of(CASES)
def test_sums_since(name: str) -> None:
    check(CASES, name)
