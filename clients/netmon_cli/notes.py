"""Lines of prose beside the figures: what has no owner, what was left out, what was lost."""

from collections.abc import Sequence

from netmon.model import MonitoringState, PacketSource, Scope, Snapshot, Traffic
from netmon_cli.columns.column import Look
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.columns.traffic import received, sent
from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.table import Cell
from netmon_cli.render.text import cell_width, cut_end
from netmon_client.printable import visible
from netmon_client.words import clock_time, counted, percent, reason_words

__all__ = ["fitting", "headline", "joined", "partial_note", "snapshot_notes"]

_BETWEEN = "  "


def headline(snapshot: Snapshot, look: Look) -> list[Cell]:
    """Give the one line on a moment: time, speed, counts, share with an owner."""
    traffic = snapshot.headline
    cells = [
        Cell(text=clock_time(snapshot.time), style=Style.DIM),
        Cell(text=f"↓ {look.rate(traffic.received_bytes_per_second)}", style=Style.BOLD),
        Cell(text=f"↑ {look.rate(traffic.sent_bytes_per_second)}", style=Style.BOLD),
        Cell(text=counted(snapshot.active_connection_count, "connection")),
    ]
    if snapshot.packet_source is PacketSource.RECORDING:
        cells.insert(0, Cell(text=" DEMO ", style=Style.INVERSE))
    if snapshot.monitoring_state is MonitoringState.STOPPED:
        cells.insert(0, Cell(text="Stopped", style=Style.GREY))
    if snapshot.attributed_share is not None:
        cells.append(Cell(text=f"{percent(snapshot.attributed_share)} with an owner", style=Style.DIM))
    loopback = sum(_rate(part.traffic) for part in snapshot.scopes if part.scope is Scope.LOOPBACK)
    if loopback:
        cells.append(Cell(text=f"loopback {look.rate(loopback)}", style=Style.DIM))
    return cells


def joined(cells: Sequence[Cell], width: int | None, palette: Palette, *, cut_last: bool = False) -> str:
    """Put cells side by side as `fitting` does, and paint them."""
    return "".join(palette.paint(text, style) for text, style in fitting(cells, width, cut_last=cut_last))


def fitting(cells: Sequence[Cell], width: int | None, *, cut_last: bool = False) -> list[tuple[str, Style]]:
    """Give as many cells as fit ``width`` side by side, with the blanks between them.

    What does not fit is left out from the end on; the first cell, and with ``cut_last`` the last, is said in brief
    where it can be, or cut.
    """
    pieces: list[tuple[str, Style]] = []
    left = width
    for index, cell in enumerate(cells):
        text = visible(cell.text)
        gap = len(_BETWEEN) if pieces else 0
        if left is not None:
            if not pieces or (cut_last and index == len(cells) - 1):
                is_long = cell_width(text) > left - gap
                text = cut_end(visible(cell.brief) if is_long and cell.brief else text, left - gap)
            elif cell_width(text) + gap > left:
                break
            left -= cell_width(text) + gap
        if pieces:
            pieces.append((_BETWEEN, Style.PLAIN))
        pieces.append((text, cell.style))
    return pieces


def partial_note(snapshot: Snapshot, look: Look) -> list[Cell]:
    """Say what is one sum for this caller, and how to see it; nothing for who sees everything."""
    others = snapshot.other_users
    if others is None:
        return []
    what = f"{counted(others.connection_count, 'connection')}, {look.size(_size(others.traffic))}"
    text = f"Other users: {what} as one sum; in group netmon you would see them (netmon-cli doctor)"
    return [Cell(text=text, style=Style.YELLOW)]


def snapshot_notes(snapshot: Snapshot, look: Look) -> list[Cell]:
    """Say what the rows do not: other users, lost packets, bytes without an owner by reason, rows left out."""
    notes = partial_note(snapshot, look)
    if is_without_packets(snapshot.degraded):
        text = "No packets are captured (--no-capture): payload of TCP sockets is shown, as the kernel counts it"
        notes.append(Cell(text=text, style=Style.YELLOW))
    if snapshot.drops.interval_dropped_packets:
        lost = snapshot.drops.interval_dropped_packets
        notes.append(
            Cell(text=f"! {counted(lost, 'packet')} lost in this interval: sums are lower bounds", style=Style.RED)
        )
    parts = [part for part in snapshot.unattributed if _size(part.traffic)]
    if parts:
        parts.sort(key=lambda part: -_size(part.traffic))
        total = sum(_size(part.traffic) for part in parts)
        reasons = ", ".join(f"{look.size(_size(part.traffic))} {reason_words(part.reason)}" for part in parts)
        if len(parts) == 1:
            reasons = reason_words(parts[0].reason)
        notes.append(Cell(text=f"No owner: {look.size(total)} ({reasons})", style=Style.DIM))
    if snapshot.omitted.connection_count:
        count = snapshot.omitted.connection_count
        size = look.size(_size(snapshot.omitted.traffic))
        text = f"Left out by filter or row limit: {counted(count, 'connection')}, {size}"
        notes.append(Cell(text=text, style=Style.DIM))
    return notes


def _rate(traffic: Traffic) -> float:
    """Give the busier direction: on loopback each packet counts as sent and as received."""
    return max(traffic.sent_bytes_per_second, traffic.received_bytes_per_second)


def _size(traffic: Traffic) -> int:
    return sent(traffic) + received(traffic)
