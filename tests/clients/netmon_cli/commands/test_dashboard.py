from tests.clients.netmon_cli.conftest import Run


def test_the_help_tells_what_it_does(run_alone: Run) -> None:
    result = run_alone("dashboard", "--help")
    assert result.code == 0
    assert "Ctrl-C ends it." in result.out


def test_a_port_that_is_none_is_wrong_usage(run_alone: Run) -> None:
    assert run_alone("dashboard", "--port", "70000").code == 2
