"""Options that several commands share, and the values that they become."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, cast

import click
from click.core import ParameterSource

from netmon_cli.failure import QueryProblem
from netmon_cli.shape import FORMATS, Format, Shape

if TYPE_CHECKING:
    from netmon.model import Filter
    from netmon_client.units import RateUnits

__all__ = [
    "FILTER_PARAMETERS",
    "Duration",
    "domain_filter_option",
    "filter_options",
    "history_filter_options",
    "look_options",
    "output_options",
    "read_query",
    "redact_option",
    "typed",
]

Command = Callable[..., None]

_SHORTCUTS = (
    ("app", "NAME", "Application or process, globs allowed."),
    ("pid", "PID", "Process id."),
    ("user", "USER", "User, by name or number."),
    ("proto", "PROTO", "tcp, udp, icmp or sctp."),
    ("port", "PORT", "Port of either end, or a range: 1024-65535."),
    ("remote", "HOST", "Remote address, network or domain."),
    ("state", "STATE", "State of the connection."),
    ("iface", "NAME", "Interface."),
)

_HISTORY_SHORTCUTS = (
    ("app", "NAME", "Application, globs allowed."),
    ("user", "USER", "User, by name or number."),
    ("proto", "PROTO", "tcp, udp, icmp or sctp."),
    ("remote", "HOST", "Remote address, network or domain."),
    ("scope", "SCOPE", "loopback, lan or internet."),
    ("iface", "NAME", "Interface."),
)
"""Those that history can answer for."""

FILTER_PARAMETERS: Final = ("queries", *(f"only_{name}" for name, _, _ in _SHORTCUTS))
"""What click calls the options that `filter_options` adds."""

_UNITS = click.option("--units", type=click.Choice(["si", "iec", "bit"]), default="si", help="kB/s, KiB/s or kbit/s.")
_NUMERIC = click.option("--numeric", is_flag=True, help="Port numbers in place of service names.")
_SORT = click.option("--sort", default="", metavar="[-]KEY", help="Sort; -KEY from large to small: -received_rate.")


_LONGEST_SECONDS: Final = 100 * 365.25 * 86_400
_TYPED: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


class Duration(click.ParamType[float]):
    """A length of time: ``500ms``, ``30s``, ``10m``; a bare number means seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Give seconds, more than none."""
        from netmon_client.units import parse_duration  # noqa: PLC0415 -- not needed for --help

        try:
            seconds = float(value) if str(value).replace(".", "", 1).isdecimal() else parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if seconds <= 0:
            self.fail(f'"{value}" is no time at all', param, ctx)
        if seconds > _LONGEST_SECONDS:
            self.fail(f'"{value[:20]}" is longer than 100 years', param, ctx)
        return seconds


class _Query(click.types.StringParamType):
    """A query: one text from a variable too, which click would part at each space, also within quotes."""

    def split_envvar_value(self, rv: str) -> tuple[str]:
        """Give it whole."""
        return (rv,)


def typed(*names: str) -> list[str]:
    """Give those of the running command's parameters that were typed, or stand in a variable; not in a file."""
    context = click.get_current_context()
    return [name for name in names if context.get_parameter_source(name) in _TYPED]


def output_options(
    *, formats: tuple[Format, ...] = FORMATS, in_pipes: Format = "table", rows: bool = True, units: bool = True
) -> Callable[[Command], Command]:
    """Add the options of ``-o`` and its companions; the command gets them as ``shape``.

    ``rows``: the output is a listing, with columns that can be chosen and sorted. ``units``: it holds sizes or rates.
    Without ``-o`` a terminal gets a table, and anything else what ``in_pipes`` says.
    """
    default = "table" if in_pipes == "table" else f"table on a terminal, {in_pipes} in a pipe"

    def add(command: Command) -> Command:
        @wraps(command)
        def with_shape(*args: Any, **values: Any) -> None:  # noqa: ANN401
            command(*args, shape=_take_shape(values, in_pipes), **values)

        decorated = with_shape
        if rows:
            decorated = _row_options(decorated)
        if units:
            decorated = _UNITS(decorated)
        return click.option(
            "-o",
            "--output",
            "format",
            type=click.Choice(list(formats)),
            help=f"Form of the output. [default: {default}]",
        )(decorated)

    return add


def redact_option(command: Command) -> Command:
    """Add ``--redact``."""
    text = "Pseudonyms for domains, addresses and command lines, to show to others."
    return click.option("--redact", is_flag=True, help=text)(command)


