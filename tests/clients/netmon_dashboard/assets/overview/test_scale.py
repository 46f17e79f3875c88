"""The axis: round steps, grows at once, shrinks slowly."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("scale.test.mjs")


@each_test_of(CASES)
def test_scale(name: str) -> None:
    check(CASES, name)
