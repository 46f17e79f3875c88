"""How a command ends: exit codes, and errors in three lines at most: what happened, why, the next command."""

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from netmon_client import NetmonError, QueryError

__all__ = [
    "EXIT_BELOW_BAR",
    "EXIT_HUNG_UP",
    "EXIT_INTERRUPTED",
    "EXIT_TERMINATED",
    "QueryProblem",
    "error_lines",
    "fault_lines",
    "problem_lines",
    "usage_lines",
]

EXIT_BELOW_BAR: Final = 6
EXIT_HUNG_UP: Final = 129  # 128 + SIGHUP
EXIT_INTERRUPTED: Final = 130
EXIT_TERMINATED: Final = 143  # 128 + SIGTERM, as shells have it

_PLAIN_WORDS: Final = {
    "is not a valid float range": "is no number",
    "is not a valid integer range": "is no whole number",
}
"""What click says of a number that is none, and what is meant."""


class QueryProblem(click.UsageError):
    """A query that cannot be read: shown with a mark under the column that is wrong."""

    def __init__(self, text: str, error: "QueryError") -> None:
        super().__init__(str(error))
        self.text = text
        self.column = error.column


def error_lines(error: "NetmonError") -> list[str]:
    """Say an error of the SDK."""
    why = f" ({error.why})" if error.why else ""
    lines = [_sentence(f"{error.what}{why}")]
    return [*lines, error.remedy] if error.remedy else lines


def usage_lines(error: click.ClickException) -> list[str]:
    """Say what is wrong with a command line; one without a command is answered with its help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message().splitlines()
    message = " ".join(error.format_message().split()).rstrip(".")
    for clicks, plain in _PLAIN_WORDS.items():
        message = message.replace(clicks, plain)
    lines = [_sentence(message)]
    if isinstance(error, QueryProblem):
        return [*lines, f"  {error.text}", "  " + " " * (error.column - 1) + "^"]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        lines.append(f"See:  {error.ctx.command_path} --help")
    return lines


def _sentence(text: str) -> str:
    """Say whose words they are, and end them where no question does."""
    return f"netmon-cli: {text}" if text.endswith(("?", "?)")) else f"netmon-cli: {text}."


def fault_lines(error: Exception) -> list[str]:
    """Say a fault of this program."""
    return [
        f"netmon-cli: unexpected {type(error).__name__}: {error}.",
        "See where:  netmon-cli --debug …, and report it",
    ]


def problem_lines(error: OSError | ValueError) -> list[str]:
    """Say what kept a file or a value from being used."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return [f"netmon-cli: {where}{error.strerror}."]
    return [f"netmon-cli: {str(error).rstrip('.')}."]
