from tests.clients.netmon_cli.conftest import Run


def test_it_needs_a_connection(cli: Run) -> None:
    assert cli("explain").code == 2


def test_it_is_no_listing(cli: Run) -> None:
    assert cli("explain", "web", "-o", "csv").code == 2
