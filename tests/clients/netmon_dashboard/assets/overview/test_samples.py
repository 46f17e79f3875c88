"""What the chart draws of the series: windows, gaps, kept peaks."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

CASES = Path(__file__).with_name("samples.test.mjs")


@each_test_of(CASES)
def test_samples(name: str) -> None:
    check(CASES, name)
