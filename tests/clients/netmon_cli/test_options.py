from collections.abc import Sequence
from typing import Any

import click
import pytest
from click.testing import CliRunner

from netmon.model import Filter
from netmon_cli.options import Duration, filter_options, output_options
from netmon_cli.shape import Shape
from netmon_client import format_filter

seen: dict[str, Any] = {}


@click.command()
@click.option("--within", type=Duration())
@filter_options
@output_options(in_pipes="jsonl")
def command(**values: Any) -> None:  # noqa: ANN401 -- whatever the options hand over
    seen.clear()
    seen.update(values)


def called(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    return result.output


def condition(arguments: Sequence[str]) -> str:
    parsed: Filter = called(*arguments)["filter"]
    return format_filter(parsed)


def test_without_options_the_shape_is_what_pipes_get() -> None:
    assert called()["shape"] == Shape(format="jsonl")
    assert called()["filter"] == Filter()


def test_options_become_one_shape() -> None:
    words = "-o csv --columns app,pid --sort -received_rate --limit 3 --no-headers --units iec --numeric --no-trunc"
    assert called(*words.split())["shape"] == Shape(
        format="csv",
        columns=("app", "pid"),
        sort="-received_rate",
        limit=3,
        headers=False,
        units="iec",
        numeric=True,
        trunc=False,
    )


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (["-F", "app:firefox is:remote", "-F", "!port:53"], "app:firefox is:remote !port:53"),
        (["--app", "curl", "--app", "wget"], "app:curl,wget"),
        (["--port", "1024-65535", "--proto", "tcp"], "proto:tcp port:1024-65535"),
        (["--app", "two words"], 'app:"two words"'),
        (["--remote", "10.0.0.0/8"], "rip:10.0.0.0/8"),
        (["--remote", "2001:db8::1"], "rip:2001:db8::1"),
        (["--remote", "*.example.org"], "domain:*.example.org"),
        (["--remote", "10.0.0.1,10.0.0.2"], "rip:10.0.0.1,10.0.0.2"),
        (["--remote", "10.0.0.?", "--remote", "10.1.*"], "rip:10.0.0.?,10.1.*"),
        (["--remote", "example.org,?.example.net"], "domain:example.org,?.example.net"),
        (["--pid", "1", "--user", "root", "--state", "established", "--iface", "lo"],
         "pid:1 user:root state:established iface:lo"),
    ],
)  # fmt: skip
def test_filters_and_shortcuts_are_one_condition(words: list[str], query: str) -> None:
    assert condition(words) == query


def test_a_wrong_query_is_wrong_usage() -> None:
    assert 'unknown field "aap" at 1' in refused("-F", "aap:x")
    assert "pid" in refused("--pid", "firefox")


def test_addresses_and_domains_are_two_questions() -> None:
    for words in (["--remote", "10.0.0.1", "--remote", "example.org"], ["--remote", "10.0.0.1,example.org"]):
        said = " ".join(refused(*words).split())
        assert "--remote takes addresses or domains, not both at once: 10.0.0.1, example.org" in said


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30.0), ("500ms", 0.5), ("2", 2.0), ("1h30m", 5400.0)])
def test_a_length_of_time_has_units_or_means_seconds(text: str, seconds: float) -> None:
    assert called("--within", text)["within"] == seconds


@pytest.mark.parametrize("text", ["soon", "0", "-3s", "1x"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    assert text in refused("--within", text)
