"""An export as the text of a download: the forms of `netmon_client.export_forms`, an item at a time."""

from collections.abc import Generator, Iterable, Sequence
from typing import Final

from netmon.model import ExportBatch, ExportHeader, ExportItem, UsageDimension
from netmon_client.export_forms import FormName, export_form

__all__ = ["FORMATS", "FormName", "export_text"]

FORMATS: Final[dict[FormName, str]] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
}
"""Name, which is the ending of the file too, and media type."""


def export_text(
    items: Iterable[ExportItem], name: FormName, dimensions: Sequence[UsageDimension]
) -> Generator[tuple[str, ExportItem]]:
    """Give the text of each item, with the item. No ``dimensions``: rows have all of them."""
    form = export_form(name, dimensions)
    for item in items:
        if isinstance(item, ExportHeader):
            lines = form.begin(item)
        elif isinstance(item, ExportBatch):
            lines = form.rows(item)
        else:
            lines = form.end(item)
        yield "".join(f"{text}\n" for text in lines), item
