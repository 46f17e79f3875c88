from tests.clients.netmon_cli.conftest import Run


def test_the_help_shows_what_they_take(run_alone: Run) -> None:
    assert run_alone("aggregate", "--help").code == 0
    result = run_alone("cleanup", "--help")
    assert all(word in result.out for word in ("--older-than", "--what", "--dry-run", "--yes"))
