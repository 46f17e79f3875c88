"""When the order of a page's table is held, and resumed."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("order_keeper.test.mjs")


@each_test_of(CASES)
def test_order_keeper(name: str) -> None:
    check(CASES, name)
