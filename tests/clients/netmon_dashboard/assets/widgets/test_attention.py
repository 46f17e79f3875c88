"""Where somebody's attention is within a table."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("attention.test.mjs")


@each_test_of(CASES)
def test_attention(name: str) -> None:
    check(CASES, name)
