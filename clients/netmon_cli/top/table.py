"""The table: draws the rows that are in view, and keeps its cursor on a row, wherever that row goes."""

from typing import ClassVar, Final

from rich.style import Style as Look
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from netmon_cli.columns.column import Look as Shown
from netmon_cli.render.held_widths import HeldWidths
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading, Layout, Table, fit, line_pieces
from netmon_cli.render.text import cell_width, cut_end
from netmon_cli.top.paint import segments
from netmon_cli.top.rows import Entry, Mark
from netmon_cli.top.sheet import Sheet

__all__ = ["LiveTable"]

_GUTTER: Final = 2
_SPARE_RANK: Final = 20
"""Columns from this rank on are shown where there is room: those that other listings leave to ``-o wide``."""
_HEAD: Final = Look(bold=True, bgcolor="#2a2f38")
_CURSOR: Final = Look(bgcolor="#1f4f82", color="#ffffff", bold=True)
_STRUCK: Final = Look(strike=True)
_OVER: Final[dict[Mark, Look | None]] = {
    Mark.PLAIN: None,
    Mark.NEW: Look(bold=True),
    Mark.ENDED: Look(color="#8b93a1", strike=True),
}
_MARKS: Final = {Mark.PLAIN: Style.PLAIN, Mark.NEW: Style.GREEN, Mark.ENDED: Style.DIM}
_PAST: Final = Look(dim=True)


