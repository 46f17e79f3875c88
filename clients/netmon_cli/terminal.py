"""What standard output is: a terminal or not, how wide, with which colours."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from netmon_cli.render.palette import Palette

__all__ = ["Terminal", "terminal_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """One output. ``width`` is None where lines may be as long as they want (no terminal); cells and lines otherwise.

    ``repaints``: the cursor can be moved, so that a live view can be drawn over itself.
    """

    is_tty: bool
    width: int | None
    height: int
    palette: Palette
    repaints: bool


def terminal_of(stream: TextIO, environment: Mapping[str, str], *, color: str = "auto") -> Terminal:
    """Look at ``stream``. ``color`` is ``auto``, ``always`` or ``never`` and stands above the environment.

    NO_COLOR (no-color.org), CLICOLOR_FORCE (bixense.com/clicolors) and ``TERM=dumb`` are honoured, in this order.
    """
    is_tty = stream.isatty()
    dumb = environment.get("TERM", "") == "dumb"
    width, height = _size(stream, environment) if is_tty else (None, 24)
    palette = Palette(
        colour=_coloured(environment, color, is_tty=is_tty, dumb=dumb),
        many="256" in environment.get("TERM", "") or bool(environment.get("COLORTERM")),
    )
    return Terminal(is_tty=is_tty, width=width, height=height, palette=palette, repaints=is_tty and not dumb)


def _coloured(environment: Mapping[str, str], color: str, *, is_tty: bool, dumb: bool) -> bool:
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return is_tty and not dumb


def _size(stream: TextIO, environment: Mapping[str, str]) -> tuple[int, int]:
    """Ask the terminal; COLUMNS and LINES stand above it, as everywhere."""
    try:
        size = os.get_terminal_size(stream.fileno())
        columns, lines = size.columns or 80, size.lines or 24
    except OSError:
        columns, lines = 80, 24
    return _number(environment.get("COLUMNS"), columns), _number(environment.get("LINES"), lines)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else otherwise
