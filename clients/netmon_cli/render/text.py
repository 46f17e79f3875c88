"""Printable text as a terminal shows it: measured in cells, cut in the middle, broken between words."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["advice_lines", "cell_width", "cut_end", "cut_middle", "screen_extent", "screen_lines", "wrapped"]

ELLIPSIS = "…"

_NOTE = "   ("
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_WORDS = re.compile(r" *[^ ]+ *")


def cell_width(text: str) -> int:
    """Count the terminal cells of printable text: wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def screen_extent(line: str, width: int) -> tuple[int, int]:
    """Count the lines of a screen that a painted line takes, and the cells that it fills of the last of them.

    One that is wider than the screen goes on in the next line; so does a wide character that finds one cell left.
    """
    text = _COLOUR.sub("", line)
    if text.isascii():
        full = max(0, len(text) - 1) // width
        return full + 1, len(text) - full * width
    lines, used = 1, 0
    for character in text:
        cells = _character_width(character)
        if used + cells > width:
            lines, used = lines + 1, 0
        used += cells
    return lines, used


def screen_lines(lines: Iterable[str], width: int | None) -> int:
    """Count the lines of a screen that painted lines take."""
    return sum(1 if width is None else screen_extent(line, width)[0] for line in lines)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(text: str, width: int | None, indent: int = 0) -> list[str]:
    """Break printable ``text`` between words into lines of ``width`` cells; all but the first begin with blanks.

    Blanks within a line stay as they are; a word that is wider than a line has one of its own, and is not torn.
    """
    if width is None or cell_width(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in _WORDS.findall(text):
        if line.strip() and cell_width(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = " " * indent + word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()]


def advice_lines(text: str, width: int | None) -> list[str]:
    """Break printable advice only before a bracket at its end: what stands before it, and in it, is to be typed."""
    command, bracket, note = text.rpartition(_NOTE)
    if width is None or cell_width(text) <= width or not command:
        return [text]
    return [command, f"{bracket}{note}"]


def cut_end(text: str, width: int) -> str:
    """Shorten ``text`` to ``width`` cells, with an ellipsis at its end where something is missing."""
    if cell_width(text) <= width:
        return text
    return _head(text, width - 1) + ELLIPSIS if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """Shorten ``text`` to ``width`` cells, with an ellipsis in its middle: both ends of a name tell something."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    tail = (width - 1) // 2
    return _head(text, width - 1 - tail) + ELLIPSIS + _tail(text, tail)


def _head(text: str, width: int) -> str:
    if text.isascii():
        return text[:width]
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > width:
            return text[:index]
    return text


def _tail(text: str, width: int) -> str:
    if text.isascii():
        return text[len(text) - width :]
    used = 0
    for index in range(len(text) - 1, -1, -1):
        used += _character_width(text[index])
        if used > width:
            return text[index + 1 :]
    return text
