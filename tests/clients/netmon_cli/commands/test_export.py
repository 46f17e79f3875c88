from tests.clients.netmon_cli.conftest import Run


def test_it_says_that_spreadsheets_are_safe(run_alone: Run) -> None:
    result = run_alone("export", "--help")
    assert "apostrophe" in result.out
    assert all(word in result.out for word in ("--from", "--to", "--what", "--gzip", "--force"))


def test_it_needs_to_know_where_to(run_alone: Run) -> None:
    result = run_alone("export")
    assert result.code == 2
    assert "--output-file" in result.err
