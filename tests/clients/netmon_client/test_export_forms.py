import csv
import io
import json
from dataclasses import replace

import pytest

from netmon.model import (
    BucketSize,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    Protocol,
    Scope,
    UsageDimension,
    UsageKey,
    UsageRow,
    UsageSums,
)
from netmon_client.export_forms import ExportForm, export_form
from netmon_client.history_lines import usage_row_objects

HEADER = ExportHeader(since_time=0.0, until_time=7200.0, bucket=BucketSize.HOUR)
KEY = UsageKey(application_id="exe:x", application_name="=SUM(A1)", protocol=Protocol.TCP, scope=Scope.LAN)
ROWS = (UsageRow(0.0, KEY, UsageSums(1, 2, 3, 4)), UsageRow(3600.0, UsageKey(domain='a,"b'), UsageSums()))


def lines_of(form: ExportForm) -> list[str]:
    parts = [form.begin(HEADER)]
    parts += [form.rows(ExportBatch(rows=(row,), done_until_time=row.start_time)) for row in ROWS]
    return [text for part in (*parts, form.end(ExportEnd(row_count=2))) for text in part]


def test_csv_is_read_back_by_any_reader() -> None:
    first, second = list(csv.DictReader(io.StringIO("\n".join(lines_of(export_form("csv", ()))))))
    assert (first["start_time"], first["protocol"], first["sent_bytes"]) == ("1970-01-01T00:00:00Z", "tcp", "1")
    assert (second["domain"], second["protocol"], second["is_folded"]) == ('a,"b', "", "false")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula_to_a_spreadsheet(start: str) -> None:
    row = UsageRow(0.0, UsageKey(application_name=f"{start}cmd|' /C calc'!A0"), UsageSums())
    (text,) = export_form("csv", ()).rows(ExportBatch(rows=(row,), done_until_time=0.0))
    (cells,) = csv.reader([text])
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert "cmd|" in text


@pytest.mark.parametrize(
    ("dimensions", "columns"),
    [
        ((UsageDimension.DOMAIN, UsageDimension.APPLICATION), "domain,application_id,application_name,is_folded"),
        ((UsageDimension.REMOTE_HOST,), "remote_host,is_folded"),
        ((UsageDimension.PROCESS,), "pid,process_name,process_start_time,is_folded"),
        ((UsageDimension.USER, UsageDimension.PROTOCOL), "user,protocol"),
    ],
)
def test_csv_of_some_dimensions_has_their_columns_alone(dimensions: tuple[UsageDimension, ...], columns: str) -> None:
    heading = lines_of(export_form("csv", dimensions))[0]
    assert heading == f"start_time,{columns},sent_bytes,received_bytes,packet_count,connection_count"


def test_csv_tells_what_has_no_domain_from_what_is_many_small_ones() -> None:
    form = export_form("csv", (UsageDimension.DOMAIN,))
    (heading,) = form.begin(HEADER)
    rows = tuple(UsageRow(0.0, UsageKey(is_folded=is_folded), UsageSums()) for is_folded in (False, True))
    cells = csv.DictReader([heading, *form.rows(ExportBatch(rows=rows, done_until_time=0.0))])
    assert [(each["domain"], each["is_folded"]) for each in cells] == [("", "false"), ("", "true")]


def test_csv_of_seconds_has_the_process_too() -> None:
    form = export_form("csv", ())
    (heading,) = form.begin(replace(HEADER, bucket=BucketSize.SECOND))
    key = KEY._replace(pid=7, process_name="curl", process_start_time=0.0)
    (text,) = form.rows(ExportBatch(rows=(UsageRow(0.0, key, UsageSums()),), done_until_time=0.0))
    (cells,) = csv.DictReader([heading, text])
    assert (cells["pid"], cells["process_name"]) == ("7", "curl")
    assert cells["process_start_time"] == "1970-01-01T00:00:00Z"


def test_json_lines_have_their_envelope() -> None:
    lines = [json.loads(text) for text in lines_of(export_form("jsonl", ()))]
    assert [each["type"] for each in lines] == ["export", "usage", "usage", "end"]
    assert (lines[0]["gaps"], lines[3]["row_count"]) == ([], 2)
    assert lines[1]["key"]["application_name"] == "=SUM(A1)"


def test_json_is_one_document() -> None:
    whole = json.loads("\n".join(lines_of(export_form("json", ()))))
    assert (whole["schema"], whole["type"], whole["row_count"]) == ("netmon.v1", "export", 2)
    assert whole["rows"] == usage_row_objects(ROWS)


def test_json_without_a_row_is_one_too() -> None:
    form = export_form("json", ())
    empty = [*form.begin(HEADER), *form.end(ExportEnd(row_count=0))]
    assert json.loads("\n".join(empty))["rows"] == []
