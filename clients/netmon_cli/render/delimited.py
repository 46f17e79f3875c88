"""CSV and TSV that a spreadsheet can open without running what a process calls itself."""

from collections.abc import Sequence

from netmon_cli.render.text import visible

__all__ = ["Value", "comma_separated", "tab_separated"]

Value = str | int | float | bool | None

# A cell that begins with one of these is a formula to spreadsheets (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def comma_separated(values: Sequence[Value]) -> str:
    """Give one CSV line (RFC 4180) without its line end."""
    return ",".join(_quoted(_plain(value)) for value in values)


def tab_separated(values: Sequence[Value]) -> str:
    r"""Give one TSV line without its line end. No cell holds a tab: ``visible`` writes it as ``\x09``."""
    return "\t".join(_plain(value) for value in values)


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = visible(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _quoted(text: str) -> str:
    if any(character in text for character in ',"'):
        return '"' + text.replace('"', '""') + '"'
    return text
