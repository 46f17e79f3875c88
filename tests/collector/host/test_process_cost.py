import os
from pathlib import Path

import psutil
import pytest

from netmon_collector.host.process_cost import NO_COST, read_cost


def test_it_is_what_psutil_says_too() -> None:
    before, found, after = psutil.Process().cpu_times(), read_cost(os.getpid()), psutil.Process().cpu_times()
    assert before.user + before.system - 0.02 <= found.cpu_seconds <= after.user + after.system + 0.02
    resident = psutil.Process().memory_info().rss
    assert abs(found.resident_bytes - resident) < resident / 4


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    assert read_cost(2**22 + 1) == NO_COST


@pytest.mark.parametrize("name", ["plain", "with space", "a) b (c"])
def test_a_name_may_hold_anything(tmp_path: Path, name: str) -> None:
    (tmp_path / "7").mkdir()
    fields = ["S", *["0"] * 10, "150", "50", *["0"] * 8, "3"]
    (tmp_path / "7" / "stat").write_text(f"7 ({name}) {' '.join(fields)}\n")
    cost = read_cost(7, str(tmp_path))
    assert cost.cpu_seconds == 200 / os.sysconf("SC_CLK_TCK")
    assert cost.resident_bytes == 3 * os.sysconf("SC_PAGE_SIZE")
