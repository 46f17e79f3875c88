"""The last 60 s of one connection."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("trace.test.mjs")


@each_test_of(CASES)
def test_trace(name: str) -> None:
    check(CASES, name)
