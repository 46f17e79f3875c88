"""An export is streamed: what both ends hold does not grow with what is exported."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netmon_recorder.store import UsageBatch
from netmon_recorder.store.sqlite import open_store
from tests.support.export_run import run_export
from tests.support.history_year import hours

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

_HOURS = 16


def test_many_rows_through_the_command_line_take_little_memory_at_both_ends(tmp_path: Path) -> None:
    start = int(time.time() // 3600 - _HOURS - 1) * 3600
    store = open_store(tmp_path / "history.db", now=start)
    for rows in hours(_HOURS, start):
        store.append(UsageBatch(until_time=rows[-1].start_time + 60, rows=tuple(rows)))
    store.close()
    since, until = (datetime.fromtimestamp(each, UTC).isoformat() for each in (start, start + _HOURS * 3600))
    run = run_export(tmp_path, since, until)
    assert run.line_count == _HOURS * 60 * 25 + 1
    # 24,000 rows; a million have the same bound (the benchmark `history`).
    assert run.recorder_bytes - run.recorder_before_bytes < 25e6
    assert run.cli_bytes < 90e6