class LiveTable(ScrollView, can_focus=True):
    """Line by line, without a widget or a value a row: what is not in view costs nothing but its place in the order.

    The first line is the headings, which stay. Without a cursor the view begins at the top of the order; with one it
    follows the cursor's row.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "end(-1)", show=False),
        Binding("end,G", "end(1)", show=False),
    ]

    class CursorMoved(Message):
        """The user moved the cursor."""

    class RowChosen(Message):
        """The user wants to see all of the cursor's row."""

    def __init__(self, *, colour: bool = True) -> None:
        super().__init__(id="table")
        self._cursor_look = _CURSOR if colour else _CURSOR + Look(reverse=True)
        self.cursor: str | None = None
        self._sheet = Sheet(look=Shown(now=0.0))
        self._places: dict[str, int] = {}
        self._cursor_place = 0
        self._held = HeldWidths()
        self._cells: dict[int, tuple[Cell, ...]] = {}
        self._layout = Layout(columns=())
        self._base = Look()
        self._headings: tuple[Heading, ...] = ()

    @property
    def _room(self) -> Size:
        """What can be drawn on: all but the scrollbar, which has its place whether it is there or not."""
        return self.scrollable_content_region.size

    @property
    def entry(self) -> Entry | None:
        """The row under the cursor; None without a cursor, or when its row is gone."""
        place = None if self.cursor is None else self._places.get(self.cursor)
        return None if place is None else self._sheet.entries[place]

    @property
    def first_visible(self) -> Entry | None:
        """The row at the top of the view."""
        entries = self._sheet.entries
        return entries[min(self.scroll_offset.y, len(entries) - 1)] if entries else None

    def show(self, sheet: Sheet) -> None:
        """Show a sheet. The cursor stays on its row; where the row is gone it goes to what took its place."""
        if [column.key for column in sheet.columns] != [column.key for column in self._sheet.columns]:
            self._held = HeldWidths()
        self._sheet = sheet
        self._places = {entry.key: place for place, entry in enumerate(sheet.entries)}
        self.virtual_size = Size(self._room.width, len(sheet.entries) + 1)
        if self.cursor is not None:
            if self.cursor not in self._places:
                place = min(self._cursor_place, len(sheet.entries) - 1)
                self.cursor = sheet.entries[place].key if place >= 0 else None
            if self.cursor is not None:
                self._cursor_place = self._places[self.cursor]
                self._scroll_to_cursor()
        self._prepare()
        self.refresh()

    def set_cursor(self, key: str | None) -> None:
        """Put the cursor on a row, or take it away."""
        self.cursor = key if key in self._places else None
        if self.cursor is None:
            self.scroll_to(y=0, animate=False)
        else:
            self._cursor_place = self._places[self.cursor]
            self._scroll_to_cursor()
        self._prepare()
        self.refresh()

    def action_move(self, step: int) -> None:
        """Move the cursor by rows; the first time to the top of the view."""
        if not self._sheet.entries:
            return
        place = self.scroll_offset.y if self.cursor is None else self._cursor_place + step
        self._move_to(place)

    def action_page(self, direction: int) -> None:
        """Move by what is in view."""
        page = max(1, self._room.height - 2)
        place = self.scroll_offset.y if self.cursor is None else self._cursor_place
        self._move_to(place + direction * page)

    def action_end(self, direction: int) -> None:
        """Move to the first or the last row."""
        self._move_to(0 if direction < 0 else len(self._sheet.entries) - 1)

    def _move_to(self, place: int) -> None:
        entries = self._sheet.entries
        if entries:
            self.set_cursor(entries[max(0, min(len(entries) - 1, place))].key)
            self.post_message(self.CursorMoved())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click shows all of the row."""
        place = self.scroll_offset.y + event.y - 1
        if event.y >= 1 and place < len(self._sheet.entries):
            self._move_to(place)
            if event.chain > 1:
                self.post_message(self.RowChosen())

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self.virtual_size = Size(self._room.width, len(self._sheet.entries) + 1)
        self._prepare()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fit the columns to the rows that came into view."""
        self._prepare()
        super().watch_scroll_y(old_value, new_value)

    def render_line(self, y: int) -> Strip:
        """Draw a line of the view."""
        width = self._room.width
        pieces, over = self._line(y)
        used = sum(cell_width(text) for text, _ in pieces)
        if used < width:
            pieces.append((" " * (width - used), Style.PLAIN))
        strip = Strip(segments(pieces, self._base, over), max(used, width))
        return strip if used <= width else strip.crop(0, width)

    def _line(self, y: int) -> tuple[list[tuple[str, Style]], Look | None]:
        """Give the pieces of a line, and what stands above their styles."""
        entries = self._sheet.entries
        if y == 0:
            return self._head(), _HEAD
        place = self.scroll_offset.y + y - 1
        if place >= len(entries):
            is_first = y == 1 and not entries
            return [(cut_end(f"  {self._sheet.empty}", self._room.width), Style.DIM)] if is_first else [], None
        entry = entries[place]
        pieces = line_pieces(self._headings, self._cells.get(place) or self._row(place), self._layout)
        if entry.key == self.cursor:
            over = self._cursor_look + _STRUCK if entry.mark is Mark.ENDED else self._cursor_look
            return [("> ", Style.PLAIN), *pieces], over
        over = _OVER[entry.mark]
        if self._sheet.is_past:
            over = _PAST if over is None else over + _PAST
        return [(f"{entry.mark.value} ", _MARKS[entry.mark]), *pieces], over

    def _head(self) -> list[tuple[str, Style]]:
        sort = self._sheet.sort.removeprefix("-")
        titles = [
            Cell(text=column.heading.title, style=Style.YELLOW if column.key == sort else Style.PLAIN)
            for column in self._sheet.columns
        ]
        return [("  ", Style.PLAIN), *line_pieces(self._headings, titles, self._layout)]

    def _row(self, place: int) -> tuple[Cell, ...]:
        row, look = self._sheet.entries[place].row, self._sheet.look
        cells = self._cells[place] = tuple(column.show(row, look) for column in self._sheet.columns)
        return cells

    def _prepare(self) -> None:
        """Make the cells of the rows in view, and fit the columns to them."""
        first = self.scroll_offset.y
        last = min(len(self._sheet.entries), first + max(0, self._room.height - 1))
        self._cells.clear()
        self._base = self.rich_style
        rows = tuple(self._row(place) for place in range(first, last))
        self._headings = tuple(column.heading for column in self._sheet.columns)
        if self._headings and self._room.width > _GUTTER:
            table = Table(headings=self._headings, rows=rows)
            self._layout = fit(table, self._room.width - _GUTTER, self._held, spare_rank=_SPARE_RANK)

    def _scroll_to_cursor(self) -> None:
        room = max(1, self._room.height - 1)
        top = self.scroll_offset.y
        if self._cursor_place < top:
            self.scroll_to(y=self._cursor_place, animate=False)
        elif self._cursor_place >= top + room:
            self.scroll_to(y=self._cursor_place - room + 1, animate=False)
