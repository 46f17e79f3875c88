from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("degraded.test.mjs")


@each_test_of(CASES)
def test_degraded(name: str) -> None:
    check(CASES, name)
