"""The four cards above the table."""

from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from netmon.model import Application
from netmon_cli.columns.column import Look
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_cli.render.text import cut_middle
from netmon_cli.top.board import Moment
from netmon_cli.top.paint import cells_text
from netmon_cli.top.spark import bars, slots
from netmon_client.printable import visible
from netmon_client.units import RateUnits, format_count, format_rate
from netmon_client.words import counted

__all__ = ["Cards", "connection_lines", "other_rate", "top_application", "top_lines"]

_DOWN: Final = "#6cb6ff"
_UP: Final = "#c792ea"
_WIDE_CARD: Final = 22
"""Cells from which on a card has room for a speed in both units; below, the other one stands in its border."""


def other_rate(bytes_per_second: float, units: RateUnits) -> str:
    """Give a rate in the unit that people compare it with: bits where bytes are shown, bytes where bits are."""
    return format_rate(bytes_per_second, "si" if units == "bit" else "bit")


def top_application(moment: Moment) -> Application | None:
    """Give the application that moves most at this moment; None where none moves."""
    busiest = max(moment.snapshot.applications, key=_speed, default=None)
    return busiest if busiest is not None and _speed(busiest) > 0 else None


def connection_lines(moment: Moment) -> tuple[list[Cell], list[Cell]]:
    """Give the two lines of the card of connections."""
    snapshot = moment.snapshot
    active = sum(part.connection_count > part.listening_count for part in snapshot.applications)
    count = format_count(snapshot.active_connection_count)
    return (
        [Cell(text=f"{count} in {counted(active, 'app')}", style=Style.BOLD)],
        [Cell(text=f"{format_count(snapshot.listening_count)} listening", style=Style.DIM)],
    )


def top_lines(moment: Moment, look: Look, width: int) -> tuple[list[Cell], list[Cell]]:
    """Give the two lines of the card of the busiest application."""
    application = top_application(moment)
    if application is None and is_without_packets(moment.snapshot.degraded):
        return [Cell(text="—", style=Style.DIM)], [Cell(text="not counted", style=Style.DIM)]
    if application is None:
        return [Cell(text="—", style=Style.DIM)], [Cell(text="nothing moves", style=Style.DIM)]
    traffic = application.traffic
    name = cut_middle(visible(application.name), width)
    rates = f"↓ {look.rate(traffic.received_bytes_per_second)} ↑ {look.rate(traffic.sent_bytes_per_second)}"
    return [Cell(text=name, style=Style.BOLD)], [Cell(text=rates)]


def _speed(application: Application) -> float:
    return application.traffic.sent_bytes_per_second + application.traffic.received_bytes_per_second


class _Card(Static):
    """One card: a border with its title, and two or three lines."""

    def __init__(self, title: str, *, id: str) -> None:  # noqa: A002 -- textual's own word
        super().__init__(id=id, classes="card")
        self.border_title = title

    def show(self, *lines: Text) -> None:
        """Show these lines."""
        self.update(Text("\n", no_wrap=True, end="").join(lines))


class Cards(Horizontal):
    """Download, upload, connections, top application."""

    def __init__(self) -> None:
        super().__init__(id="cards")
        self._download = _Card("↓ Download", id="download")
        self._upload = _Card("↑ Upload", id="upload")
        self._connections = _Card("Connections", id="connections")
        self._top = _Card("Top application", id="top")
        self._last: tuple[Moment, Look] | None = None

    def compose(self) -> ComposeResult:
        """Give the cards."""
        yield from (self._download, self._upload, self._connections, self._top)

    def show(self, moment: Moment, look: Look) -> None:
        """Show a moment."""
        self._last = moment, look
        traffic = moment.snapshot.headline
        past = [(sample.time, sample.interval_seconds, sample.received) for sample in moment.samples]
        self._show_speed(self._download, traffic.received_bytes_per_second, past, _DOWN)
        past = [(sample.time, sample.interval_seconds, sample.sent) for sample in moment.samples]
        self._show_speed(self._upload, traffic.sent_bytes_per_second, past, _UP)
        self._show_lines(self._connections, *connection_lines(moment))
        self._show_lines(self._top, *top_lines(moment, look, max(1, self._top.content_size.width)))

    def on_resize(self) -> None:
        """Draw anew in the new width."""
        if self._last is not None:
            self.call_after_refresh(self.show, *self._last)

    def _show_speed(self, card: _Card, rate: float, past: list[tuple[float, float, float]], colour: str) -> None:
        if self._last is None:
            return
        moment, look = self._last
        width, height = card.content_size
        if is_without_packets(moment.snapshot.degraded):
            card.border_subtitle = ""
            card.show(Text("not counted", style="dim", no_wrap=True, end=""))
            return
        other = other_rate(rate, look.units)
        cells = [Cell(text=look.rate(rate), style=Style.BOLD), Cell(text=other, style=Style.DIM)]
        values = slots(past, max(1, width), moment.snapshot.time)
        drawn = [Text(line, style=colour, no_wrap=True, end="") for line in bars(values, max(1, height - 1))]
        peak = f"peak {look.rate(max((value for _, _, value in past), default=0.0))}"
        card.border_subtitle = peak if width >= _WIDE_CARD else other
        card.show(cells_text(cells, width), *drawn)

    def _show_lines(self, card: _Card, first: list[Cell], second: list[Cell]) -> None:
        width = card.content_size.width
        card.show(cells_text(first, width), cells_text(second, width))

    def dim(self, *, past: bool) -> None:
        """Draw the cards as something of the past, or of now."""
        self.set_class(past, "past")
