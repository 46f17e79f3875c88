"""What the address line says of the view."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("view_params.test.mjs")


@each_test_of(CASES)
def test_view_params(name: str) -> None:
    check(CASES, name)
