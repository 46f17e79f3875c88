from tests.clients.netmon_cli.conftest import Run


def test_every_part_has_its_help(run_alone: Run) -> None:
    result = run_alone("alerts", "--help")
    for name in ("list", "put", "delete", "test", "watch"):
        assert f"  {name} " in result.out
        assert run_alone("alerts", name, "--help").code == 0


def test_an_unknown_part_is_wrong_usage(run_alone: Run) -> None:
    assert run_alone("alerts", "put").code == 2
    assert run_alone("alerts", "nothing").code == 2
