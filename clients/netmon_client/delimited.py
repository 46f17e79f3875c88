"""CSV and TSV that a spreadsheet can open without running what a process calls itself.

Excel, LibreOffice and Google Sheets take a cell for a formula that begins with ``=``, ``+``, ``-`` or ``@``, also after
blanks, in their full-width forms, or after a tab or a carriage return (OWASP, "CSV Injection"). An apostrophe before it
makes it text. Where a comma is the sign of decimals they part cells at ``;``, so what stands after one begins a cell
too. Only texts are looked at: a number is written as the number that it is.
"""

import re
from collections.abc import Sequence
from typing import Final

from netmon_client.printable import visible

__all__ = ["Value", "comma_separated", "tab_separated"]

Value = str | int | float | bool | None

_FORMULA_STARTS: Final = re.compile("(^|;)(?=[ \u00a0]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n])")


def comma_separated(values: Sequence[Value]) -> str:
    """Give one CSV line (RFC 4180) without its line end."""
    return ",".join(_quoted(_plain(value), ',"') for value in values)


def tab_separated(values: Sequence[Value]) -> str:
    r"""Give one TSV line without its line end. No cell holds a tab: ``visible`` writes it as ``\x09``.

    A cell with a quotation mark is quoted as in CSV: a spreadsheet takes one at the start for the beginning of a quoted
    cell, whose text may be a formula, and which goes on over all cells and lines up to the next mark.
    """
    return "\t".join(_quoted(_plain(value), '"') for value in values)


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    # Before what is not printable is written as an escape: a tab or a line end is none after it.
    return visible(_FORMULA_STARTS.sub(r"\1'", value))


def _quoted(text: str, because_of: str) -> str:
    if any(character in text for character in because_of):
        return '"' + text.replace('"', '""') + '"'
    return text
