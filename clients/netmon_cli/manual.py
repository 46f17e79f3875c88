"""The manual page in roff (man(7)), made from the commands themselves, so that it cannot tell another story."""

from collections.abc import Iterator

import click

__all__ = ["manual_page"]

_EXIT_CODES = (
    ("0", "done; also a closed pipe, or the count of \\-n reached"),
    ("1", "error"),
    ("2", "wrong usage"),
    ("3", "the collector cannot be reached"),
    ("4", "not permitted"),
    ("5", "incompatible versions"),
    ("6", "the share that \\fBaudit\\fR found is below its bar"),
    ("7", "the stream was lost, with \\-\\-no\\-retry"),
    ("129", "ended by SIGHUP"),
    ("130", "interrupted by Ctrl\\-C"),
    ("143", "ended by SIGTERM"),
)

_FILES = (
    ".TP",
    ".B /etc/netmon/cli.toml, ~/.config/netmon/cli.toml",
    "defaults of options by their long names; the second file stands above the first, and what is typed above both.",
    "A key before all tables holds for every command that has such an option and can take the value,",
    "one in the table of a command for that alone:",
    ".PP",
    ".nf",
    'units = "iec"',
    'output = "json"',
    "[history]",
    "top = 20",
    'app = ["firefox", "curl"]',
    "[alerts.watch]",
    'output = "jsonl"',
    ".fi",
)


def manual_page(root: click.Context) -> list[str]:
    """Give the lines of the page; ``root`` is the context of the program."""
    group = root.command
    lines = ['.TH NETMON\\-CLI 1 "" "netmon" "User Commands"', ".SH NAME", "netmon\\-cli \\- " + _text(_summary(group))]
    lines += [".SH SYNOPSIS", ".B netmon\\-cli", "[OPTIONS] COMMAND [ARGS]"]
    lines += [".SH OPTIONS", *_options(group, root)]
    lines.append(".SH COMMANDS")
    lines += _commands(group, root)
    lines.append(".SH EXIT STATUS")
    for code, meaning in _EXIT_CODES:
        lines += [".TP", f".B {code}", meaning]
    lines += [
        ".SH ENVIRONMENT",
        ".TP",
        ".B NETMON_SOCKET",
        "socket of the collector; every option has such a variable,",
    ]
    lines.append("those of a command with its name: NETMON_CONNECTIONS_FILTER, NETMON_ALERTS_WATCH_OUTPUT")
    return [*lines, ".SH FILES", *_FILES]


def _summary(command: click.Command) -> str:
    return (command.help or "").strip().partition("\n")[0].rstrip(".")


def _commands(group: click.Command, context: click.Context, prefix: str = "") -> Iterator[str]:
    """Give each command of a group, with those below it; ``prefix`` is what stands before their names."""
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=f"{prefix}{name}", parent=context)
            yield from _command(command, inner)
            yield from _commands(command, inner, f"{prefix}{name} ")


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f'.SS "{_text(f"{context.info_name} {usage}")}"'
    for paragraph in (command.help or "").strip().split("\n\n"):
        yield _text(" ".join(paragraph.split()))
        yield ".PP"
    yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield from (".TP", f".B {_text(record[0])}", _text(" ".join(record[1].split())))


def _text(text: str) -> str:
    """Escape what roff would read as a request; a dash stays a dash that can be copied."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped
