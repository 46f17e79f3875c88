"""A listing in each of its forms: table, wide table, CSV, TSV."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import click

from netmon.model import Traffic
from netmon_cli.columns.column import Column, Look, SortKey, UnknownColumn, chosen, sorted_rows, table_of
from netmon_cli.render.delimited import Value, comma_separated, tab_separated
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, draw, fit
from netmon_cli.shape import Shape
from netmon_cli.terminal import Terminal
from netmon_client.words import counted

__all__ = ["Listing", "delimited_lines", "ordered", "table_lines"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Row]):
    """Rows with all that is known of their columns. ``sums``: of all rows, also of those that a limit hides.

    ``count``: how many of the ``noun`` they are, where rows are not one each.
    """

    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    sums: Traffic | None = None
    noun: str = "row"
    count: int | None = None
    empty: str = "Nothing to show."


def ordered(rows: Sequence[Row], orders: dict[str, Callable[[Row], SortKey]], shape: Shape, *, usual: str) -> list[Row]:
    """Sort as asked for, else by ``usual``. Raise a usage error for an unknown key."""
    try:
        return sorted_rows(rows, orders, shape.sort or usual)
    except UnknownColumn as error:
        raise click.UsageError(_unknown("--sort", error), click.get_current_context(silent=True)) from None


def table_lines(
    listing: Listing[Row], shape: Shape, terminal: Terminal, look: Look, *, most_rows: int | None = None
) -> list[str]:
    """Give the lines of the table. ``most_rows``: as many as a live view has room for."""
    columns = _columns(listing, shape)
    limits = [limit for limit in (shape.limit, most_rows) if limit is not None]
    rows = listing.rows[: min(limits)] if limits else listing.rows
    if not listing.rows:
        return [terminal.palette.paint(listing.empty, Style.DIM)]
    table = table_of(columns, rows, look, sums=listing.sums, label=_label(listing, len(rows)))
    width = terminal.width if shape.trunc and shape.format == "table" else None
    return draw(table, fit(table, width), terminal.palette, headers=shape.headers)


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
        raise click.UsageError(_unknown("--columns", error), click.get_current_context(silent=True)) from None


def _columns(listing: Listing[Row], shape: Shape) -> list[Column[Row]]:
    """Leave out optional columns that would be empty in every row, unless they were asked for."""
    columns = chosen_columns(listing.columns, shape)
    if shape.columns:
        return columns
    look = Look(now=0.0)
    return [
        column
        for column in columns
        if not column.optional or any(column.value(row, look) not in (None, "", 0) for row in listing.rows)
    ]


def _label(listing: Listing[Row], shown: int) -> Cell:
    """Say how many rows are summed, and how many of them are shown."""
    count = len(listing.rows) if listing.count is None else listing.count
    label = counted(count, listing.noun)
    if shown == len(listing.rows):
        return Cell(text=label, brief=f"Σ {count:,}")
    return Cell(text=f"{label}, {shown:,} shown", brief=f"Σ {shown:,} of {count:,}")


def _unknown(option: str, error: UnknownColumn) -> str:
    near = difflib.get_close_matches(error.name.removeprefix("-"), error.known, n=1)
    hint = f": did you mean {near[0]}?" if near else f". It takes: {', '.join(error.known)}"
    return f'{option} does not know "{error.name}"{hint}'
