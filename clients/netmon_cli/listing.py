"""A listing in each of its forms: table, wide table, CSV, TSV."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import click

from netmon.model import Traffic
from netmon_cli.columns.column import Column, Look, SortKey, UnknownColumn, chosen, sorted_rows, table_of
from netmon_cli.render.held_widths import HeldWidths
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, draw, fit
from netmon_cli.shape import Shape
from netmon_cli.terminal import Terminal
from netmon_client.delimited import Value, comma_separated, tab_separated
from netmon_client.words import counted

__all__ = ["Listing", "Steadiness", "chosen_columns", "delimited_lines", "ordered", "table_lines", "unknown_words"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Row]):
    """Rows with all that is known of their columns. ``sums``: of all rows, also of those that a limit hides.

    ``counts``: whether a row is one of the ``noun``; others stand for many, for none, or for part of one. ``more``: how
    many are in a row that stands for many, and so in the sums.
    """

    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    sums: Traffic | None = None
    noun: str = "row"
    counts: Callable[[Row], bool] = lambda _: True
    more: int = 0
    empty: str = "Nothing to show."

    @property
    def count(self) -> int:
        """How many of the ``noun`` there are."""
        return sum(map(self.counts, self.rows)) + self.more


def ordered(rows: Sequence[Row], orders: dict[str, Callable[[Row], SortKey]], shape: Shape, *, usual: str) -> list[Row]:
    """Sort as asked for, else by ``usual``. Raise a usage error for an unknown key."""
    try:
        return sorted_rows(rows, orders, shape.sort or usual)
    except UnknownColumn as error:
        raise click.UsageError(unknown_words("--sort", error), click.get_current_context(silent=True)) from None


class Steadiness:
    """What a moving table remembers from tick to tick: widths, and columns that some row filled once."""

    def __init__(self) -> None:
        self.widths = HeldWidths()
        self.filled: set[str] = set()


def table_lines(
    listing: Listing[Row],
    shape: Shape,
    terminal: Terminal,
    look: Look,
    *,
    most_rows: int | None = None,
    steadiness: Steadiness | None = None,
) -> list[str]:
    """Give the lines of the table. ``most_rows``: as many as a live view has room for."""
    columns = _columns(listing, shape, steadiness or Steadiness())
    limits = [limit for limit in (shape.limit, most_rows) if limit is not None]
    rows = listing.rows[: min(limits)] if limits else listing.rows
    if not listing.rows:
        return [terminal.palette.paint(listing.empty, Style.DIM)]
    table = table_of(columns, rows, look, sums=listing.sums, label=_label(listing, rows))
    width = terminal.width if shape.trunc and shape.format == "table" else None
    held = None if steadiness is None else steadiness.widths
    return draw(table, fit(table, width, held), terminal.palette, headers=shape.headers)


def delimited_lines(
    listing: Listing[Row], shape: Shape, look: Look, *, headers: bool, before: tuple[tuple[str, Value], ...] = ()
) -> list[str]:
    """Give the lines of CSV or TSV. ``before``: names and values of cells that stand first in each line."""
    columns = chosen_columns(listing.columns, shape)
    join = comma_separated if shape.format == "csv" else tab_separated
    lines: list[str] = []
    if headers and shape.headers:
        lines.append(join([*(name for name, _ in before), *(column.field for column in columns)]))
    first = [value for _, value in before]
    rows = listing.rows[: shape.limit] if shape.limit else listing.rows
    return lines + [join([*first, *(column.value(row, look) for column in columns)]) for row in rows]


def chosen_columns(columns: Sequence[Column[Row]], shape: Shape) -> list[Column[Row]]:
    """Give the columns that were asked for, else the usual ones. Raise a usage error for an unknown name."""
    try:
        return chosen(columns, shape.columns, extra=shape.format != "table")
    except UnknownColumn as error:
        raise click.UsageError(unknown_words("--columns", error), click.get_current_context(silent=True)) from None


def _columns(listing: Listing[Row], shape: Shape, steadiness: Steadiness) -> list[Column[Row]]:
    """Leave out optional columns that would be empty in every row, unless they were asked for."""
    columns = chosen_columns(listing.columns, shape)
    if shape.columns:
        return columns
    look = Look(now=0.0)
    for column in columns:
        if column.optional and any(column.value(row, look) not in (None, "", 0) for row in listing.rows):
            steadiness.filled.add(column.key)
    return [column for column in columns if not column.optional or column.key in steadiness.filled]


def _label(listing: Listing[Row], shown: Sequence[Row]) -> Cell:
    """Say how many rows are summed, and how many of them are shown."""
    count = listing.count
    label = counted(count, listing.noun)
    if len(shown) == len(listing.rows):
        return Cell(text=label, brief=f"Σ {count:,}")
    return Cell(text=f"{label}, {sum(map(listing.counts, shown)):,} shown", brief=f"Σ all {count:,}")


def unknown_words(option: str, error: UnknownColumn) -> str:
    """Say that an option does not know a name, and which one may have been meant."""
    import difflib  # noqa: PLC0415 -- for those who mistype; so below

    from netmon_client.query_words import FIELD_SYNONYMS, nearest  # noqa: PLC0415

    sign, name = ("-", error.name[1:]) if error.name.startswith("-") else ("", error.name)
    known = error.known
    near = nearest(name, known, {**FIELD_SYNONYMS, **_SYNONYMS})
    if not near:
        near = next(iter(difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)), "")
    hint = f": did you mean {sign}{near}?" if near else f". It takes: {', '.join(known)}"
    return f'{option} does not know "{error.name}"{hint}'


_SYNONYMS = {
    "download": "received_rate",
    "upload": "sent_rate",
    "down": "received_rate",
    "up": "sent_rate",
    "speed": "rate",
    "bandwidth": "rate",
    "size": "total",
    "sum": "total",
    "sent_bytes_per_second": "sent_rate",
    "received_bytes_per_second": "received_rate",
    "command": "app",
    "status": "state",
    "time": "age",
    "start": "age",
    "start_time": "age",
    "conns": "connections",
    "connection_count": "connections",
    "process_count": "processes",
    "remote_count": "remotes",
    "host": "remote",
    "address": "remote",
    "dst": "remote",
    "src": "local",
}
"""What people write in place of a column, beside what they write in place of a filter's field."""
