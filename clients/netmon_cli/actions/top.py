"""What ``top`` does: looks whether there is a terminal and a collector, then hands over to the live view."""

import os
import sys
from collections.abc import Mapping
from typing import TextIO

import click

from netmon_cli.columns.column import UnknownColumn
from netmon_cli.listing import unknown_words
from netmon_cli.session import Session
from netmon_cli.top.choices import Choices
from netmon_cli.top.rows import sort_keys
from netmon_client.socket_path import default_socket_path

__all__ = ["need_terminal", "run"]


def run(session: Session, choices: Choices, *, wait: bool) -> int:
    """Run the live view; give the exit code. Raise a usage error without a terminal, else what the SDK raises."""
    need_terminal(sys.stdin, sys.stdout, os.environ)
    _check_sort(choices)
    status = None
    if not wait:
        with session.client() as client:
            status = client.status()
    from netmon_cli.top.app import TopApp  # noqa: PLC0415 -- 150 ms that no error need pay

    colour = session.terminal().palette.colour
    if colour:
        os.environ.pop("NO_COLOR", None)
    else:
        os.environ["NO_COLOR"] = "1"  # what --color and the rest of the environment come to, in textual's words
    socket = session.socket or default_socket_path()
    app = TopApp(session.client, choices, socket, status=status, colour=colour)
    app.run()
    if app.presenter.failure is not None:
        raise app.presenter.failure
    return app.return_code or 0


def need_terminal(standard_input: TextIO, standard_output: TextIO, environment: Mapping[str, str]) -> None:
    """Return where a live view can be drawn and keys be read. Raise a usage error that says what to use otherwise."""
    context = click.get_current_context(silent=True)
    instead = "use netmon-cli stream"
    if not standard_output.isatty():
        raise click.UsageError(f"top draws on a terminal, and standard output is none: {instead}", context)
    if not standard_input.isatty():
        raise click.UsageError(f"top reads keys, and standard input is no terminal: {instead}", context)
    if environment.get("TERM", "") in ("", "dumb"):
        raise click.UsageError(
            f"top needs a terminal that can move its cursor (TERM is dumb or empty): {instead}", context
        )


def _check_sort(choices: Choices) -> None:
    keys = sort_keys(choices.subject)
    if choices.sort.removeprefix("-") not in keys:
        error = UnknownColumn(choices.sort, keys)
        raise click.UsageError(unknown_words("--sort", error), click.get_current_context(silent=True))
