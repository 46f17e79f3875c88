"""Where a program's settings come from, flags before the environment before a file, and what their values may be."""

from argparse import Namespace
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

__all__ = [
    "Reader",
    "SettingsError",
    "a_number",
    "a_path",
    "a_text",
    "a_whole_number",
    "from_environment",
    "from_file",
    "from_flags",
    "yes_or_no",
]

_WORDS: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}

Reader = Callable[[str, object], object]
"""Makes of a setting's name and what a source has for it the value. Raises ``SettingsError``."""


class SettingsError(ValueError):
    """A setting is wrong; the text says which and why."""


def from_flags(flags: Namespace) -> dict[str, object]:
    """Give what the command line says; flags that it does not have are None there."""
    return {name: value for name, value in vars(flags).items() if value is not None}


def from_environment(
    environment: Mapping[str, str], prefix: str, names: Collection[str], lists: Collection[str] = ()
) -> dict[str, object]:
    """Give what ``PREFIXNAME`` variables say, empty ones aside; those of ``lists`` are parted by commas."""
    said = {name: environment.get(f"{prefix}{name.upper()}", "") for name in names}
    return {name: text.split(",") if name in lists else text for name, text in said.items() if text}


def from_file(path: Path, names: Collection[str]) -> dict[str, object]:
    """Give what a TOML file says; where there is none, nothing. ``SettingsError``: it is no such file of ``names``."""
    try:
        with path.open("rb") as file:
            import tomllib  # noqa: PLC0415 -- 4 ms and 0.3 MB that only those pay who have such a file

            values = {name.replace("-", "_"): value for name, value in tomllib.load(file).items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise SettingsError(f"{path}: {error}") from error
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise SettingsError(f"{path}: unknown setting {unknown[0]!r}; known are {', '.join(sorted(names))}")
    return values


def a_number(name: str, value: object, least: float, most: float, unit: str = "") -> float:
    """Read a number from ``least`` to ``most``; ``unit`` is said where it is out of them."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise SettingsError(f"{name} must be a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise SettingsError(f"{name} must be a number, not {value!r}") from None
    if not least <= number <= most:
        raise SettingsError(f"{name} must be from {least:,g} to {most:,g} {unit}".rstrip())
    return number


def a_whole_number(name: str, value: object, least: int, most: int) -> int:
    """Read a whole number from ``least`` to ``most``."""
    number = a_number(name, value, least, most)
    if not number.is_integer():
        raise SettingsError(f"{name} must be a whole number")
    return int(number)


def a_path(name: str, value: object) -> Path:
    """Read a path."""
    return Path(a_text(name, value))


def a_text(name: str, value: object) -> str:
    """Read a text that is not empty."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise SettingsError(f"{name} must be a text")
    return value


def yes_or_no(name: str, value: object) -> bool:
    """Read a choice: a boolean, or one of the usual words for it."""
    yes = value if isinstance(value, bool) else _WORDS.get(str(value).lower())
    if yes is None:
        raise SettingsError(f"{name} must be true or false")
    return yes
