"""An event as a line for people."""

from collections.abc import Sequence

from netmon.model import (
    Connection,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    ConnectionReattributed,
    Direction,
    Event,
    Gap,
    InterfaceChanged,
    MonitoringChanged,
    StatisticsCleared,
)
from netmon_cli.columns.column import Look
from netmon_cli.columns.connections import application_name, endpoint_text
from netmon_cli.columns.traffic import received, sent
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_cli.stream.words import gap_sentence
from netmon_client.units import format_age
from netmon_client.words import brief_application, brief_reason, clock_time, protocol_name, reason_words

__all__ = ["connection_of", "event_cells", "event_word"]

_WORDS: dict[type, tuple[str, Style]] = {
    ConnectionOpened: ("opened", Style.GREEN),
    ConnectionClosed: ("closed", Style.GREY),
    ConnectionNamed: ("named", Style.BLUE),
    ConnectionReattributed: ("owner", Style.YELLOW),
    Gap: ("gap", Style.RED),
    MonitoringChanged: ("monitoring", Style.YELLOW),
    StatisticsCleared: ("cleared", Style.YELLOW),
    InterfaceChanged: ("interface", Style.BLUE),
}

_ARROWS = {Direction.OUTBOUND: "→", Direction.INBOUND: "←"}


def event_word(event: Event) -> str:
    """Give the kind of an event in one word."""
    return _WORDS[type(event.kind)][0]


def connection_of(event: Event) -> Connection | None:
    """Give the connection that an event is about."""
    kind = event.kind
    if isinstance(kind, ConnectionOpened | ConnectionClosed | ConnectionNamed | ConnectionReattributed):
        return kind.connection
    return None


def event_cells(event: Event, look: Look) -> Sequence[Cell]:
    """Give time, kind and what there is to say; in brief so that the sums of what ended are there on 80 columns too."""
    word, style = _WORDS[type(event.kind)]
    return (
        Cell(text=clock_time(event.time), style=Style.DIM),
        Cell(text=f"{word:<10}", style=style),
        Cell(text=_about(event, look), brief=_about(event, look, is_brief=True)),
    )


def _about(event: Event, look: Look, *, is_brief: bool = False) -> str:
    match event.kind:
        case ConnectionOpened(connection=row):
            return _who_and_where(row, look, is_brief=is_brief)
        case ConnectionNamed(connection=row):
            return f"{_who_and_where(row, look, is_brief=is_brief)}  {row.facts.domain}"
        case ConnectionReattributed(connection=row):
            return f"{_who_and_where(row, look, is_brief=is_brief)}  found late"
        case ConnectionClosed(connection=row):
            age = format_age((row.end_time or event.time) - row.facts.start_time)
            sums = f"↓ {look.size(received(row.traffic))} ↑ {look.size(sent(row.traffic))}"
            return f"{_who_and_where(row, look, is_brief=is_brief)}  {sums}" + ("" if is_brief else f" in {age}")
        case Gap() as gap:
            return gap_sentence(gap)
        case MonitoringChanged(state=state):
            return state.name.lower()
        case StatisticsCleared(statistics_epoch=epoch):
            return f"sums count from {clock_time(epoch)} on"
        case InterfaceChanged(name=name, change=change):
            return f"{name} {change.name.lower()}"


def _who_and_where(row: Connection, look: Look, *, is_brief: bool) -> str:
    facts = row.facts
    name = application_name(row)
    if is_brief:
        name = brief_application(name) or name or f"({brief_reason(facts.unattributed_reason)})"
    name = name or f"({reason_words(facts.unattributed_reason)})"
    pid = f"[{row.process.pid}]" if row.process else ""
    near = endpoint_text(row, row.local, look) if row.remote is None else ""
    arrow = _ARROWS.get(facts.direction, "↔") if row.remote is not None else "on"
    far = near or endpoint_text(row, row.remote, look)
    protocol = "" if is_brief else f"  {protocol_name(facts.protocol, facts.ip_protocol)}"
    return f"{name}{pid}{protocol} {arrow} {far}"
