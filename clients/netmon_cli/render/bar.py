"""Bars of text: eighths of a cell, as block elements have them."""

from typing import Final

__all__ = ["bar", "hatched"]

_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def bar(share: float, cells: int) -> str:
    """Give a bar for a share of 1; what is not nothing shows at least an eighth of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * cells * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")


def hatched(cells: int) -> str:
    """Give what stands in a bar's place where nothing is known: no zero."""
    return "░" * cells
