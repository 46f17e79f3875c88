"""Cells of the renderers as segments and text of textual. Names from outside are text here, never markup."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from rich.segment import Segment
from rich.style import Style as Look
from rich.text import Text

from netmon_cli.notes import fitting
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell

__all__ = ["BACKGROUND", "cells_text", "keys_text", "segments", "style_of"]

BACKGROUND: Final = "#121418"

_STYLES: Final[dict[Style, Look]] = {
    Style.PLAIN: Look(),
    Style.BOLD: Look(bold=True),
    Style.DIM: Look(color="#8b93a1"),
    Style.STRUCK: Look(color="#8b93a1", strike=True),
    Style.INVERSE: Look(color=BACKGROUND, bgcolor="#e6c07b", bold=True),
    Style.GREEN: Look(color="#7fd88f"),
    Style.BLUE: Look(color="#6cb6ff"),
    Style.YELLOW: Look(color="#e6c07b"),
    Style.ORANGE: Look(color="#ff9e64"),
    Style.RED: Look(color="#f07178"),
    Style.VIOLET: Look(color="#c792ea"),
    Style.GREY: Look(color="#8b93a1"),
}


def style_of(style: Style) -> Look:
    """Give what rich draws for a meaning."""
    return _STYLES[style]


def segments(pieces: Sequence[tuple[str, Style]], base: Look, over: Look | None = None) -> list[Segment]:
    """Give the segments of a line over ``base``, neighbours of one look as one; ``over`` stands above each style."""
    merged: list[Segment] = []
    text, look = "", base
    for part, style in pieces:
        this = _combined(style, base, over)
        if this is not look and text:
            merged.append(Segment(text, look))
            text = ""
        text += part
        look = this
    return [*merged, Segment(text, look)] if text else merged


@cache
def _combined(style: Style, base: Look, over: Look | None) -> Look:
    """Put looks over each other once: rich takes 10 µs for it, and a table has a thousand pieces."""
    look = base + _STYLES[style]
    return look if over is None else look + over


def cells_text(cells: Sequence[Cell], width: int) -> Text:
    """Put cells side by side, as many as fit ``width``."""
    line = Text(no_wrap=True, end="")
    for text, style in fitting(cells, width):
        line.append(text, _STYLES[style])
    return line


def keys_text(keys: Sequence[tuple[str, str]], width: int) -> Text:
    """Put keys and what they do side by side, as many as fit ``width``."""
    line = Text(no_wrap=True, end="")
    for key, words in keys:
        if line.cell_len + len(key) + len(words) + 3 > width + 2:
            break
        line.append(key, _STYLES[Style.YELLOW])
        line.append(f" {words}  ")
    line.rstrip()
    return line
