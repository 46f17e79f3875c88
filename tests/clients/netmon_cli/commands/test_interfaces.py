from tests.clients.netmon_cli.conftest import Run


def test_columns_are_its_own(cli: Run) -> None:
    assert cli("interfaces", "--columns", "iface,drops").lines[0].split() == ["Interface", "Drops"]
    assert cli("interfaces", "--columns", "remote").code == 2
