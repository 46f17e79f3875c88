from tests.clients.netmon_cli.conftest import Run


def test_only_what_is_known_can_be_grouped_by(cli: Run) -> None:
    result = cli("apps", "--by", "colour")
    assert result.code == 2
    assert "container" in result.err


def test_a_name_that_nobody_has_gives_an_empty_list(cli: Run) -> None:
    result = cli("apps", "nobody")
    assert result.code == 0
    assert result.out == 'No application "nobody" was seen.\n'
