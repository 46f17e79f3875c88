"""The printer for people: on a terminal each tick is drawn over the one before, elsewhere one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from types import MappingProxyType

from netmon.model import Degradation, Event, Gap, PacketSource, Section, Snapshot
from netmon_cli.columns.column import Look
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.listing import Steadiness, table_lines
from netmon_cli.listings.applications import application_listing
from netmon_cli.listings.connections import connection_listing
from netmon_cli.listings.domains import domain_listing
from netmon_cli.listings.interfaces import interface_listing
from netmon_cli.notes import headline, joined, partial_note, snapshot_notes
from netmon_cli.render.text import screen_extent, screen_lines
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stream.events import event_cells
from netmon_cli.stream.words import gap_sentence
from netmon_cli.terminal import Terminal
from netmon_client.feed import End, Hello
from netmon_client.words import counted

__all__ = ["BlockPrinter", "block_lines", "fitting"]

_FRAME_LINES = 3  # of each table: headings, rule, sums


class BlockPrinter:
    """Prints a block a tick. ``repaint``: over the one before, where the terminal can do that."""

    def __init__(self, session: Session, shape: Shape, sections: frozenset[Section], *, repaint: bool) -> None:
        self._session = session
        self._shape = shape
        self._sections = sections
        self._repaint = repaint
        self._drawn: list[str] = []
        self._steadiness = {section: Steadiness() for section in sections}
        self._told: tuple[Degradation, ...] = ()
        self._printed_any = False

    def hello(self, item: Hello) -> None:
        """Say once, in a line, that something works less well than it could; doctor says what and how to mend it."""
        if item.degraded and item.degraded != self._told:
            see = self._session.command("doctor")
            self.talk(f"{counted(len(item.degraded), 'thing')} could work better, see {see}")
        self._told = item.degraded

    def snapshot(self, item: Snapshot) -> None:
        """Draw the block."""
        terminal = self._session.terminal()
        steadiness = self._steadiness if self._repaint and terminal.repaints else {}
        lines = block_lines(item, self._shape, terminal, self._sections, steadiness)
        if self._repaint and terminal.repaints:
            self._draw_over(fitting(lines, terminal), terminal)
        else:
            several = len(lines) > 1
            self._session.write(*([""] if several and self._printed_any else []), *lines)
        self._printed_any = True

    def event(self, item: Event) -> None:
        """Write one line."""
        terminal = self._session.terminal()
        look = Look(now=item.time, units=self._shape.units, numeric=self._shape.numeric)
        width = terminal.width if self._shape.trunc else None
        self._session.write(joined(event_cells(item, look), width, terminal.palette, cut_last=True))

    def gap(self, item: Gap) -> None:
        """Tell what is missing."""
        self.talk(gap_sentence(item))

    def talk(self, text: str) -> None:
        """Talk above the block, so that it stays in the terminal's history."""
        if not self._drawn:
            self._session.say(f"netmon-cli: {text}")
            return
        drawn, self._drawn = self._drawn, []
        self._session.control(_up(drawn, self._session.terminal()) + "\x1b[J")
        self._session.say(f"netmon-cli: {text}")
        self._session.write(*drawn)
        self._drawn = drawn

    def end(self, item: End) -> None:
        """Leave the last block where it is; take the terminal's echo of Ctrl-C away from under it."""
        if self._drawn and item.reason == "interrupted":  # of another end there is none, or no terminal any more
            self._session.control("\r\x1b[K")

    def _draw_over(self, lines: list[str], terminal: Terminal) -> None:
        """Move up and overwrite line by line: nothing is cleared first, so nothing flickers."""
        up = _up(self._drawn, terminal)
        body = "".join(f"{line}{_cleared(line, terminal)}\n" for line in lines)
        self._session.control(f"\x1b[?2026h{up}{body}\x1b[J\x1b[?2026l")  # DEC mode 2026: shown as one frame
        self._drawn = lines


