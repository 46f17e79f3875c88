"""The words of the SDK as cells of a terminal."""

from typing import Final

from netmon.model import ConnectionState
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell
from netmon_client.words import Colour, state_look

__all__ = ["state_cell"]

_STYLES: Final[dict[Colour, Style]] = {
    "green": Style.GREEN,
    "blue": Style.BLUE,
    "yellow": Style.YELLOW,
    "orange": Style.ORANGE,
    "red": Style.RED,
    "violet": Style.VIOLET,
    "grey": Style.GREY,
    "struck": Style.STRUCK,
}


def state_cell(state: ConnectionState) -> Cell:
    """Give the state with its glyph and colour, and a brief form."""
    look = state_look(state)
    return Cell(text=f"{look.glyph} {look.name}", style=_STYLES[look.colour], brief=f"{look.glyph} {look.brief}")
