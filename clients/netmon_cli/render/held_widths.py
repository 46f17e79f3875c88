"""Widths that a moving table keeps from one tick to the next, so that the eye finds a column where it was."""

from dataclasses import dataclass
from typing import Final

__all__ = ["HeldWidths"]

_PATIENCE: Final = 30
"""Ticks for which less must do before a column becomes narrower."""


@dataclass(slots=True, kw_only=True)
class _Column:
    held: int
    needed: int = 0
    ticks: int = 0


class HeldWidths:
    """Grows a column at once, and shrinks it only after `patience` ticks that needed less: to the most of those."""

    def __init__(self, patience: int = _PATIENCE) -> None:
        self._patience = patience
        self._columns: dict[tuple[str, bool], _Column] = {}

    def hold(self, column: tuple[str, bool], width: int) -> int:
        """Give the width in cells for a column (its title, and whether its cells are brief) that needs ``width``."""
        state = self._columns.setdefault(column, _Column(held=width))
        if width >= state.held:
            state.held, state.needed, state.ticks = width, 0, 0
            return width
        state.needed = max(state.needed, width)
        state.ticks += 1
        if state.ticks >= self._patience:
            state.held, state.needed, state.ticks = state.needed, 0, 0
        return state.held
