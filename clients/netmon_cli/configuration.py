"""Defaults from files: ``/etc/netmon/cli.toml``, then ``~/.config/netmon/cli.toml``. Flag > environment > file."""

# pathlib takes 5 ms to import, which every --help would pay:
# ruff: noqa: PTH110, PTH111, PTH118, PTH123

import os
from collections.abc import Iterable
from typing import Any

__all__ = ["configuration_paths", "read_defaults"]


def configuration_paths() -> tuple[str, ...]:
    """Give the files in the order in which they are read; the later one wins."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return "/etc/netmon/cli.toml", os.path.join(home, "netmon", "cli.toml")


def read_defaults(paths: Iterable[str], commands: Iterable[str]) -> dict[str, Any]:
    """Read defaults as click wants them: those of the program, and a table for each command.

    A key outside of a table holds for every command that has such an option; ``no-headers`` may be written so or with
    an underscore. Raise ValueError with the path for a file that cannot be read.
    """
    shared: dict[str, Any] = {}
    tables: dict[str, dict[str, Any]] = {}
    for path in paths:
        if not os.path.exists(path):
            continue
        for key, value in _read(path).items():
            if isinstance(value, dict):
                tables.setdefault(key, {}).update(_named(value))  # pyright: ignore[reportUnknownArgumentType]
            else:
                shared.update(_named({key: value}))
    if not shared and not tables:
        return {}
    return {**shared, **{name: {**shared, **tables.get(name, {})} for name in commands}}


def _read(path: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 -- 4 ms that only those pay who have such a file

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """Give values under the names of click's parameters; an option that may be repeated takes one text too."""
    renamed = {"output": "format", "filter": "queries"}
    named = {renamed.get(key, key.replace("-", "_")): value for key, value in values.items()}
    if isinstance(named.get("queries"), str):
        named["queries"] = [named["queries"]]
    return named
