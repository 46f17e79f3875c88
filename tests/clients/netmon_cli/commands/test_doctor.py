from tests.clients.netmon_cli.conftest import Run


def test_it_ends_with_the_code_of_what_failed(cli: Run, run_alone: Run) -> None:
    assert cli("doctor").code == 0
    assert run_alone("--socket", "/nowhere/c.sock", "doctor").code == 3
