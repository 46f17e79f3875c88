import click
import pytest

from netmon_cli.failure import QueryProblem, error_lines, fault_lines, problem_lines, usage_lines
from netmon_client import CollectorUnreachable, QueryError, parse_query


def test_an_error_says_what_why_and_the_next_command() -> None:
    error = CollectorUnreachable("no collector at /x", why="file not found", remedy="Start it:  sudo netmon-collector")
    assert error_lines(error) == [
        "netmon-cli: no collector at /x (file not found).",
        "Start it:  sudo netmon-collector",
    ]


def test_a_query_is_marked_where_it_is_wrong() -> None:
    with pytest.raises(QueryError) as caught:
        parse_query("is:remote aap:x")
    assert usage_lines(QueryProblem("is:remote aap:x", caught.value)) == [
        'netmon-cli: unknown field "aap" at 11: did you mean app?',
        "  is:remote aap:x",
        "            ^",
    ]


def test_wrong_usage_names_the_help_that_fits() -> None:
    context = click.Context(click.Command("stream"), info_name="netmon-cli stream")
    assert usage_lines(click.UsageError("no such thing.", context)) == [
        "netmon-cli: no such thing.",
        "See:  netmon-cli stream --help",
    ]


@pytest.mark.parametrize(
    ("kind", "words"), [(click.IntRange(1, 9), "'x' is no whole number"), (click.FloatRange(0, 1), "'x' is no number")]
)
def test_what_is_no_number_is_said_in_plain_words(kind: click.ParamType[object], words: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        kind.convert("x", None, None)
    assert usage_lines(caught.value)[0] == f"netmon-cli: Invalid value: {words}."


def test_a_file_that_cannot_be_read_is_named() -> None:
    error = FileNotFoundError(2, "No such file or directory", "saved.jsonl")
    assert problem_lines(error) == ["netmon-cli: saved.jsonl: No such file or directory."]
    assert problem_lines(ValueError("line 3: no object")) == ["netmon-cli: line 3: no object."]


def test_a_fault_of_the_program_says_how_to_see_more() -> None:
    assert fault_lines(KeyError("x")) == [
        "netmon-cli: unexpected KeyError: 'x'.",
        "See where:  netmon-cli --debug …, and report it",
    ]
