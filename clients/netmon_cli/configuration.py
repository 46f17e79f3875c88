"""Defaults from files: ``/etc/netmon/cli.toml``, then ``~/.config/netmon/cli.toml``. Flag > environment > file.

A table is named after a command (``[history]``, ``[alerts.watch]``), a key after the long name of one of its options. A
key outside of these tables, or in that of a group, holds for every command below that knows it and can take its value.
"""

# pathlib takes 5 ms to import, which every --help would pay:
# ruff: noqa: PTH110, PTH111, PTH118, PTH123

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import click

__all__ = ["configuration_paths", "read_defaults"]


@dataclass(frozen=True, slots=True)
class _Table:
    """What a table holds: values by the long names of options, and tables by the names of commands."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    tables: dict[str, "_Table"] = field(default_factory=dict[str, "_Table"])


@dataclass(frozen=True, slots=True)
class _Uses:
    """What became of keys: which ones an option has the name of, which were taken, and why others were not."""

    known: set[str] = field(default_factory=set[str])
    taken: set[str] = field(default_factory=set[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, other: "_Uses", *, but: Collection[str] = ()) -> None:
        """Add those of a command below, ``but`` what is said of values of its own."""
        self.known.update(other.known)
        self.taken.update(other.taken.difference(but))
        self.refused.update((key, why) for key, why in other.refused.items() if key not in but)


def configuration_paths() -> tuple[str, ...]:
    """Give the files in the order in which they are read; the later one wins."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return "/etc/netmon/cli.toml", os.path.join(home, "netmon", "cli.toml")


def read_defaults(paths: Iterable[str], program: click.Group) -> dict[str, Any]:
    """Read defaults as click wants them: by parameter, with those of a command below its name.

    Values are texts, as if they were typed, and lists of texts where an option may be repeated. Raise ValueError with
    the path for a file that cannot be read, and a usage error for a table, a key or a value that nothing takes.
    """
    context = click.Context(program)
    all_files = _Table()
    for path in paths:
        if not os.path.exists(path):
            continue
        table = _parted(_read(path))
        try:
            _defaults(context, table, {})
        except click.UsageError as error:
            raise click.UsageError(f"{path}: {error.message.rstrip('.')}") from None
        _merge(all_files, table)
    return _defaults(context, all_files, {})[0]


def _read(path: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 -- 4 ms that only those pay who have such a file

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


def _parted(read: dict[str, Any]) -> _Table:
    """Part values from tables, since a key may be called as a command is: ``top = 20``; ``no_headers`` will do too."""
    table = _Table()
    for key, value in read.items():
        if isinstance(value, dict):
            table.tables[key] = _parted(value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            table.values[key.replace("_", "-")] = value
    return table


def _merge(into: _Table, later: _Table) -> None:
    into.values.update(later.values)
    for name, table in later.tables.items():
        _merge(into.tables.setdefault(name, _Table()), table)


def _defaults(context: click.Context, table: _Table, shared: dict[str, Any]) -> tuple[dict[str, Any], _Uses]:
    """Give the defaults of a command and of those below it, and what became of the ``shared`` values among them."""
    given = {**shared, **table.values}
    defaults, uses = _of_options(context, given)
    names = _commands(context)
    for name in names:
        if not given and name not in table.tables:
            continue  # imported for nothing otherwise: all of them take 70 ms
        own = table.tables.get(name, _Table())
        defaults[name], below = _defaults(_below(context, name), own, given)
        uses.add(below, but=own.values)
    _refuse(context, table, names, uses)
    return defaults, uses


def _of_options(context: click.Context, given: dict[str, Any]) -> tuple[dict[str, Any], _Uses]:
    """Give the defaults of a command's own options."""
    defaults: dict[str, Any] = {}
    uses = _Uses()
    for key, option in _long_options(context.command).items():
        if key not in given:
            continue
        uses.known.add(key)
        try:
            value = _value(option, given[key])
            option.type_cast_value(context, value)
        except click.BadParameter as error:
            uses.refused[key] = error.message
        else:
            uses.taken.add(key)
            defaults[option.name] = value
    return defaults, uses


def _long_options(command: click.Command) -> dict[str, click.Option]:
    """Give options by what is typed: ``output``, while click knows it as ``format``."""
    options = [option for option in command.params if isinstance(option, click.Option)]
    return {word.removeprefix("--"): option for option in options for word in option.opts if word.startswith("--")}


def _value(option: click.Option, value: Any) -> Any:  # noqa: ANN401 -- what TOML holds, and what click takes
    """Give a value as it would be typed; an option that may be repeated takes one as well as a list of them."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise click.BadParameter("it is true or false")
        return value
    values = value if option.multiple and isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
    if any(isinstance(each, bool | list | dict) for each in values):  # pyright: ignore[reportUnknownVariableType]
        raise click.BadParameter("it is a text" + (", or a list of them" if option.multiple else ""))
    texts = [str(each) for each in values]  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
    return texts if option.multiple else texts[0]


def _commands(context: click.Context) -> list[str]:
    return context.command.list_commands(context) if isinstance(context.command, click.Group) else []


def _below(context: click.Context, name: str) -> click.Context:
    command = context.command.get_command(context, name) if isinstance(context.command, click.Group) else None
    if command is None:
        raise click.UsageError(f'no command "{name}"')
    return click.Context(command, info_name=name, parent=context)


def _refuse(context: click.Context, table: _Table, names: list[str], uses: _Uses) -> None:
    """Raise a usage error for the first table or key that nothing has the name of, and for a value that none takes."""
    path = context.command_path.split()
    where = f" in [{'.'.join(path)}]" if path else ""
    for name in table.tables:
        if name not in names:
            raise click.UsageError(f'no command "{" ".join([*path, name])}"{_hint(name, names)}')
    for key, value in table.values.items():
        if key not in uses.known:
            raise click.UsageError(f'no option "{key}"{where}{_hint(key, _all_options(context))}')
        if key not in uses.taken and key in uses.refused:
            raise click.UsageError(f"{key} = {value!r}{where}: {uses.refused[key]}")


def _all_options(context: click.Context) -> list[str]:
    below = [option for name in _commands(context) for option in _all_options(_below(context, name))]
    return [*_long_options(context.command), *below]


def _hint(word: str, known: Collection[str]) -> str:
    import difflib  # noqa: PLC0415 -- for those who mistype

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    return f": did you mean {near[0]}?" if near else ""
