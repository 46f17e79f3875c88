import pytest

from tests.clients.netmon_cli.conftest import Run


@pytest.mark.parametrize("percent", ["-1", "101", "most"])
def test_a_bar_is_a_percentage(cli: Run, percent: str) -> None:
    assert cli("audit", "--min-coverage", percent).code == 2


def test_it_is_no_listing(cli: Run) -> None:
    assert cli("audit", "-o", "csv").code == 2
