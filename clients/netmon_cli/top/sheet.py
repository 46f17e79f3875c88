"""What the table is given to draw: rows in their order, and the columns that they fill."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from netmon_cli.columns.applications import application_columns
from netmon_cli.columns.column import Column, Look
from netmon_cli.columns.connections import CONNECTION_COLUMNS
from netmon_cli.columns.domains import DOMAIN_COLUMNS
from netmon_cli.columns.payload import in_place_of_traffic
from netmon_cli.columns.traffic import without_traffic
from netmon_cli.top.choices import Subject
from netmon_cli.top.rows import Entry

__all__ = ["Columns", "Sheet"]

_WHERE_THERE_IS_ROOM: Final = {"dir", "user", "iface", "listening"}
"""Columns that other listings show with ``-o wide`` alone; a wide window has room for them."""


_COLUMNS: Final[dict[Subject, Sequence[Column[Any]]]] = {
    "connections": CONNECTION_COLUMNS,
    "apps": application_columns("App"),
    "domains": DOMAIN_COLUMNS,
}
_WITHOUT_PACKETS: Final[dict[Subject, Sequence[Column[Any]]]] = {
    "connections": in_place_of_traffic(CONNECTION_COLUMNS),
    "apps": without_traffic(application_columns("App")),
    "domains": without_traffic(DOMAIN_COLUMNS),
}
"""Where none are captured: zeros would say that nothing moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows in their order under columns. ``is_past``: not of now, and drawn dim; ``empty``: said without a row."""

    columns: Sequence[Column[Any]] = ()
    entries: Sequence[Entry] = ()
    look: Look
    sort: str = ""
    empty: str = ""
    is_past: bool = False


class Columns:
    """Chooses columns: those that some row fills, and from then on also where no row does any more."""

    def __init__(self) -> None:
        self._filled: set[tuple[Subject, str]] = set()

    def of(
        self, subject: Subject, entries: Sequence[Entry], look: Look, *, has_packets: bool = True
    ) -> list[Column[Any]]:
        """Give the columns for these rows. ``has_packets`` False: nothing is captured."""
        every: Sequence[Column[Any]] = (_COLUMNS if has_packets else _WITHOUT_PACKETS)[subject]
        usual = [column for column in every if not column.extra or column.key in _WHERE_THERE_IS_ROOM]
        return [column for column in usual if not column.optional or self._is_filled(subject, column, entries, look)]

    def _is_filled(self, subject: Subject, column: Column[Any], entries: Sequence[Entry], look: Look) -> bool:
        name = subject, column.key
        if name not in self._filled and any(column.value(each.row, look) not in (None, "", 0) for each in entries):
            self._filled.add(name)
        return name in self._filled
