"""A column: one thing that is known of a row, in each form that a listing needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from netmon.model import Traffic
from netmon_cli.render.table import Cell, Heading, Table
from netmon_client.delimited import Value
from netmon_client.units import ByteUnits, RateUnits, format_bytes, format_rate

__all__ = ["Column", "HasTraffic", "Look", "SortKey", "UnknownColumn", "chosen", "sorted_rows", "table_of"]

SortKey = tuple[float | str | int | bool, ...]


class HasTraffic(Protocol):
    """A row with sums."""

    @property
    def traffic(self) -> Traffic:
        """What was counted."""
        ...


Row = TypeVar("Row")
_NO_LABEL = Cell(text="")
RowT_contra = TypeVar("RowT_contra", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How values are shown. ``now`` (Unix seconds) is the time of the snapshot that the rows are of."""

    now: float
    units: RateUnits = "si"
    numeric: bool = False

    def size(self, count: float) -> str:
        """Show bytes; sizes stay in bytes where rates are in bits."""
        units: ByteUnits = "iec" if self.units == "iec" else "si"
        return format_bytes(count, units)

    def rate(self, bytes_per_second: float) -> str:
        """Show a rate."""
        return format_rate(bytes_per_second, self.units)


# No slots: Python 3.11 cannot set __orig_class__ on a frozen generic dataclass that has them (cpython issue 89683).
@dataclass(frozen=True, kw_only=True)
class Column(Generic[RowT_contra]):
    """One column. ``key`` is its short name for ``--columns`` and ``--sort``, ``field`` its name in CSV.

    ``show`` gives the cell of a table, ``value`` the raw one (integers, RFC 3339 times), ``order`` what rows are sorted
    by, ``total`` the cell of the row of sums. ``extra``: shown with ``-o wide``, in CSV or when asked for only;
    ``optional``: left out of a table where no row has a value.
    """

    key: str
    field: str
    heading: Heading
    show: Callable[[RowT_contra, Look], Cell]
    value: Callable[[RowT_contra, Look], Value]
    order: Callable[[RowT_contra], SortKey]
    total: Callable[[Traffic, Look], Cell] | None = None
    extra: bool = False
    optional: bool = False


class UnknownColumn(ValueError):
    """A name that is no column; ``known`` are those that are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f'unknown column "{name}"')
        self.name = name
        self.known = tuple(known)


def chosen(columns: Sequence[Column[Row]], names: Sequence[str], *, extra: bool) -> list[Column[Row]]:
    """Give the columns that were asked for, else those that are always shown and, with ``extra``, all."""
    if not names:
        return [column for column in columns if extra or not column.extra]
    by_key = {column.key: column for column in columns}
    by_field = {column.field: column for column in columns}
    picked: list[Column[Row]] = []
    for name in names:
        column = by_key.get(name) or by_field.get(name)
        if column is None:
            raise UnknownColumn(name, tuple(by_key))
        picked.append(column)
    return picked


def sorted_rows(rows: Sequence[Row], orders: dict[str, Callable[[Row], SortKey]], key: str) -> list[Row]:
    """Sort by a short name, from large to small with a ``-`` before it. Equal rows keep their order."""
    name = key.removeprefix("-")
    order = orders.get(name)
    if order is None:
        raise UnknownColumn(key, tuple(orders))
    return sorted(rows, key=order, reverse=key.startswith("-"))


def table_of(
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    look: Look,
    *,
    sums: Traffic | None = None,
    label: Cell = _NO_LABEL,
) -> Table:
    """Make the table of ``rows``; with ``sums`` it ends in their row, ``label`` in its first free cell."""
    total: list[Cell] | None = None
    if sums is not None:
        total = [Cell(text="") if column.total is None else column.total(sums, look) for column in columns]
        free = next((index for index, column in enumerate(columns) if column.total is None), None)
        if free is not None:
            total[free] = label
    return Table(
        headings=tuple(column.heading for column in columns),
        rows=tuple(tuple(column.show(row, look) for column in columns) for row in rows),
        sums=None if total is None else tuple(total),
    )
