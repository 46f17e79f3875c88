"""The lines of text around the table: how it stands, what the table shows, which keys there are."""

from typing import Final

from netmon.model import Snapshot
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_cli.top.choices import Choices, Subject, subject_after
from netmon_cli.top.rows import Listing
from netmon_cli.top.sort_menu import sort_words
from netmon_client.units import format_count
from netmon_client.words import clock_time, counted, percent

__all__ = ["KEYS", "caption_cells", "keys_of", "refresh_words", "status_cells"]

KEYS: Final = (
    ("q", "Quit"),
    ("/", "Filter"),
    ("s", "Sort"),
    ("a", "Apps"),
    ("p", "Pause"),
    ("d", "Details"),
    ("!", "Hide"),
    ("?", "Help"),
    ("l", "Listening"),
    ("c", "Ended"),
    ("n", "Since now"),
    ("u", "Units"),
    ("y", "Copy"),
    ("+-", "Rate"),
)

_UNITS: Final = {"si": "kB/s", "bit": "kbit/s", "iec": "KiB/s"}


def status_cells(chip: Cell, snapshot: Snapshot | None, *, is_demo: bool, note: str, refresh: str) -> list[Cell]:
    """Give the first line. ``note``: what the last key came to; ``refresh``: the interval, where it is unusual."""
    cells = [chip]
    if is_demo:
        cells.insert(0, Cell(text=" DEMO ", style=Style.INVERSE))
    if note:
        cells.append(Cell(text=note, style=Style.YELLOW))
    if snapshot is None:
        return cells
    lost = snapshot.drops.interval_dropped_packets
    if lost:
        cells.append(Cell(text=f"! {counted(lost, 'packet')} lost: sums are lower bounds", style=Style.RED))
    if is_without_packets(snapshot.degraded):
        cells.append(Cell(text="! no packets are captured: traffic is not counted (? tells)", style=Style.YELLOW))
    elif snapshot.degraded:
        cells.append(Cell(text="! degraded (? tells)", style=Style.YELLOW))
    if snapshot.is_partial:
        cells.append(Cell(text="other users as one sum: group netmon sees them", style=Style.YELLOW))
    cells.append(Cell(text=clock_time(snapshot.time), style=Style.DIM))
    if refresh:
        cells.append(Cell(text=refresh, style=Style.DIM))
    if snapshot.attributed_share is not None:
        cells.append(Cell(text=f"{percent(snapshot.attributed_share)} with an owner", style=Style.DIM))
    return cells


_NOUNS: dict[Subject, str] = {"connections": "connection", "apps": "application", "domains": "domain"}


def caption_cells(listing: Listing, snapshot: Snapshot, choices: Choices, *, is_held: bool) -> list[Cell]:
    """Give the line above the table: how many of how many, in which order, under which filter."""
    noun = _NOUNS[choices.subject]
    of_all = f"{format_count(listing.count)} of {counted(listing.of_count, noun)}"
    shown = counted(listing.count, noun) if listing.count == listing.of_count else of_all
    cells = [
        Cell(text=shown, style=Style.BOLD),
        Cell(text=sort_words(choices.sort) + (" (held)" if is_held else ""), style=Style.DIM),
    ]
    if choices.filter.terms:
        cells.append(Cell(text=choices.filter_text, style=Style.YELLOW))
    if choices.since is not None:
        cells.append(Cell(text=f"Σ since {clock_time(choices.since)}", style=Style.BLUE))
    if choices.listening:
        cells.append(Cell(text="with listening", style=Style.DIM))
    if choices.ended:
        cells.append(Cell(text="with ended", style=Style.DIM))
    if snapshot.omitted.connection_count:
        cells.append(Cell(text=f"{format_count(snapshot.omitted.connection_count)} more left out", style=Style.YELLOW))
    if choices.units != "si":
        cells.append(Cell(text=_UNITS[choices.units], style=Style.DIM))
    return cells


def keys_of(subject: Subject) -> list[tuple[str, str]]:
    """Give the keys and their words for the last line; what does not fit there stands in the help."""
    words = {"a": subject_after(subject).capitalize()}
    return [(key, words.get(key, text)) for key, text in KEYS]


def refresh_words(interval_seconds: float) -> str:
    """Say how often the view is drawn anew; nothing where that is once a second."""
    return "" if interval_seconds == 1.0 else f"each {interval_seconds:g} s"
