"""What was meant by a query that nothing matches."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("suggest.test.mjs")


@each_test_of(FILE)
def test_a_suggestion(name: str) -> None:
    check(FILE, name)
