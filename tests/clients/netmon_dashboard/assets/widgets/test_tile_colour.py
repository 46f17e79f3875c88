from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("tile_colour.test.mjs")


@each_test_of(CASES)
def test_tile_colour(name: str) -> None:
    check(CASES, name)
