"""Colours of the terminal, by meaning. Colour never carries anything alone: a glyph and a word stand beside it."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Palette", "Style"]


class Style(Enum):
    """What a piece of text means; the value is its SGR parameter (ECMA-48, 8.3.117), empty for plain text."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    STRUCK = "2;9"
    INVERSE = "1;7"
    GREEN = "32"
    BLUE = "94"
    YELLOW = "33"
    ORANGE = "38;5;208"
    RED = "31"
    VIOLET = "35"
    GREY = "90"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """How text is coloured on one output. ``many``: the terminal knows 256 colours."""

    colour: bool = False
    many: bool = False

    def paint(self, text: str, style: Style) -> str:
        """Give ``text`` in ``style``; unchanged where there is no colour."""
        if not self.colour or style is Style.PLAIN or not text:
            return text
        code = "33" if style is Style.ORANGE and not self.many else style.value
        return f"\x1b[{code}m{text}\x1b[0m"
