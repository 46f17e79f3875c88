import csv
import io
import json

import pytest

from netmon.model import (
    BucketSize,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportItem,
    Protocol,
    UsageDimension,
    UsageKey,
    UsageRow,
    UsageSums,
)
from netmon_cli.actions.export import written
from netmon_client.export_forms import export_form
from netmon_dashboard.config.export_text import FormName, export_text

NAMES = ("firefox", "=cmd()", " @x", 'a "b", c', "line\nbreak")


def items(*batches: int) -> list[ExportItem]:
    rows = [
        UsageRow(60.0 * number, UsageKey(application_name=name, protocol=Protocol.TCP), UsageSums(1, 2, 3, 4))
        for number, name in enumerate(NAMES)
    ]
    header = ExportHeader(since_time=0.0, until_time=600.0, bucket=BucketSize.MINUTE, estimated_row_count=5)
    parts = [ExportBatch(rows=tuple(rows[at : at + 2]), done_until_time=300.0) for at in batches]
    return [header, *parts, ExportEnd(row_count=2 * len(batches))]


def text(name: FormName, *batches: int, dimensions: tuple[UsageDimension, ...] = ()) -> str:
    return "".join(piece for piece, _ in export_text(items(*batches), name, dimensions))


def test_a_csv_has_one_line_a_row_and_no_formulas() -> None:
    read = list(csv.reader(text("csv", 0, 2, 4, dimensions=(UsageDimension.APPLICATION,)).splitlines()))
    assert read[0][:3] == ["start_time", "application_id", "application_name"]
    assert [row[2] for row in read[1:]] == ["firefox", "'=cmd()", "' @x", 'a "b", c', "line\\x0abreak"]
    assert read[1][0] == "1970-01-01T00:00:00Z"
    assert read[1][-4:] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("batches", [(), (0,), (0, 2, 4)])
def test_json_is_one_document(batches: tuple[int, ...]) -> None:
    read = json.loads(text("json", *batches))
    assert read["type"] == "export"
    assert [row["key"]["application_name"] for row in read["rows"]] == list(NAMES[: 2 * len(batches)])
    assert read["row_count"] == 2 * len(batches)


def test_json_lines_have_an_envelope_each_and_an_end() -> None:
    read = [json.loads(line) for line in text("jsonl", 0).splitlines()]
    assert [one["type"] for one in read] == ["export", "usage", "usage", "end"]
    assert {one["schema"] for one in read} == {"netmon.v1"}


def test_each_piece_comes_with_its_item_before_the_next_is_asked_for() -> None:
    pieces = export_text(iter(items(0, 2)), "csv", ())
    assert isinstance(next(pieces)[1], ExportHeader)
    assert isinstance(next(pieces)[1], ExportBatch)


@pytest.mark.parametrize("name", ["csv", "json", "jsonl"])
def test_a_download_is_what_the_command_writes_to_a_file(name: FormName) -> None:
    file = io.BytesIO()
    written(items(0, 2), export_form(name, ()), file, lambda _share, _rows, _bytes: None)
    assert text(name, 0, 2).encode() == file.getvalue()
