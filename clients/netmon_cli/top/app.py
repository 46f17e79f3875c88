"""The live view on the screen: keys and messages in, widgets out. What it shows is the presenter's business."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from netmon.model import Filter, Status
from netmon_cli.failure import EXIT_INTERRUPTED, EXIT_TERMINATED
from netmon_cli.top.cards import Cards
from netmon_cli.top.choices import Choices
from netmon_cli.top.details import Details, row_line
from netmon_cli.top.filter_bar import FilterBar
from netmon_cli.top.help import Help
from netmon_cli.top.paint import cells_text, keys_text
from netmon_cli.top.presenter import Presenter, Request
from netmon_cli.top.rows import Entry
from netmon_cli.top.sort_menu import SortMenu
from netmon_cli.top.status_line import keys_of
from netmon_cli.top.table import LiveTable
from netmon_cli.top.watch import Watch
from netmon_client import Client
from netmon_client.clock import monotonic

__all__ = ["TopApp"]

_TALL_LINES: Final = 30
_SETTLE_SECONDS: Final = 0.4
"""How long typing must rest before the collector is asked anew."""


class _Line(Static):
    """One line of cells, drawn only where it changed."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- textual's own word
        super().__init__(id=id)
        self._shown = Text()

    def show(self, text: Text) -> None:
        """Show this text."""
        if text != self._shown:
            self._shown = text
            self.update(text)


