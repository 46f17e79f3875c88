"""Which connections are shown, and in which order."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("listing.test.mjs")


@each_test_of(CASES)
def test_listing(name: str) -> None:
    check(CASES, name)
