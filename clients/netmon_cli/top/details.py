"""All that is known of one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from netmon.model import Connection
from netmon_cli.columns.applications import GroupRow, application_columns
from netmon_cli.columns.column import Column, Look
from netmon_cli.columns.connections import CONNECTION_COLUMNS
from netmon_cli.columns.domains import DOMAIN_COLUMNS, DomainRow
from netmon_cli.columns.payload import PAYLOAD_COLUMNS
from netmon_cli.render.palette import Style
from netmon_cli.render.text import cell_width
from netmon_cli.top.paint import style_of
from netmon_client.printable import visible
from netmon_client.units import format_count
from netmon_client.words import clock_time, reason_words, source_words, unnamed_words

__all__ = ["Details", "Field", "fields_of", "row_line"]

Row = TypeVar("Row")

_TITLES: Final = {
    "received_rate": "Download",
    "sent_rate": "Upload",
    "received": "Received",
    "sent": "Sent",
    "pid": "Process id",
    "proto": "Protocol",
    "app": "Application",
    "connections": "Connections",
    "processes": "Processes",
    "listening": "Listening",
    "rtt": "Round trip",
    "last": "Last packet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A name and a value, as they are shown."""

    name: str
    value: str


def fields_of(row: Connection | GroupRow | DomainRow, look: Look) -> list[Field]:
    """Give all fields of a row that have a value: those of the columns, and what has no column."""
    if isinstance(row, GroupRow):
        return _column_fields(application_columns("Application"), row, look)
    if isinstance(row, DomainRow):
        return _column_fields(DOMAIN_COLUMNS, row, look)
    columns = [column for column in CONNECTION_COLUMNS if column not in PAYLOAD_COLUMNS]  # both are one field below
    return [*_column_fields(columns, row, look), *_more(row, look)]


def row_line(row: Connection | GroupRow | DomainRow, look: Look) -> str:
    """Give a row as one line of text, for the clipboard: the values of the columns that it has."""
    if isinstance(row, GroupRow):
        cells = [column.show(row, look).text for column in application_columns("App") if not column.extra]
    elif isinstance(row, DomainRow):
        cells = [column.show(row, look).text for column in DOMAIN_COLUMNS if not column.extra]
    else:
        cells = [column.show(row, look).text for column in CONNECTION_COLUMNS if not column.extra]
    return "  ".join(visible(text) for text in cells if text != "—")


def _column_fields(columns: Sequence[Column[Row]], row: Row, look: Look) -> list[Field]:
    fields: list[Field] = []
    for column in columns:
        text = column.show(row, look).text.strip()
        if text and text != "—":
            fields.append(Field(name=_TITLES.get(column.key, column.heading.title), value=text))
    return fields


def _more(row: Connection, look: Look) -> list[Field]:
    """Give what only the details show."""
    facts, traffic, process = row.facts, row.traffic, row.process
    values = [
        ("Why no owner", "" if row.is_owned else reason_words(facts.unattributed_reason)),
        ("Held by", ", ".join(f"{each.name} [{each.pid}]" for each in facts.holders)),
        ("Name from", source_words(facts.domain_source) if facts.domain else ""),
        ("Why no name", unnamed_words(facts.unnamed_reason) if facts.unnamed_reason else ""),
        ("Started", clock_time(facts.start_time) if facts.start_time else ""),
        ("Ended", clock_time(row.end_time) if row.end_time is not None else ""),
        ("Last packet", clock_time(row.last_time) if row.last_time else ""),
        ("Packets", f"↓ {format_count(traffic.received_packets)}  ↑ {format_count(traffic.sent_packets)}"),
        ("Payload", _payload(row, look)),
        ("Command line", process.command_line if process else ""),
        ("Parent", f"{process.parent_name} [{process.parent_pid}]" if process and process.parent_pid else ""),
        ("netmon's own", "yes" if facts.is_netmon else ""),
    ]
    return [Field(name=name, value=value) for name, value in values if value]


def _payload(row: Connection, look: Look) -> str:
    """Give what the kernel counts of the socket: payload, not IP bytes."""
    if row.received_payload_bytes is None or row.sent_payload_bytes is None:
        return ""
    return f"↓ {look.size(row.received_payload_bytes)}  ↑ {look.size(row.sent_payload_bytes)} (the kernel's count)"


class Details(ModalScreen[None]):
    """Shows one row, and goes on to show it as it changes. ``key`` is the row's."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,d,q", "dismiss", show=False)]

    def __init__(self, key: str, row: Connection | GroupRow | DomainRow, look: Look) -> None:
        super().__init__()
        self.key = key
        self._fields = Static(id="fields")
        self._panel = VerticalScroll(self._fields, id="details", classes="panel")
        self._text = self._drawn(row, look)

    def compose(self) -> ComposeResult:
        """Give the panel."""
        self._panel.border_title = "Details"
        self._panel.border_subtitle = "Esc closes"
        yield self._panel

    def on_mount(self) -> None:
        """Show the row that it was opened with."""
        self._fields.update(self._text)
        self._panel.focus()

    def show(self, row: Connection | GroupRow | DomainRow, look: Look) -> None:
        """Show the row as it is now."""
        self._fields.update(self._drawn(row, look))

    def _drawn(self, row: Connection | GroupRow | DomainRow, look: Look) -> Text:
        fields = fields_of(row, look)
        width = max(cell_width(field.name) for field in fields)
        text = Text(end="", overflow="fold")
        for field in fields:
            text.append(f"{field.name:<{width}}  ", style_of(Style.DIM))
            text.append(f"{visible(field.value)}\n")
        text.rstrip()
        return text
