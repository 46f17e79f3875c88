"""What ``explain`` does: finds the one connection that is meant, and tells what was tried for its owner."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from netmon.model import Connection, Explanation, Filter, OwnerAttempt
from netmon_cli.documents import document, line, pretty
from netmon_cli.failure import QueryProblem
from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.table import Cell, Heading, Table, draw, fit
from netmon_cli.render.text import wrapped
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client import Client, InvalidRequest, QueryError, parse_query
from netmon_client.explanations import FORGOTTEN, NO_SUCH_CONNECTION, nothing_tried, owner_sentence, seen_sentence
from netmon_client.printable import visible
from netmon_client.words import clock_time, counted, protocol_name, reason_words, state_look

__all__ = ["explain_connection", "explanation_lines", "query_of"]

_ID: Final = re.compile(r"c[0-9a-f]+")
_PID: Final = re.compile(r"\d+")
_ENDPOINT: Final = re.compile(r"\[?([0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*?)\]?:(\d+)")

_CLOSED_SECONDS: Final = 60.0
_MOST_ROWS: Final = 20

_CANDIDATES = (
    Heading(title="ID"),
    Heading(title="App", minimum=6),
    Heading(title="Proto", rank=1),
    Heading(title="Local", minimum=12, rank=2),
    Heading(title="Remote", minimum=12),
    Heading(title="State", rank=3),
)


def query_of(text: str) -> str:
    """Give the query that a pid, an endpoint or an address stands for; any other text is one itself."""
    if _PID.fullmatch(text):
        return f"pid:{text}"
    if _is_address(text):  # before endpoints: the end of 2001:db8::1 is no port
        return f'ip:"{text}"'
    endpoint = _ENDPOINT.fullmatch(text)
    return f'ip:"{endpoint[1]}" port:{endpoint[2]}' if endpoint else text


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def explain_connection(session: Session, text: str, shape: Shape) -> int:
    """Explain the connection that is meant; give the exit code."""
    with session.client() as client:
        explanation = _by_id(client, text) if _ID.fullmatch(text) else None
        if explanation is None:
            rows = list(client.connections(_filter(text), closed_within_seconds=_CLOSED_SECONDS))
            if len(rows) != 1:
                return _no_single_one(session, text, rows, shape)
            explanation = _by_id(client, rows[0].id)
    if explanation is None:
        session.say(f"netmon-cli: {FORGOTTEN}", Style.RED)
        return 1
    if shape.is_table:
        terminal = session.terminal()
        session.write(*explanation_lines(explanation, terminal.palette, terminal.width))
    else:
        from netmon_client.lines import as_object  # noqa: PLC0415 -- 10 ms that no table need pay

        fields = document("explanation", as_object(explanation))
        session.write(pretty(fields) if shape.format == "json" else line(fields))
    return 0


def explanation_lines(explanation: Explanation, palette: Palette, width: int | None = None) -> list[str]:
    """Give the connection, its owner or the reason why there is none, what was tried, and what would have helped."""
    row = explanation.connection
    lines = wrapped(_title(row), width, indent=2)
    lines[0] = palette.paint(lines[0], Style.BOLD)
    lines += wrapped(f"  {'owner':<8}{visible(owner_sentence(row))}", width, indent=10)
    lines += wrapped(f"  {'seen':<8}{visible(seen_sentence(row))}", width, indent=10)
    lines.append(palette.paint("Tried", Style.BOLD))
    ways = max((len(attempt.way) for attempt in explanation.attempts), default=0)
    for attempt in explanation.attempts:
        lines += _attempt_lines(attempt, ways, width)
    if not explanation.attempts:
        lines.append(f"  {nothing_tried(row)}")
    if explanation.advice:
        lines.append(palette.paint("What would help", Style.BOLD))
    for advice in explanation.advice:
        lines += wrapped(f"  {visible(advice.text)}", width, indent=2)
        if advice.command:
            lines.append(palette.paint(f"  → {visible(advice.command)}", Style.DIM))
    return lines


def _by_id(client: Client, connection_id: str) -> Explanation | None:
    try:
        return client.explain(connection_id)
    except InvalidRequest as error:
        if error.reason != NO_SUCH_CONNECTION:
            raise
        return None


def _filter(text: str) -> Filter:
    query = query_of(text)
    try:
        return parse_query(query)
    except QueryError as error:
        raise QueryProblem(query, error) from None


def _no_single_one(session: Session, text: str, rows: Sequence[Connection], shape: Shape) -> int:
    if not rows:
        session.say(f"netmon-cli: no connection fits {text}: none that is open, or ended within a minute.")
        session.advise(f"See which there are:  {session.command('connections --all')}")
        return 1
    session.say(f"netmon-cli: {counted(len(rows), 'connection')} fit {text}: name one by its id.")
    if not shape.is_table:
        ids = [row.id for row in rows]
        fields = document("candidates", {"connection_ids": ids})
        session.write(pretty(fields) if shape.format == "json" else line(fields))
        return 1
    terminal = session.terminal()
    table = Table(headings=_CANDIDATES, rows=tuple(_candidate(row) for row in rows[:_MOST_ROWS]))
    session.write(*draw(table, fit(table, terminal.width), terminal.palette))
    if len(rows) > _MOST_ROWS:
        session.say(f"and {len(rows) - _MOST_ROWS:,} more")
    return 1


def _candidate(row: Connection) -> tuple[Cell, ...]:
    look = state_look(row.state)
    return (
        Cell(text=row.id),
        Cell(text=row.facts.application_name or reason_words(row.facts.unattributed_reason)),
        Cell(text=protocol_name(row.facts.protocol, row.facts.ip_protocol)),
        Cell(text=str(row.local or "")),
        Cell(text=str(row.remote or "")),
        Cell(text=f"{look.glyph} {look.name}", brief=f"{look.glyph} {look.brief}"),
    )


def _title(row: Connection) -> str:
    ends = f"{row.local or '?'} ↔ {row.remote or 'anybody'}"
    look = state_look(row.state)
    return f"{row.id}  {protocol_name(row.facts.protocol, row.facts.ip_protocol)}  {visible(ends)}  {look.name}"


def _attempt_lines(attempt: OwnerAttempt, ways: int, width: int | None) -> list[str]:
    times = ""
    if attempt.count > 1:
        times = f" ({attempt.count:,} times, last at {clock_time(attempt.last_time)})"
    text = f"  {clock_time(attempt.first_time)}  {visible(attempt.way):<{ways}}  {visible(attempt.text)}{times}"
    return wrapped(text, width, indent=14 + ways)