class TopApp(App[None]):
    """The program. ``connect`` gives a client for each subscription, ``socket`` is where it leads, for texts.

    ``status``: the collector's, where it was asked already. Ends by itself when the feed fails for good:
    ``presenter.failure`` has the error then.
    """

    CSS_PATH = "top.tcss"
    TITLE = "netmon-cli top"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", show=False),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False),
        Binding("question_mark", "help", show=False),
        Binding("slash", "filter", show=False),
        Binding("exclamation_mark", "hide", show=False),
        Binding("s", "sort", show=False),
        Binding("S", "turn_sort", show=False),
        Binding("a", "do('group')", show=False),
        Binding("p,space", "do('pause')", show=False),
        Binding("n", "do('toggle_since')", show=False),
        Binding("l", "do('toggle_listening')", show=False),
        Binding("c", "do('toggle_ended')", show=False),
        Binding("u", "do('change_units')", show=False),
        Binding("y", "copy", show=False),
        Binding("plus,equals_sign", "refresh_rate(-1)", show=False),
        Binding("minus", "refresh_rate(1)", show=False),
        Binding("d,enter", "details", show=False),
        Binding("escape", "let_go", show=False),
    ]

    class FeedMoved(Message):
        """A watch has something."""

    def __init__(
        self,
        connect: Callable[[], Client],
        choices: Choices,
        socket: str,
        *,
        status: Status | None = None,
        colour: bool = True,
    ) -> None:
        super().__init__(ansi_color=None if colour else True)
        self.presenter = Presenter(choices, socket, status)
        self._connect = connect
        self._watch: Watch | None = None
        self._asked: Request | None = None
        self._filter_before = choices.filter
        self._was_held = False
        self._settling: Timer | None = None
        self._status = _Line(id="status")
        self._banner = _Line(id="banner")
        self._cards = Cards()
        self._caption = _Line(id="caption")
        self._filter_bar = FilterBar()
        self.table = LiveTable(colour=colour)
        self._keys = _Line(id="keys")

    def compose(self) -> ComposeResult:
        """Give the widgets from top to bottom."""
        yield self._status
        yield self._cards
        yield self._banner
        yield self._caption
        yield self._filter_bar
        yield self.table
        yield self._keys

    def on_mount(self) -> None:
        """Begin to watch."""
        self.table.focus()
        self.set_interval(1.0, self._tick)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: self.exit(return_code=EXIT_TERMINATED))
        self._subscribe()

    async def on_unmount(self) -> None:
        """Let go of the collector."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        if self._watch is not None:
            self._watch.close()

    def on_resize(self, event: events.Resize) -> None:
        """Give the cards a line more where there is room."""
        self._cards.set_class(event.size.height >= _TALL_LINES, "tall")
        self.call_after_refresh(self._draw)

    # The feed.

    def _subscribe(self) -> None:
        """Ask the collector for what is wanted now, unless it was asked for that already."""
        request = self.presenter.request
        if request == self._asked:
            return
        self._asked = request
        self.presenter.begin_request()
        if self._watch is not None:
            self._watch.close()
        self._watch = Watch(
            self._connect, self._wake, interval_seconds=request.interval_seconds, condition=request.filter
        )
        self._watch.start()

    def _wake(self) -> None:
        self.post_message(self.FeedMoved())

    @on(FeedMoved)
    def _feed_moved(self) -> None:
        if self._watch is None:
            return
        has_moved = self.presenter.take(self._watch.take(), monotonic())
        if self._asked is not None:  # a hello may say that the collector ticks slower than it was asked to
            self._asked = replace(self._asked, interval_seconds=self.presenter.choices.interval_seconds)
        if self.presenter.failure is not None:
            self.exit()
        elif has_moved:
            self._draw()
        elif self.screen_stack:
            self._draw_lines(monotonic())

    def _tick(self) -> None:
        """Count seconds where a text does, and sort again once the order was held long enough."""
        if not self.screen_stack:
            return
        now = monotonic()
        is_held = self.presenter.order.is_held(now)
        if self._was_held and not is_held:
            self._draw()
        self._was_held = is_held
        self._draw_lines(now)

    # Drawing.

    def _draw(self) -> None:
        """Draw everything."""
        if not self.screen_stack:  # a message that was under way when the program ended
            return
        now = monotonic()
        presenter = self.presenter
        self.table.show(presenter.sheet(now))
        if presenter.moment is not None:
            self._cards.show(presenter.moment, presenter.look)
        self._cards.dim(past=presenter.is_past)
        self._draw_lines(now)
        entry = self.table.entry
        if isinstance(self.screen, Details) and entry is not None and entry.key == self.screen.key:
            self.screen.show(entry.row, presenter.look)

    def _draw_lines(self, now: float) -> None:
        presenter = self.presenter
        width = self.size.width - 2
        self._status.show(cells_text(presenter.status(now), width))
        self._caption.show(cells_text(presenter.caption(now), width))
        self._keys.show(keys_text(keys_of(presenter.choices.subject), width))
        banner = presenter.banner(now)
        self._banner.display = bool(banner)
        self._banner.show(Text("\n", end="").join(cells_text([cell], width) for cell in banner))

    # What the user does.

    def action_do(self, what: str) -> None:
        """Do one of the presenter's things that need nothing else."""
        doings: dict[str, Callable[[], None]] = {
            "group": self.presenter.group,
            "pause": self.presenter.pause,
            "toggle_since": self.presenter.toggle_since,
            "toggle_listening": self.presenter.toggle_listening,
            "toggle_ended": self.presenter.toggle_ended,
            "change_units": self.presenter.change_units,
        }
        doings[what]()
        if what == "group":
            self.table.set_cursor(None)
        self._draw()

    def action_interrupt(self) -> None:
        """Leave as after Ctrl-C."""
        self.exit(return_code=EXIT_INTERRUPTED)

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help(self.presenter.degraded))

    def action_filter(self) -> None:
        """Open the line for the filter."""
        self._filter_before = self.presenter.choices.filter
        self._filter_bar.open(self.presenter.choices.filter_text)

    @on(FilterBar.Typed)
    def _filter_typed(self, message: FilterBar.Typed) -> None:
        self._filter(message.condition)

    @on(FilterBar.Closed)
    def _filter_closed(self, message: FilterBar.Closed) -> None:
        self._filter_bar.close()
        self.table.focus()
        if not message.keep:
            self._filter(self._filter_before)

    def _filter(self, condition: Filter) -> None:
        """Show what passes at once; ask the collector, where that is needed, when typing rests."""
        self.presenter.set_filter(condition)
        self._draw()
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLE_SECONDS, self._subscribe)

    def action_hide(self) -> None:
        """Hide the application of the row under the cursor."""
        entry = self._chosen("press ! again to hide its application")
        if entry is not None:
            self.presenter.hide(entry, monotonic())
            self._filter(self.presenter.choices.filter)

    def action_sort(self) -> None:
        """Open the menu of sort keys."""
        choices = self.presenter.choices
        self.push_screen(SortMenu(choices.subject, choices.sort), self._sort)

    def _sort(self, sort: str | None) -> None:
        if sort is not None:
            self.presenter.set_sort(sort)
            self._draw()

    def action_turn_sort(self) -> None:
        """Sort the other way round."""
        self.presenter.turn_sort()
        self._draw()

    def action_refresh_rate(self, step: int) -> None:
        """Refresh faster or slower."""
        self.presenter.change_interval(step)
        self._subscribe()
        self._draw_lines(monotonic())

    def action_copy(self) -> None:
        """Hand the row to the terminal's clipboard."""
        entry = self._chosen("press y again to copy it")
        if entry is not None:
            self.copy_to_clipboard(row_line(entry.row, self.presenter.look))
            self.presenter.say("copied, where the terminal takes it", monotonic())
            self._draw_lines(monotonic())

    @on(LiveTable.RowChosen)
    def action_details(self) -> None:
        """Show all of a row: that under the cursor, else the first in view."""
        entry = self.table.entry or self.table.first_visible
        if entry is not None:
            self.table.set_cursor(entry.key)
            self.push_screen(Details(entry.key, entry.row, self.presenter.look))

    def action_let_go(self) -> None:
        """Take the cursor away, and begin again at the top."""
        self.presenter.order.let_go()
        self.table.set_cursor(None)
        self._draw()

    @on(LiveTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self.presenter.order.hold(monotonic())
        self._was_held = True
        self._draw_lines(monotonic())

    def _chosen(self, otherwise: str) -> Entry | None:
        """Give the row under the cursor; without one put it on the first in view and say what comes next."""
        if self.table.entry is None and self.table.first_visible is not None:
            self.table.set_cursor(self.table.first_visible.key)
            self.presenter.order.hold(monotonic())
            self.presenter.say(otherwise, monotonic())
            self._draw()
            return None
        return self.table.entry
