"""The line in which a filter is typed: it works from letter to letter, and keeps the last good one."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from netmon.model import Filter
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_cli.top.paint import cells_text
from netmon_client.query import QueryError, parse_query

__all__ = ["FilterBar", "read_filter"]


def read_filter(text: str) -> tuple[Filter | None, str]:
    """Give the filter, or None and what is wrong with the text: with its column, and a suggestion if there is one."""
    try:
        return parse_query(text), ""
    except QueryError as error:
        return None, str(error)


class _Line(Input):
    """The field itself; Escape leaves it and takes back what was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", show=False)]

    def action_give_up(self) -> None:
        """Leave without a change."""
        self.post_message(FilterBar.Closed(keep=False))


class FilterBar(Horizontal):
    """A field and, beside it, what is wrong with its text."""

    class Typed(Message):
        """The text is a filter, this one."""

        def __init__(self, condition: Filter) -> None:
            super().__init__()
            self.condition = condition

    class Closed(Message):
        """The user has done. ``keep``: with this filter; otherwise with the one before."""

        def __init__(self, *, keep: bool) -> None:
            super().__init__()
            self.keep = keep

    def __init__(self) -> None:
        super().__init__(id="filter")
        self._line = _Line(placeholder="app:firefox is:remote !port:53 rate:>100k", id="filter_line", compact=True)
        self._problem = Static(id="filter_problem")

    def compose(self) -> ComposeResult:
        """Give the parts."""
        yield Static("Filter ", id="filter_label")
        yield self._line
        yield self._problem

    def open(self, text: str) -> None:
        """Show the bar with this text."""
        self.display = True
        self._line.value = text
        self._line.cursor_position = len(text)
        self._line.focus()

    def close(self) -> None:
        """Take the bar away."""
        self.display = False

    @property
    def problem(self) -> str:
        """What is wrong with the text; empty if it is a filter."""
        return read_filter(self._line.value)[1]

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        condition, problem = read_filter(event.value)
        self._problem.update(cells_text([Cell(text=problem, style=Style.RED)], 200) if problem else Text(""))
        if condition is not None:
            self.post_message(self.Typed(condition))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.problem:
            self.post_message(self.Closed(keep=True))
