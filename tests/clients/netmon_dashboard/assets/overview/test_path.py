"""Areas and lines as SVG paths."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("path.test.mjs")


@each_test_of(CASES)
def test_path(name: str) -> None:
    check(CASES, name)
