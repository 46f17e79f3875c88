import subprocess
import sys

import click
import pytest

from netmon_cli.root import root
from tests.clients.netmon_cli.conftest import Run


def test_help_shows_what_exists_and_no_more(run_alone: Run) -> None:
    result = run_alone("--help")
    assert result.code == 0
    words = {line.split()[0] for line in result.lines if line.startswith("  ") and line.strip()}
    for name in (
        "stream",
        "top",
        "dashboard",
        "connections",
        "apps",
        "interfaces",
        "explain",
        "audit",
        "metrics",
        "status",
        "doctor",
        "start",
        "stop",
        "clear",
        "refresh",
        "history",
        "export",
        "alerts",
        "aggregate",
        "cleanup",
    ):
        assert name in words


def test_every_command_has_help(run_alone: Run) -> None:
    for name in root.list_commands(click.Context(root)):
        result = run_alone(name, "--help")
        assert result.code == 0
        assert result.out.startswith(f"Usage: netmon-cli {name}")
        assert all(len(line) <= 80 for line in result.lines)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NETMON_CONNECTIONS_FILTER", "app:firefox is:remote"),
        ("NETMON_CONNECTIONS_FILTER", 'app:firefox,"two words" is:remote'),
        ("NETMON_CONNECTIONS_APP", "firefox"),
        ("NETMON_CONNECTIONS_QUERIES", "app:firefox"),
    ],
)
def test_every_option_has_a_variable_of_its_name(
    cli: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("NETMON_CONNECTIONS_OUTPUT", "csv")
    assert set(cli("connections", "--columns", "app", "--no-headers").lines) == {"firefox"}


def test_variables_are_named_after_what_is_typed_in_commands_of_commands_too() -> None:
    context = click.Context(root)
    alerts = root.get_command(context, "alerts")
    assert isinstance(alerts, click.Group)
    variables = {option.envvar for option in alerts.commands["put"].params} - {None}
    assert {"NETMON_ALERTS_PUT_IF", "NETMON_ALERTS_PUT_OVER", "NETMON_ALERTS_PUT_LOOPBACK"} <= variables
    export = root.get_command(context, "export")
    assert export is not None
    assert {"NETMON_EXPORT_FROM", "NETMON_EXPORT_OUTPUT_FILE"} <= {option.envvar for option in export.params}


@pytest.mark.parametrize(
    ("word", "hint"),
    [("conections", ": did you mean connections?"), ("strem", ": did you mean stream?"), ("xyzzy", ".")],
)
def test_an_unknown_command_is_answered_with_the_nearest(run_alone: Run, word: str, hint: str) -> None:
    result = run_alone(word)
    assert result.code == 2
    assert result.err.splitlines()[0] == f'netmon-cli: no command "{word}"{hint}'


_HEAVY = ("rich", "grpc", "google.protobuf", "netmon.model", "pathlib")


def test_help_imports_nothing_heavy() -> None:
    code = f"""
import sys
from netmon_cli.program import run
run(["--help"])
run(["stream", "--help"])
print(*(name for name in {_HEAVY!r} if name in sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == []
