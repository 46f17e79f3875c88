from tests.clients.netmon_cli.conftest import Run


def test_the_help_shows_what_it_takes(run_alone: Run) -> None:
    result = run_alone("domains", "--help")
    assert result.code == 0
    assert all(word in result.out for word in ("[PATTERN]", "--browser", "--full", "--redact", "--columns"))


def test_an_unknown_column_is_wrong_usage(cli: Run) -> None:
    result = cli("domains", "--columns", "domian")
    assert result.code == 2
    assert "did you mean domain?" in result.err


def test_reverse_lookups_go_with_neither_watching_nor_redacting(run_alone: Run) -> None:
    for other in ("--watch", "--redact"):
        assert run_alone("connections", "--resolve", other).code == 2
