"""Reading one process with psutil; what holds for /proc too stands in test_processes.py."""

import os

import psutil
import pytest

from netmon_collector.host.psutil_processes import PsutilProcessReader
from tests.support.children import running

WAIT = "print('ready', flush=True); __import__('sys').stdin.read()"


def test_a_process_is_identified_once_as_long_as_it_runs() -> None:
    reader = PsutilProcessReader()
    with running(WAIT) as child:
        child.line()
        first = reader.glimpse(child.pid)
        assert first is not None
        assert reader.glimpse(child.pid) is first
    assert reader.glimpse(child.pid) is None


def test_a_process_that_is_not_kept_is_identified_anew_and_equal() -> None:
    reader = PsutilProcessReader()
    first = reader.glimpse(os.getpid())
    reader.keep(frozenset())
    second = reader.glimpse(os.getpid())
    assert second is not first
    assert second == first


@pytest.mark.parametrize("part", ["exe", "cmdline", "name"])
def test_what_may_not_be_read_is_left_empty(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    def refuse(_: psutil.Process) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, part, refuse)
    record = PsutilProcessReader().read(os.getpid())
    assert record is not None
    parts = {"exe": record.executable, "cmdline": record.arguments, "name": record.parent_name}
    assert not parts[part]


def test_a_process_that_ends_while_it_is_read_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(process: psutil.Process) -> str:
        raise psutil.NoSuchProcess(process.pid)

    monkeypatch.setattr(psutil.Process, "exe", vanish)
    assert PsutilProcessReader().read(os.getpid()) is None
