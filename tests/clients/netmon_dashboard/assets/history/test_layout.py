"""Where bars, hatches and lines of history stand."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("layout.test.mjs")


@each_test_of(CASES)
def test_layout(name: str) -> None:
    check(CASES, name)
