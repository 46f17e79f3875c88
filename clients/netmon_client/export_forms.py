"""The forms of an export, line by line: nothing of it is kept, so that it may be as long as it wants.

What a program writes to a file and what a browser downloads is the same.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Literal

from netmon.model import BucketSize, ExportBatch, ExportEnd, ExportHeader, UsageDimension, UsageKey
from netmon_client.delimited import Value, comma_separated
from netmon_client.documents import document, line
from netmon_client.history_lines import as_history_object, usage_row_objects
from netmon_client.times import format_time

__all__ = ["CsvForm", "ExportForm", "FormName", "JsonForm", "JsonLinesForm", "export_form"]

FormName = Literal["csv", "json", "jsonl"]

_KEY_FIELDS: dict[UsageDimension, tuple[str, ...]] = {
    UsageDimension.USER: ("user",),
    UsageDimension.APPLICATION: ("application_id", "application_name"),
    UsageDimension.REMOTE_HOST: ("remote_host",),
    UsageDimension.DOMAIN: ("domain",),
    UsageDimension.PROTOCOL: ("protocol",),
    UsageDimension.SCOPE: ("scope",),
    UsageDimension.INTERFACE: ("interface",),
    UsageDimension.PROCESS: ("pid", "process_name", "process_start_time"),
}
_USUAL = tuple(dimension for dimension in _KEY_FIELDS if dimension is not UsageDimension.PROCESS)
_FOLDING = frozenset(
    {UsageDimension.APPLICATION, UsageDimension.REMOTE_HOST, UsageDimension.DOMAIN, UsageDimension.PROCESS}
)
"""Those of which many small ones are one row, whose name is as empty as that of what has none."""
_MOST_KEYS = 10_000
_SUMS = ("sent_bytes", "received_bytes", "packet_count", "connection_count")


class CsvForm:
    """RFC 4180 with headings; times RFC 3339, integers raw, cells that would be formulas with an apostrophe."""

    def __init__(self, dimensions: Sequence[UsageDimension]) -> None:
        self._fields = [name for each in dimensions or _USUAL for name in _KEY_FIELDS[each]]
        self._has_all = not dimensions
        if self._has_all or not _FOLDING.isdisjoint(dimensions):
            self._fields.append("is_folded")
        # Keys come again in each bucket: writing one takes 13 us, finding it 0.3.
        self._written: dict[UsageKey, str] = {}

    def begin(self, header: ExportHeader) -> Iterator[str]:
        """Give the headings; of seconds the process too."""
        if self._has_all and header.bucket is BucketSize.SECOND:
            self._fields += _KEY_FIELDS[UsageDimension.PROCESS]
        yield comma_separated(("start_time", *self._fields, *_SUMS))

    def rows(self, batch: ExportBatch) -> Iterator[str]:
        """Give a line for each row."""
        for row in batch.rows:
            yield f"{format_time(row.start_time)},{self._key(row.key)},{comma_separated(row.sums)}"

    def end(self, end: ExportEnd) -> Iterator[str]:  # noqa: ARG002 -- as above
        """Give nothing more."""
        return iter(())

    def _key(self, key: UsageKey) -> str:
        known = self._written.get(key)
        if known is None:
            if len(self._written) >= _MOST_KEYS:
                self._written.clear()
            known = self._written[key] = comma_separated([_cell(key, name) for name in self._fields])
        return known


class JsonLinesForm:
    """An envelope a line: ``export``, a ``usage`` for each row, ``end`` with their number."""

    def begin(self, header: ExportHeader) -> Iterator[str]:
        """Give the range and what is missing in it."""
        yield line(document("export", as_history_object(header)))

    def rows(self, batch: ExportBatch) -> Iterator[str]:
        """Give a line for each row."""
        for fields in usage_row_objects(batch.rows):
            yield line(document("usage", fields))

    def end(self, end: ExportEnd) -> Iterator[str]:
        """Tell that nothing is missing at the end."""
        yield line(document("end", as_history_object(end)))


class JsonForm:
    """One document: that of the export, with ``rows``, a row a line, and their number after them."""

    def __init__(self) -> None:
        self._is_first = True

    def begin(self, header: ExportHeader) -> Iterator[str]:
        """Open the document."""
        yield line(document("export", as_history_object(header))).removesuffix("}") + ',"rows":['

    def rows(self, batch: ExportBatch) -> Iterator[str]:
        """Give a line for each row, with the comma that parts it from the one before."""
        for fields in usage_row_objects(batch.rows):
            yield ("" if self._is_first else ",") + line(fields)
            self._is_first = False

    def end(self, end: ExportEnd) -> Iterator[str]:
        """Close the document."""
        yield f'],"row_count":{json.dumps(end.row_count)}}}'


ExportForm = CsvForm | JsonForm | JsonLinesForm


def export_form(name: FormName, dimensions: Sequence[UsageDimension]) -> ExportForm:
    """Give the form of that name; no ``dimensions``: rows have all of them."""
    if name == "csv":
        return CsvForm(dimensions)
    return JsonForm() if name == "json" else JsonLinesForm()


def _cell(key: UsageKey, name: str) -> Value:
    if name == "protocol":
        return key.protocol.name.lower() if key.protocol else ""
    if name == "scope":
        return key.scope.name.lower() if key.scope else ""
    if name == "process_start_time":
        return "" if key.process_start_time is None else format_time(key.process_start_time)
    value: Value = getattr(key, name)
    return value
