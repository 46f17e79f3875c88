"""The printer for people: on a terminal each tick is drawn over the one before, elsewhere one after the other."""

from collections.abc import Mapping
from dataclasses import replace
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
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stream.events import event_cells
from netmon_cli.stream.words import gap_sentence
from netmon_cli.terminal import Terminal
from netmon_client.feed import End, Hello
from netmon_client.words import counted

__all__ = ["BlockPrinter", "block_lines"]

_FRAME_LINES = 4  # headline, headings, rule, sums
_LEAST_ROWS = 3


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
            self._draw_over(lines)
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
        self._session.control(_up(len(drawn)) + "\x1b[J")
        self._session.say(f"netmon-cli: {text}")
        self._session.write(*drawn)
        self._drawn = drawn

    def end(self, item: End) -> None:  # noqa: ARG002 -- the protocol's
        """Leave the last block where it is; take the terminal's echo of Ctrl-C away from under it."""
        if self._drawn:
            self._session.control("\r\x1b[K")

    def _draw_over(self, lines: list[str]) -> None:
        """Move up and overwrite line by line: nothing is cleared first, so nothing flickers."""
        up = _up(len(self._drawn)) if self._drawn else ""
        body = "".join(f"{line}\x1b[K\n" for line in lines)
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
    look = Look(now=snapshot.time, units=shape.units, numeric=shape.numeric)
    width = terminal.width if shape.trunc else None
    lines = [joined(headline(snapshot, look), width, terminal.palette)]
    if not sections:
        return lines
    notes = [
        joined([note], width, terminal.palette)
        for note in (snapshot_notes if Section.CONNECTIONS in sections else partial_note)(snapshot, look)
    ]
    room = _room(terminal, len(notes), len(sections))
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
        listing = connection_listing(snapshot.connections, plain, empty=_nothing(snapshot), has_packets=has_packets)
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


def _room(terminal: Terminal, note_count: int, table_count: int) -> int | None:
    if terminal.width is None:
        return None
    # One line stays free: the cursor's.
    left = terminal.height - 2 - note_count - (_FRAME_LINES - 1) * table_count
    return max(_LEAST_ROWS, left // table_count)


def _up(count: int) -> str:
    return f"\x1b[{count}F" if count else ""
