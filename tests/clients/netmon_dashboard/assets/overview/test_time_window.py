"""The windows of the chart, its labels of time, and spans of whole samples."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("time_window.test.mjs")


@each_test_of(CASES)
def test_time_window(name: str) -> None:
    check(CASES, name)
