from pathlib import Path

import pytest

from tests.clients.netmon_cli.conftest import Run


def test_the_help_shows_what_it_takes(run_alone: Run) -> None:
    result = run_alone("history", "--help")
    assert result.code == 0
    for word in ("--by", "--group", "--since", "--until", "--top", "--compare", "--filter", "--month-day"):
        assert word in result.out
    usual = "[default: 24h; by second 5m, by minute or process 1h, by day 30d, by month 12mo]"
    assert usual in " ".join(result.out.split())


def test_a_moment_that_is_none_is_wrong_usage(run_alone: Run) -> None:
    result = run_alone("history", "--since", "soon")
    assert result.code == 2
    assert "such as 7d" in result.err


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("words", [["--sort", "-total"], ["--limit", "3"], ["--columns", "time"]])
def test_what_is_for_rows_is_wrong_usage_where_the_answer_comes_whole(
    history_cli: Run, form: str, words: list[str]
) -> None:
    result = history_cli("history", "-o", form, *words)
    assert (result.code, result.out) == (2, "")
    assert f"{words[0]} is for tables, csv and tsv: {form} is the whole answer" in result.err


def test_what_is_for_rows_may_stand_in_a_file_and_not_in_a_variable(
    history_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config/netmon/cli.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[history]\nlimit = 1\n", encoding="utf-8")
    assert history_cli("history", "-o", "json").code == 0
    monkeypatch.setenv("NETMON_HISTORY_LIMIT", "1")
    assert history_cli("history", "-o", "json").code == 2
