"""What there is to tell of a program."""

from argparse import ArgumentParser
from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["Option", "Program", "Value", "options_of"]


class Value(Enum):
    """What an option takes."""

    NONE = auto()
    CHOICE = auto()
    FILE = auto()
    DIRECTORY = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a command line. ``word`` stands for its value on the page; ``choices`` for Value.CHOICE."""

    names: tuple[str, ...]
    value: Value
    help: str
    word: str = ""
    choices: tuple[str, ...] = ()
    is_repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program: its parser, and what no parser knows. ``exit_codes`` and ``files`` are pairs with their meaning."""

    parser: ArgumentParser
    section: int
    exit_codes: tuple[tuple[int, str], ...]
    files: tuple[tuple[str, str], ...] = ()
    see_also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The command."""
        return self.parser.prog


def options_of(parser: ArgumentParser) -> list[Option]:
    """Give the options in the order of --help."""
    found: list[Option] = []
    for action in parser._actions:  # noqa: SLF001 -- argparse shows them nowhere else; shtab and argcomplete do the same
        if not action.option_strings:
            raise ValueError(f"{parser.prog} takes arguments without a name: these pages know options alone")
        choices = tuple(str(choice) for choice in action.choices or ())
        word = "|".join(choices) or (str(action.metavar or action.dest.upper()) if action.nargs is None else "")
        found.append(
            Option(
                names=tuple(action.option_strings),
                value=_value(word, choices),
                # A percent sign would begin a placeholder of argparse.
                help=" ".join((action.help or "").replace("%%", "%").split()),
                word=word,
                choices=choices,
                is_repeatable="repeatable" in (action.help or ""),
            )
        )
    return found


def _value(word: str, choices: tuple[str, ...]) -> Value:
    if choices:
        return Value.CHOICE
    return {"": Value.NONE, "PATH": Value.FILE, "DIR": Value.DIRECTORY}.get(word, Value.OTHER)