def block_lines(
    snapshot: Snapshot,
    shape: Shape,
    terminal: Terminal,
    sections: frozenset[Section],
    steadiness: Mapping[Section, Steadiness] = MappingProxyType({}),
) -> list[str]:
    """Give the lines of one tick: as many rows as the terminal has room for, so that the block never scrolls.

    ``steadiness``: what each table remembers of the tick before.
    """
    lines = _lines(snapshot, shape, terminal, sections, steadiness, line_height=1)
    if terminal.width is None or screen_lines(lines, terminal.width) < terminal.height:
        return lines
    # Whole cells were asked for, in tables that are wider than the terminal: there is room for fewer rows.
    line_height = max(screen_lines([line], terminal.width) for line in lines)
    return _lines(snapshot, shape, terminal, sections, steadiness, line_height=line_height)


def _lines(
    snapshot: Snapshot,
    shape: Shape,
    terminal: Terminal,
    sections: frozenset[Section],
    steadiness: Mapping[Section, Steadiness],
    *,
    line_height: int,
) -> list[str]:
    """Give the lines for a terminal on which one of a table takes ``line_height``."""
    look = Look(now=snapshot.time, units=shape.units, numeric=shape.numeric)
    width = terminal.width if shape.trunc else None
    lines = [joined(headline(snapshot, look), width, terminal.palette)]
    if not sections:
        return lines
    notes = [
        joined([note], width, terminal.palette)
        for note in (snapshot_notes if Section.CONNECTIONS in sections else partial_note)(snapshot, look)
    ]
    room = _room(terminal, screen_lines([*lines, *notes], terminal.width), len(sections), line_height)
    plain = _plain(shape, sections)
    if Section.INTERFACES in sections:
        held = steadiness.get(Section.INTERFACES)
        listing = interface_listing(snapshot, None, plain)
        lines += table_lines(listing, plain, terminal, look, most_rows=room, steadiness=held)
    if Section.APPLICATIONS in sections:
        held = steadiness.get(Section.APPLICATIONS)
        listing = application_listing(snapshot, plain)
        lines += table_lines(listing, plain, terminal, look, most_rows=room, steadiness=held)
    if Section.DOMAINS in sections:
        held = steadiness.get(Section.DOMAINS)
        listing = domain_listing(snapshot, plain)
        lines += table_lines(listing, plain, terminal, look, most_rows=room, steadiness=held)
    if Section.CONNECTIONS in sections:
        held = steadiness.get(Section.CONNECTIONS)
        has_packets = not is_without_packets(snapshot.degraded)
        listing = connection_listing(
            snapshot.connections, plain, now=snapshot.time, empty=_nothing(snapshot), has_packets=has_packets
        )
        lines += table_lines(listing, plain, terminal, look, most_rows=room, steadiness=held)
    return lines + notes


def _nothing(snapshot: Snapshot) -> str:
    if snapshot.omitted.connection_count:
        return "No connection matches."
    if snapshot.packet_source is PacketSource.RECORDING:
        return "Nothing yet in this recording."
    return "No connection yet."


def _plain(shape: Shape, sections: frozenset[Section]) -> Shape:
    """Columns and sort keys belong to one kind of row: with several they are left at their usual."""
    return shape if len(sections) == 1 else replace(shape, columns=(), sort="")


def _room(terminal: Terminal, other_lines: int, table_count: int, line_height: int) -> int | None:
    """Give how many rows a table may have, one at least."""
    if terminal.width is None:
        return None
    # One line stays free: the cursor's.
    left = (terminal.height - 1 - other_lines) // line_height - _FRAME_LINES * table_count
    return max(1, left // table_count)


def fitting(lines: Sequence[str], terminal: Terminal) -> list[str]:
    """Give as many of the first lines as the screen holds above the cursor's: what has left it cannot be drawn over."""
    heights = accumulate(screen_lines([line], terminal.width) for line in lines)
    return [line for line, height in zip(lines, heights, strict=True) if height < terminal.height]


def _up(drawn: Sequence[str], terminal: Terminal) -> str:
    count = screen_lines(drawn, terminal.width)
    return f"\x1b[{count}F" if count else ""


def _cleared(line: str, terminal: Terminal) -> str:
    """Clear what is right of a line. Where it ends in the last column, that would take its last character away."""
    is_full = terminal.width is not None and screen_extent(line, terminal.width)[1] == terminal.width
    return "" if is_full else "\x1b[K"
