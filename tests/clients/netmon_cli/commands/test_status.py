from tests.clients.netmon_cli.conftest import Run


def test_it_is_no_listing(cli: Run) -> None:
    assert cli("status", "-o", "csv").code == 2
    assert cli("status", "--columns", "app").code == 2