def look_options(command: Command) -> Command:
    """Add those options of a listing that a live view has too."""
    for option in (_NUMERIC, _UNITS, _SORT):
        command = option(command)
    return command


def _row_options(command: Command) -> Command:
    for option in (
        click.option("--no-trunc", is_flag=True, help="Never shorten cells."),
        _NUMERIC,
        click.option("--no-headers", is_flag=True, help="Leave out the line of headings."),
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N rows."),
        _SORT,
        click.option("--columns", default="", metavar="KEY,…", help="Columns to show, in this order."),
    ):
        command = option(command)
    return command


def _take_shape(values: dict[str, Any], in_pipes: Format) -> Shape:
    return Shape(
        format=values.pop("format") or ("table" if sys.stdout.isatty() else in_pipes),
        columns=tuple(name.strip() for name in values.pop("columns", "").split(",") if name.strip()),
        sort=values.pop("sort", ""),
        limit=values.pop("limit", None),
        headers=not values.pop("no_headers", False),
        units=cast("RateUnits", values.pop("units", "si")),
        numeric=values.pop("numeric", False),
        trunc=not values.pop("no_trunc", False),
    )


def filter_options(command: Command) -> Command:
    """Add ``-F`` and its shortcuts; the command gets them as ``filter``."""
    return _filtering(command, _SHORTCUTS, 'Such as "app:firefox !port:53 rate:>100k".', of_history=False)


def history_filter_options(command: Command) -> Command:
    """Add ``-F`` and its shortcuts for a question about the past; the command gets them as ``filter``."""
    return _filtering(command, _HISTORY_SHORTCUTS, 'Such as "app:firefox !domain:*.example.org".', of_history=True)


def domain_filter_option(command: Command) -> Command:
    """Add ``-F`` for a listing of domains; the command gets it as ``filter``."""
    return _filtering(command, (), 'Such as "app:firefox source:dns total:>1M".', of_history=False)


def _filtering(command: Command, known: tuple[tuple[str, str, str], ...], example: str, *, of_history: bool) -> Command:
    @wraps(command)
    def with_filter(*args: Any, **values: Any) -> None:  # noqa: ANN401
        queries = list(values.pop("queries"))
        shortcuts = {name: values.pop(f"only_{name}") for name, _, _ in known}
        command(*args, filter=_filter(queries, shortcuts, of_history=of_history), **values)

    decorated = with_filter
    for name, metavar, text in reversed(known):
        option = click.option(f"--{name}", f"only_{name}", multiple=True, metavar=metavar, help=text)
        decorated = option(decorated)
    option = click.option("-F", "--filter", "queries", type=_Query(), multiple=True, metavar="QUERY", help=example)
    return option(decorated)


def _filter(queries: list[str], shortcuts: dict[str, tuple[str, ...]], *, of_history: bool) -> "Filter":
    from netmon.model import Filter  # noqa: PLC0415 -- not needed for --help

    queries += [_shortcut_query(name, values) for name, values in shortcuts.items() if values]
    if not queries:
        return Filter()
    from netmon_client.query import all_of  # noqa: PLC0415 -- 8 ms for those who filter

    return all_of(*(read_query(query, of_history=of_history) for query in queries))


def read_query(text: str, *, of_history: bool) -> "Filter":
    """Read a query as it was typed; raise a usage error with a mark under the column that is wrong."""
    from netmon_client.history_query import parse_history_query  # noqa: PLC0415 -- as above; so below
    from netmon_client.query import QueryError, parse_query  # noqa: PLC0415

    try:
        return parse_history_query(text) if of_history else parse_query(text)
    except QueryError as error:
        raise QueryProblem(text, error) from None


def _shortcut_query(name: str, values: tuple[str, ...]) -> str:
    """Write an option as a query: the same option again means "or"."""
    field = name
    if name == "remote":
        values = tuple(part for value in values for part in _parts(value))
        kinds = {_is_address(value) for value in values}
        if len(kinds) > 1:  # "or" joins values of one field alone
            text = f"--remote takes addresses or domains, not both at once: {', '.join(values)}"
            raise click.UsageError(text, click.get_current_context(silent=True))
        field = "rip" if True in kinds else "domain"
    return f"{field}:" + ",".join(_quoted(value) for value in values)


def _parts(value: str) -> list[str]:
    """Part what has commas in it, as a query does."""
    return [part for part in value.split(",") if part] or [value]


def _is_address(text: str) -> bool:
    return ":" in text or text.translate(dict.fromkeys(map(ord, ".*?/"))).isdecimal()


def _quoted(value: str) -> str:
    if value and not any(character.isspace() or character in '"\\' for character in value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
