"""Runs a command line, and turns whatever happens into text and an exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from netmon_cli.configuration import configuration_paths, read_defaults
from netmon_cli.failure import EXIT_INTERRUPTED, error_lines, fault_lines, problem_lines, usage_lines
from netmon_cli.render.text import wrapped
from netmon_cli.root import root
from netmon_cli.terminal import terminal_of
from netmon_client.errors import NetmonError
from netmon_client.printable import visible

__all__ = ["run"]

_COMPLETE = "_NETMON_CLI_COMPLETE"

_WITHOUT_DEFAULTS = (["man"], ["completion"], ["version"])
"""Commands that tell of the program itself: a user's defaults are none of its own."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line; give the exit code."""
    try:
        code = _run(list(arguments))
    except BrokenPipeError:
        code = 0
    _leave_lost_output()
    return code


def _run(arguments: list[str]) -> int:
    defaults: dict[str, Any] = {}
    try:
        code = _invoke(arguments, defaults)
        sys.stdout.flush()  # here, where a full disk is told of as any other failure
        return code
    except BrokenPipeError:
        raise
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        return _fail(usage_lines(error), error.exit_code, arguments, defaults)
    except NetmonError as error:
        return _fail(error_lines(error), error.exit_code, arguments, defaults)
    except (OSError, ValueError) as error:
        return _fail(problem_lines(error), 1, arguments, defaults)
    except Exception as error:  # noqa: BLE001 -- the outermost: a fault of this program, told without its traceback
        return _fail(fault_lines(error), 1, arguments, defaults)


def _invoke(arguments: list[str], defaults: dict[str, Any]) -> int:
    """Run the command, not by click's own main(): that turns a closed pipe into code 1 on its own.

    ``defaults`` gets those that files hold.
    """
    instruction = os.environ.get(_COMPLETE)
    if instruction:
        from click.shell_completion import shell_complete  # noqa: PLC0415 -- for shells alone

        return shell_complete(root, {}, "netmon-cli", _COMPLETE, instruction)
    if arguments[:1] not in _WITHOUT_DEFAULTS:
        defaults.update(read_defaults(configuration_paths(), root))
    try:
        with root.make_context("netmon-cli", list(arguments), default_map=defaults) as context:
            root.invoke(context)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return 0


def _fail(lines: Sequence[str], exit_code: int, arguments: Sequence[str], defaults: dict[str, Any]) -> int:
    """Say what went wrong on stderr: cleaned, since it may quote what came from outside."""
    if "--debug" in arguments or os.environ.get("NETMON_DEBUG") or defaults.get("debug"):
        import traceback  # noqa: PLC0415 -- 6 ms that nobody should pay who does not look

        traceback.print_exc()
    with suppress(OSError):  # a closed pipe, a full disk: there is nowhere else to tell of it
        sys.stderr.write("".join(f"{line}\n" for line in _shown(lines)))
    return exit_code


def _shown(lines: Sequence[str]) -> list[str]:
    """Clean lines, and break what a terminal has no room for: the first between words, advice before its bracket."""
    what, *advice = map(visible, lines)
    if not sys.stderr.isatty():
        return [what, *advice]
    from netmon_cli.render.text import advice_lines  # noqa: PLC0415 -- for those who see an error; so below

    width = terminal_of(sys.stderr, os.environ).width
    return [*wrapped(what, width, indent=2), *(piece for line in advice for piece in advice_lines(line, width))]


def _leave_lost_output() -> None:
    """Let output that cannot be written lead nowhere: the interpreter's last flush would meet the same failure again.

    That is a closed pipe (signal(7)) or a full disk.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):  # one pipe may hold both: 2>&1
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
