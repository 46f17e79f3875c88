"""An export as text: CSV, JSON or JSON lines, the forms of ``netmon-cli export``, a piece at a time.

Nothing is kept of what was given, so that a million rows need no more memory than a batch.
"""

import csv
import io
import json
from collections.abc import Generator, Iterable, Sequence
from typing import Final, Literal

from netmon.model import ExportBatch, ExportEnd, ExportHeader, ExportItem, UsageDimension, UsageKey, UsageRow
from netmon_client.history_lines import as_history_object, usage_row_objects
from netmon_client.lines import SCHEMA
from netmon_client.times import format_time

__all__ = ["FORMATS", "FormatName", "export_text"]

FormatName = Literal["csv", "json", "jsonl"]

FORMATS: Final[dict[FormatName, str]] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
}
"""Name, which is the ending of the file too, and media type."""

_FIELDS: Final = {
    UsageDimension.USER: ("user",),
    UsageDimension.APPLICATION: ("application_id", "application_name"),
    UsageDimension.REMOTE_HOST: ("remote_host",),
    UsageDimension.DOMAIN: ("domain",),
    UsageDimension.PROTOCOL: ("protocol",),
    UsageDimension.SCOPE: ("scope",),
    UsageDimension.INTERFACE: ("interface",),
}
_SUMS: Final = ("sent_bytes", "received_bytes", "packet_count", "connection_count")
# What spreadsheets take for a formula, also after white space (OWASP, "CSV Injection").
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def export_text(
    items: Iterable[ExportItem], name: FormatName, dimensions: Sequence[UsageDimension]
) -> Generator[tuple[str, ExportItem]]:
    """Give the text of each item, with the item. No ``dimensions``: rows have all of them."""
    if name == "csv":
        yield from _comma_separated(items, dimensions)
    elif name == "json":
        yield from _document(items)
    else:
        yield from _lines(items)


def _comma_separated(
    items: Iterable[ExportItem], dimensions: Sequence[UsageDimension]
) -> Generator[tuple[str, ExportItem]]:
    fields = [name for each in dimensions or _FIELDS for name in _FIELDS[each]]
    if not dimensions:
        fields.append("is_folded")
    for item in items:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)  # RFC 4180: CRLF, quotes where needed
        if isinstance(item, ExportHeader):
            writer.writerow(("start_time", *fields, *_SUMS))
        elif isinstance(item, ExportBatch):
            writer.writerows(_cells(row, fields) for row in item.rows)
        yield buffer.getvalue(), item


def _cells(row: UsageRow, fields: Sequence[str]) -> tuple[object, ...]:
    return (format_time(row.start_time), *(_cell(row.key, name) for name in fields), *row.sums)


def _cell(key: UsageKey, name: str) -> object:
    if name == "protocol":
        return key.protocol.name.lower() if key.protocol else ""
    if name == "scope":
        return key.scope.name.lower() if key.scope else ""
    if name == "is_folded":
        return "true" if key.is_folded else "false"
    text: str = getattr(key, name)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def _lines(items: Iterable[ExportItem]) -> Generator[tuple[str, ExportItem]]:
    for item in items:
        if isinstance(item, ExportHeader):
            yield _line(_enveloped("export", as_history_object(item))), item
        elif isinstance(item, ExportBatch):
            yield "".join(_line(_enveloped("usage", fields)) for fields in usage_row_objects(item.rows)), item
        else:
            yield _line(_enveloped("end", as_history_object(item))), item


def _document(items: Iterable[ExportItem]) -> Generator[tuple[str, ExportItem]]:
    between = "\n"
    following = ",\n"
    for item in items:
        if isinstance(item, ExportHeader):
            head = _line(_enveloped("export", as_history_object(item))).rstrip().removesuffix("}")
            yield f'{head},"rows":[', item
        elif isinstance(item, ExportEnd):
            yield f'\n],"row_count":{item.row_count}}}\n', item
        else:
            rows = [_line(fields).rstrip() for fields in usage_row_objects(item.rows)]
            yield (between + following.join(rows) if rows else ""), item
            between = following if rows else between


def _enveloped(kind: str, fields: dict[str, object]) -> dict[str, object]:
    return {"schema": SCHEMA, "type": kind, **{name: value for name, value in fields.items() if name != "type"}}


def _line(value: dict[str, object]) -> str:
    # ASCII alone: no sign in a name can steer a terminal that shows the file.
    return json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n"
