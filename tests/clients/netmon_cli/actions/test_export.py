import gzip
import io
import json
import signal
import subprocess
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import (
    BucketSize,
    ExportBatch,
    ExportEnd,
    ExportHeader,
    ExportItem,
    ExportQuery,
    UsageDimension,
    UsageKey,
    UsageRow,
    UsageSums,
)
from netmon_cli.actions.export import form_of, written
from netmon_client.clock import wall_time
from netmon_client.errors import StreamLost
from netmon_client.export_forms import export_form
from netmon_client.testing import FakeRecorder, an_export
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.pseudo_terminal import PROGRAM, PseudoTerminal
from tests.support.waiting import wait_for


def test_the_form_is_what_the_name_says() -> None:
    names = ("a.csv", "a.json.gz", "A.JSONL", "b.ndjson", "-", "b.txt")
    assert [form_of(name) for name in names] == ["csv", "json", "jsonl", "jsonl", "csv", "csv"]


def test_a_file_holds_every_row_and_the_end_says_how_many(history_cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl.gz"
    result = history_cli("export", "-O", str(path))
    assert (result.code, result.out) == (0, "")
    written_bytes = gzip.decompress(path.read_bytes())
    lines = [json.loads(text) for text in written_bytes.splitlines()]
    assert [each["type"] for each in lines] == ["export", *["usage"] * 15, "end"]
    assert (
        f"15 rows, {sum(len(t) for t in gzip.decompress(path.read_bytes()).splitlines(True)) / 1000:.2f} kB"
        in result.err
    )
    assert "1 gap in it, where nothing was recorded" in " ".join(result.err.split())


def test_standard_output_takes_the_rows_alone(history_cli: Run, recorder: FakeRecorder) -> None:
    result = history_cli("export", "-O", "-", "--what", "app", "--by", "day", "--app", "firefox")
    assert len(result.lines) == 16
    assert result.lines[0].startswith("start_time,application_id,application_name,is_folded,sent_bytes")
    (query,) = recorder.asked
    assert isinstance(query, ExportQuery)
    assert (query.bucket, query.group_by) == (BucketSize.DAY, (UsageDimension.APPLICATION,))


def test_without_a_beginning_it_is_the_day_before_the_end(history_cli: Run, recorder: FakeRecorder) -> None:
    before = wall_time()
    assert history_cli("export", "-O", "-").code == 0
    assert history_cli("export", "-O", "-", "--to", "2026-08-02").code == 0
    until_now, until_then = (query for query in recorder.asked if isinstance(query, ExportQuery))
    assert until_now.until_time is None
    assert until_now.since_time is not None
    assert before - 86_400 <= until_now.since_time <= before - 86_400 + 300
    assert (until_then.since_time, until_then.until_time) == (1_785_542_400.0, 1_785_628_800.0)


def test_nothing_is_written_over_and_nothing_stays_of_what_failed(
    history_cli: Run, recorder: FakeRecorder, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    assert history_cli("export", "-O", str(path)).code == 2
    assert path.read_text() == "mine"
    assert history_cli("export", "-O", str(path), "--force").code == 0
    recorder.answers.export = an_export()[:2]
    assert history_cli("export", "-O", str(tmp_path / "b.csv")).code == 7
    assert list(tmp_path.glob("*b.csv*")) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_nothing_stays_of_what_was_stopped(recorder: FakeRecorder, tmp_path: Path, number: int, code: int) -> None:
    over = threading.Event()

    def unending() -> Iterator[ExportItem]:
        header, batch, *_ = an_export()
        assert isinstance(batch, ExportBatch)
        yield header
        yield replace(batch, rows=batch.rows * 100)  # more than is held back before it is written
        over.wait(60)

    recorder.answers.export = unending
    folder = tmp_path / "exports"
    folder.mkdir()
    command = [*PROGRAM, "--recorder-socket", recorder.socket, "export", "-O", str(folder / "a.csv")]
    try:
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            wait_for(lambda: [each for each in folder.iterdir() if each.stat().st_size], seconds=60, what="its part")
            process.send_signal(number)
            said = process.communicate(timeout=60)[1]
            assert (process.returncode, said) == (code, "")
        assert list(folder.iterdir()) == []
    finally:
        over.set()


def test_a_terminal_sees_how_far_it_is(recorder: FakeRecorder, tmp_path: Path) -> None:
    program = [*PROGRAM, "--recorder-socket", recorder.socket, "export", "-O", str(tmp_path / "a.csv")]
    with PseudoTerminal(program, {"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 0
    assert "15 rows" in terminal.text


def test_an_export_without_its_end_or_with_rows_missing_is_not_whole() -> None:
    header, batch, _, _ = an_export()
    with pytest.raises(StreamLost, match="before its time"):
        written([header, batch], export_form("csv", ()), io.BytesIO(), untold)
    with pytest.raises(StreamLost, match="7 of 9 rows"):
        written([header, batch, ExportEnd(row_count=9)], export_form("csv", ()), io.BytesIO(), untold)


def test_its_memory_does_not_grow_with_its_length() -> None:
    """A batch is written and forgotten: twenty batches take no more than two did."""

    def items(batches: int) -> Iterator[ExportItem]:
        yield ExportHeader(since_time=0.0, until_time=float(batches), bucket=BucketSize.MINUTE)
        for number in range(batches):
            rows = tuple(UsageRow(float(number), UsageKey(user="anna"), UsageSums(1, 2, 3, 4)) for _ in range(200))
            yield ExportBatch(rows=rows, done_until_time=float(number))
        yield ExportEnd(row_count=batches * 200)

    def peak(batches: int) -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        rows, _ = written(items(batches), export_form("jsonl", ()), _Nowhere(), untold)
        assert rows == batches * 200
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    try:
        peak(1)
        assert peak(20) < 3 * peak(2)
    finally:
        tracemalloc.stop()


def untold(_share: float, _rows: int, _size: int) -> None:
    """A report that nobody reads."""


class _Nowhere(io.BytesIO):
    def write(self, data: object) -> int:
        return len(bytes(data))  # type: ignore[call-overload,no-any-return]
