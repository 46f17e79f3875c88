from tests.clients.netmon_cli.conftest import Run


def test_the_help_shows_what_it_takes(run_alone: Run) -> None:
    result = run_alone("history", "--help")
    assert result.code == 0
    for word in ("--by", "--group", "--since", "--until", "--top", "--compare", "--filter", "--month-day"):
        assert word in result.out


def test_a_moment_that_is_none_is_wrong_usage(run_alone: Run) -> None:
    result = run_alone("history", "--since", "soon")
    assert result.code == 2
    assert "such as 7d" in result.err
