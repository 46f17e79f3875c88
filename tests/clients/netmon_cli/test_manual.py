from pathlib import Path

import click

from netmon_cli.configuration import read_defaults
from netmon_cli.manual import manual_page
from netmon_cli.root import root


def page() -> str:
    return "\n".join(manual_page(click.Context(root, info_name="netmon-cli")))


def test_every_command_and_exit_code_is_in_it() -> None:
    text = page()
    for name in root.list_commands(click.Context(root)):
        assert f'.SS "{name}' in text
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 130, 143):
        assert f".B {code}\n" in text


def test_commands_of_commands_are_in_it_with_their_options() -> None:
    text = page()
    for name in ("list", "put", "delete", "test", "watch"):
        assert f'.SS "alerts {name} ' in text
    assert ".B \\-\\-measure" in text


def test_no_line_is_taken_for_a_request_by_accident() -> None:
    requests = {line.split()[0] for line in page().splitlines() if line.startswith(".")}
    assert requests == {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".nf", ".fi"}


def test_the_defaults_that_it_shows_are_taken(tmp_path: Path) -> None:
    shown = page().partition(".nf\n")[2].partition(".fi")[0]
    path = tmp_path / "cli.toml"
    path.write_text(shown, encoding="utf-8")
    defaults = read_defaults([str(path)], root)
    assert defaults["history"] == {"units": "iec", "format": "json", "top": "20", "only_app": ["firefox", "curl"]}
    assert defaults["alerts"]["watch"]["format"] == "jsonl"
