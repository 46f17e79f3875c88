"""Printers of a feed: what comes in is a feed's items, what goes out is whole lines."""

from typing import Protocol

from netmon.model import Event, Gap, Section, Snapshot
from netmon_cli.columns.column import Look
from netmon_cli.columns.connections import CONNECTION_COLUMNS
from netmon_cli.documents import line, readable
from netmon_cli.listing import Listing, delimited_lines
from netmon_cli.listings.applications import application_listing
from netmon_cli.listings.connections import connection_listing
from netmon_cli.listings.domains import domain_listing
from netmon_cli.listings.interfaces import interface_listing
from netmon_cli.listings.totals import totals_listing
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stream.events import connection_of, event_word
from netmon_cli.stream.words import gap_sentence
from netmon_client.delimited import Value
from netmon_client.feed import End, FeedItem, Hello
from netmon_client.lines import SCHEMA, flat_row, format_time, to_lines
from netmon_client.printable import json_visible

__all__ = ["DelimitedPrinter", "LinePrinter", "PerRowPrinter", "Printer"]


class Printer(Protocol):
    """Prints a feed."""

    def hello(self, item: Hello) -> None:
        """A connection to a collector began."""
        ...

    def snapshot(self, item: Snapshot) -> None:
        """A tick."""
        ...

    def event(self, item: Event) -> None:
        """Something happened."""
        ...

    def gap(self, item: Gap) -> None:
        """Something is missing."""
        ...

    def talk(self, text: str) -> None:
        """Say something to the user that is no data."""
        ...

    def end(self, item: End) -> None:
        """Nothing comes any more."""
        ...


class LinePrinter:
    """JSON lines: everything that the feed says, as it says it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hello(self, item: Hello) -> None:
        """Write the line."""
        self._write(item)

    def snapshot(self, item: Snapshot) -> None:
        """Write the line."""
        self._write(item)

    def event(self, item: Event) -> None:
        """Write the line."""
        self._write(item)

    def gap(self, item: Gap) -> None:
        """Write the line."""
        self._write(item)

    def end(self, item: End) -> None:
        """Write the last line."""
        self._write(item)

    def talk(self, text: str) -> None:
        """Talk on stderr."""
        self._session.say(f"netmon-cli: {text}")

    def _write(self, item: FeedItem) -> None:
        self._session.write(*(readable(json_visible(each)) for each in to_lines(item)))


class PerRowPrinter(LinePrinter):
    """JSON lines with one flat object a connection; hello, gap and end stay, told apart by ``type``."""

    def snapshot(self, item: Snapshot) -> None:
        """Write a line a row, at once."""
        rows = (flat_row(row, item) for row in item.connections)
        lines = [line({"schema": SCHEMA, **row}) for row in rows]
        if lines:
            self._session.write(*lines)


class DelimitedPrinter:
    """CSV and TSV: one heading, then rows with the time of their tick first. Gaps are told on stderr."""

    def __init__(self, session: Session, shape: Shape, section: Section | None) -> None:
        self._session = session
        self._shape = shape
        self._section = section
        self._with_headers = True

    def hello(self, item: Hello) -> None:
        """Say nothing: a listing has no place for it."""

    def snapshot(self, item: Snapshot) -> None:
        """Write the rows of the section; totals are rows of one application, all."""
        before: tuple[tuple[str, Value], ...] = (("time", format_time(item.time)), ("sequence", item.sequence))
        look = Look(now=item.time)
        headers, self._with_headers = self._with_headers, False
        match self._section:
            case Section.APPLICATIONS:
                lines = delimited_lines(
                    application_listing(item, self._shape), self._shape, look, headers=headers, before=before
                )
            case Section.DOMAINS:
                lines = delimited_lines(
                    domain_listing(item, self._shape, full=True), self._shape, look, headers=headers, before=before
                )
            case Section.INTERFACES:
                lines = delimited_lines(
                    interface_listing(item, None, self._shape), self._shape, look, headers=headers, before=before
                )
            case Section.CONNECTIONS:
                listing = connection_listing(item.connections, self._shape, now=item.time, empty="")
                lines = delimited_lines(listing, self._shape, look, headers=headers, before=before)
            case _:
                lines = delimited_lines(totals_listing(item), self._shape, look, headers=headers, before=before)
        if lines:
            self._session.write(*lines)

    def event(self, item: Event) -> None:
        """Write events about connections; gaps are told on stderr, and the others have no place here."""
        if isinstance(item.kind, Gap):
            self.gap(item.kind)
        row = connection_of(item)
        if row is None:
            return
        before: tuple[tuple[str, Value], ...] = (
            ("time", format_time(item.time)),
            ("sequence", item.sequence),
            ("event", event_word(item)),
        )
        headers, self._with_headers = self._with_headers, False
        listing = Listing(columns=CONNECTION_COLUMNS, rows=[row])
        self._session.write(*delimited_lines(listing, self._shape, Look(now=item.time), headers=headers, before=before))

    def gap(self, item: Gap) -> None:
        """Tell what is missing."""
        self.talk(gap_sentence(item))

    def talk(self, text: str) -> None:
        """Talk on stderr."""
        self._session.say(f"netmon-cli: {text}")

    def end(self, item: End) -> None:
        """Say nothing: the exit code tells."""
