from pathlib import Path

import pytest

from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["streams"], 'no kind "streams"'),
        (["apps", "totals"], "one of its kinds"),
        (["a.jsonl", "b.jsonl"], "one file"),
        (["-n", "0"], "0"),
        (["-i", "never"], "never"),
        (["--since", "yesterday"], "yesterday"),
        (["-i", "9" * 24 + "d"], "longer than 100 years"),
        (["--duration", "9" * 320], "longer than 100 years"),
        (["saved.jsonl", "--redact"], "what is saved stays as it is"),
        (["apps", "-F", "app:curl"], "see netmon-cli apps -F"),
        (["totals", "saved.jsonl", "--app", "curl"], "totals are sums of all of them"),
        (["interfaces", "--iface", "lo"], "interfaces are sums of all of them"),
        (["apps", "--per-row"], "apps hold none"),
        (["totals", "-n", "1", "--per-row", "-o", "jsonl"], "totals hold none"),
    ],
)
def test_what_it_cannot_do_is_wrong_usage(cli: Run, words: list[str], message: str) -> None:
    result = cli("stream", *words)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.splitlines()) <= 3
    assert result.out == ""


def test_flat_rows_are_json_lines_also_where_a_table_is_usual(fake: FakeCollector) -> None:
    words = [*PROGRAM, "--socket", fake.socket, "stream", "-n", "1", "--per-row"]
    with PseudoTerminal(words, {}, columns=200) as terminal:
        assert terminal.end() == 0
    assert '"type":"connection"' in terminal.text


@pytest.mark.parametrize("form", ["table", "wide", "csv", "tsv", "json"])
def test_flat_rows_in_another_form_are_wrong_usage(cli: Run, form: str) -> None:
    result = cli("stream", "-n", "1", "--per-row", "-o", form)
    assert (result.code, result.out) == (2, "")
    assert f"--per-row is a form of -o jsonl, not of -o {form}" in result.err


@pytest.mark.parametrize("kind", ["totals", "apps", "domains", "interfaces"])
def test_what_a_file_has_for_every_stream_is_left_out_where_it_makes_no_sense(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    saved = tmp_path / "saved.jsonl"
    saved.write_text(cli("stream", "all", "-n", "1").out, encoding="utf-8")
    file = tmp_path / "config/netmon/cli.toml"
    file.parent.mkdir(parents=True)
    file.write_text('filter = "app:curl"\n[stream]\nredact = true\nper-row = true\n', encoding="utf-8")
    for words in (["-n", "1"], [str(saved)]):
        result = cli("stream", kind, "-o", "csv", *words)
        assert result.code == 0, result.err
        assert len(result.lines) > 1
    monkeypatch.setenv("NETMON_STREAM_FILTER", "app:curl")
    assert cli("stream", kind, "-n", "1").code == 2


def test_the_help_has_examples(run_alone: Run) -> None:
    result = run_alone("stream", "--help")
    assert result.code == 0
    assert "Examples:" in result.out
    assert "netmon-cli stream -F" in result.out
