"""Tables of cells: which columns fit a width, how wide each becomes, and the lines that come of it.

Own code instead of rich: a table of 30 rows and 11 columns took rich 30 ms to draw and 50 ms to import (Python 3.11,
one of two shared cores), and netmon draws one each second; and names from outside meet no markup here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netmon_cli.render.held_widths import HeldWidths
from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.text import cell_width, cut_end, cut_middle
from netmon_client.printable import visible

__all__ = ["Cell", "Heading", "Layout", "Table", "draw", "fit", "line_pieces"]

_GAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text, as it came from outside, and what it means.

    ``brief`` is for tables that are too wide; ``lone`` for those where columns were left out, one of which says the
    same.
    """

    text: str
    style: Style = Style.PLAIN
    brief: str = ""
    lone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One column. ``minimum`` cells at least; None: never narrower than its content.

    Where a table is too wide, columns of the highest ``rank`` are left out first; rank 0 always stays.
    """

    title: str
    rank: int = 0
    right: bool = False
    minimum: int | None = None
    middle: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells under headings; ``sums`` is the last row, set apart by a rule."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: tuple[Cell, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which columns are drawn, how wide, and whether cells are brief. ``left_out``: titles that did not fit."""

    columns: tuple[tuple[int, int], ...]
    brief: bool = False
    left_out: tuple[str, ...] = ()


def fit(table: Table, width: int | None, held: HeldWidths | None = None, *, spare_rank: int | None = None) -> Layout:
    """Choose columns and their widths for ``width`` cells; None: as wide as the content.

    ``held``: what a moving table remembers, so that its columns do not jump from tick to tick. Columns of
    ``spare_rank`` and above are there only where all others have room for whole cells.
    """
    indexes = list(range(len(table.headings)))
    natural = _natural_widths(table, held, brief=False)
    if spare_rank is not None and width is not None:
        indexes = _without_spare(table.headings, natural, width, spare_rank)
    if width is None or _total(natural[index] for index in indexes) <= width:
        return Layout(columns=tuple((index, natural[index]) for index in indexes))
    full, natural = natural, _natural_widths(table, held, brief=True)
    least = [_least(heading, natural[index]) for index, heading in enumerate(table.headings)]
    left_out: list[str] = []
    while len(indexes) > 1 and _total(least[index] for index in indexes) > width:
        worst = max(indexes, key=lambda index: (table.headings[index].rank, index))
        indexes.remove(worst)
        left_out.append(table.headings[worst].title)
    if _total(full[index] for index in indexes) <= width:
        return Layout(columns=tuple((index, full[index]) for index in indexes), left_out=tuple(left_out))
    widths = _shared(natural, least, indexes, width)
    return Layout(columns=tuple(zip(indexes, widths, strict=True)), brief=True, left_out=tuple(left_out))


def draw(table: Table, layout: Layout, palette: Palette, *, headers: bool = True) -> list[str]:
    """Give the lines of ``table``: headings, rows, a rule and the sums. No line ends in blanks."""
    lines: list[str] = []
    if headers:
        titles = tuple(Cell(text=heading.title, style=Style.BOLD) for heading in table.headings)
        lines.append(_line(table.headings, titles, layout, palette))
    lines += [_line(table.headings, row, layout, palette) for row in table.rows]
    if table.sums is not None:
        rule = "─" * _total(width for _, width in layout.columns)
        lines += [palette.paint(rule, Style.DIM), _line(table.headings, table.sums, layout, palette)]
    return lines


def _text(cell: Cell, *, brief: bool, lone: bool = False) -> str:
    if lone and cell.lone:
        return visible(cell.lone)
    return visible(cell.brief if brief and cell.brief else cell.text)


def _without_spare(headings: Sequence[Heading], natural: Sequence[int], width: int, spare_rank: int) -> list[int]:
    """Give the columns that are left when those of no great need are taken away, one by one, until the rest fits."""
    indexes = list(range(len(headings)))
    spare = sorted((index for index in indexes if headings[index].rank >= spare_rank), key=lambda i: headings[i].rank)
    while spare and _total(natural[index] for index in indexes) > width:
        indexes.remove(spare.pop())
    return indexes


def _natural_widths(table: Table, held: HeldWidths | None, *, brief: bool) -> list[int]:
    rows = table.rows if table.sums is None else (*table.rows, table.sums)
    widths = [cell_width(heading.title) for heading in table.headings]
    for row in rows:
        for index, cell in enumerate(row):
            widths[index] = max(widths[index], cell_width(_text(cell, brief=brief)))
            if cell.lone:
                widths[index] = max(widths[index], cell_width(_text(cell, brief=brief, lone=True)))
    if held is None:
        return widths
    return [held.hold((heading.title, brief), width) for heading, width in zip(table.headings, widths, strict=True)]


def _least(heading: Heading, natural: int) -> int:
    return natural if heading.minimum is None else min(natural, heading.minimum)


def _total(widths: Iterable[int]) -> int:
    listed = list(widths)
    return sum(listed) + _GAP * (len(listed) - 1)


def _shared(natural: Sequence[int], least: Sequence[int], indexes: Sequence[int], width: int) -> list[int]:
    """Begin with what each column wants and take from the widest that can give, a cell at a time."""
    widths = [natural[index] for index in indexes]
    for _ in range(max(0, _total(widths) - width)):
        giving = [place for place, index in enumerate(indexes) if widths[place] > least[index]]
        if not giving:
            break
        widths[max(giving, key=lambda place: widths[place])] -= 1
    return widths


def line_pieces(headings: Sequence[Heading], cells: Sequence[Cell], layout: Layout) -> list[tuple[str, Style]]:
    """Give one line as pieces of text, blanks between and around the cells included."""
    pieces: list[tuple[str, Style]] = []
    for place, (index, width) in enumerate(layout.columns):
        heading, cell = headings[index], cells[index]
        text = _text(cell, brief=layout.brief, lone=bool(layout.left_out))
        text = cut_middle(text, width) if heading.middle else cut_end(text, width)
        blanks = " " * (width - cell_width(text))
        gap = " " * _GAP if place else ""
        before, after = (gap + blanks, "") if heading.right else (gap, blanks)
        pieces += [(before, Style.PLAIN), (text, cell.style), (after, Style.PLAIN)]
    return [piece for piece in pieces if piece[0]]


def _line(headings: Sequence[Heading], cells: Sequence[Cell], layout: Layout, palette: Palette) -> str:
    return "".join(palette.paint(text, style) for text, style in line_pieces(headings, cells, layout)).rstrip()
