import pytest

from tests.clients.netmon_cli.conftest import Run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["streams"], 'no kind "streams"'),
        (["apps", "totals"], "one of its kinds"),
        (["a.jsonl", "b.jsonl"], "one file"),
        (["-n", "0"], "0"),
        (["-i", "never"], "never"),
        (["--since", "yesterday"], "yesterday"),
    ],
)
def test_what_it_cannot_do_is_wrong_usage(cli: Run, words: list[str], message: str) -> None:
    result = cli("stream", *words)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.splitlines()) <= 3
    assert result.out == ""


def test_flat_rows_are_json_lines_also_where_a_table_is_usual(cli: Run) -> None:
    assert '"type":"connection"' in cli("stream", "-n", "1", "--per-row", "-o", "table").out


def test_the_help_has_examples(run_alone: Run) -> None:
    result = run_alone("stream", "--help")
    assert result.code == 0
    assert "Examples:" in result.out
    assert "netmon-cli stream -F" in result.out
