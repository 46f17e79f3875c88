"""What a person set, as the page keeps it."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("settings.test.mjs")


@each_test_of(FILE)
def test_the_settings(name: str) -> None:
    check(FILE, name)
