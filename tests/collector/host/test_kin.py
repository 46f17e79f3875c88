"""Those that one program forks: the first is read in full and stands for the others."""

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import Process
from netmon_collector.host.ports import Glimpse, ProcessRecord
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import REREAD_SECONDS, Kin, ProcessTable
from tests.support.children import running

FORKS = """
import os, sys, ctypes
pids = []
for turn in range(4):
    pid = os.fork()
    if not pid:
        if turn == 2:
            program = "import os, sys; os.write(1, bytes([49, 10])); sys.stdin.read()"
            os.execv(sys.executable, [sys.executable, "-c", program])
        if turn == 3:
            ctypes.CDLL(None).prctl(15, b"renamed", 0, 0, 0)
        os.write(1, b"1\\n")
        sys.stdin.read()
        os._exit(0)
    pids.append(pid)
os.write(1, b"%d %d %d %d\\n" % tuple(pids))
sys.stdin.read()
for pid in pids:
    os.waitpid(pid, 0)
"""
"""Two children that are what it is, one that executes another program, one that gives itself another name. Each line is
one write: several write into the pipe."""


def now() -> float:
    return time.time()  # noqa: TID251 - the processes of these tests started by the real clock


class Counting(ProcProcessReader):
    """Counts how often it read all of a process."""

    def __init__(self) -> None:
        super().__init__()
        self.read_pids: list[int] = []

    def read(self, pid: int) -> ProcessRecord | None:
        self.read_pids.append(pid)
        return super().read(pid)


def kin_of(pid: int, **other: int) -> Kin:
    name = Path(f"/proc/{pid}/comm").read_bytes().rstrip(b"\n")
    return Kin(name, other.get("uid", os.getuid()), other.get("control_group", 1))


@contextmanager
def forked() -> Generator[list[int]]:
    """Run `FORKS` and give the pids of its children, all of them ready."""
    with running(FORKS) as child:
        lines = [child.line() for _ in range(5)]
        yield [int(word) for word in next(line for line in lines if len(line.split()) == 4).split()]


def known_by(table: ProcessTable, pid: int, kin: Kin) -> Process | None:
    """Give a process as who hears of it asks for it."""
    sighting = table.sight(pid, kin)
    return table.find(pid, kin) if sighting is None else table.recall(sighting)


def test_of_those_that_one_program_forked_only_the_first_is_read_in_full() -> None:
    reader = Counting()
    table = ProcessTable(reader)
    with forked() as pids:
        first, second, *others = pids
        table.begin(now())
        found = [known_by(table, pid, kin_of(first)) for pid in pids]
        assert reader.read_pids == [first, *others]
        anew = ProcessTable(ProcProcessReader())
        anew.begin(now())
        for pid, one in zip(pids, found, strict=True):
            read = anew.find(pid)
            assert one is not None
            assert read is not None
            assert one == replace(read, start_time=one.start_time)
    assert found[1] is not None
    assert (found[1].pid, found[1].parent_name[:6]) == (second, "python")


def test_one_that_ended_is_assumed_to_be_what_its_kin_is() -> None:
    table = ProcessTable(ProcProcessReader())
    with forked() as [first, *_]:
        table.begin(now())
        told = Glimpse("boot-1-1", 5.0, (b"python", 1))
        assert table.assume(1 << 30, kin_of(first), told) is None
        found = known_by(table, first, kin_of(first))
        assert found is not None
        assumed = table.assume(1 << 30, kin_of(first), told)
        assert assumed == replace(found, id="boot-1-1", pid=1 << 30, start_time=5.0)
        table.begin(now() + REREAD_SECONDS + 1)
        assert table.assume(1 << 30, kin_of(first), told) is None


ME = os.getuid()


@pytest.mark.parametrize(
    ("first_uid", "second_uid", "second_group", "shown_uid"),
    [(ME, 12_345, 1, None), (ME, ME, 2, None), (12_345, 12_345, 1, None), (ME, ME, 1, ME)],
    ids=[
        "another user",
        "another control group",
        "the first was not yet what the kernel tells",
        "its own command line",
    ],
)
def test_who_may_differ_from_the_first_is_read_in_full(
    first_uid: int, second_uid: int, second_group: int, shown_uid: int | None
) -> None:
    reader = Counting()
    table = ProcessTable(reader, command_lines_of=shown_uid)
    with forked() as (first, second, *_):
        table.begin(now())
        known_by(table, first, kin_of(first, uid=first_uid))
        known_by(table, second, kin_of(second, uid=second_uid, control_group=second_group))
    assert reader.read_pids == [first, second]


def test_after_half_a_minute_another_one_is_read_in_full() -> None:
    reader = Counting()
    table = ProcessTable(reader)
    with forked() as (first, second, *_):
        table.begin(now())
        known_by(table, first, kin_of(first))
        table.begin(now() + REREAD_SECONDS)
        table.prune(())
        known_by(table, second, kin_of(second))
    assert reader.read_pids == [first, second]


@pytest.mark.parametrize("missing", ["executable", "control_groups"])
def test_one_that_ended_while_it_was_read_stands_for_no_other(missing: str) -> None:
    class Ending(Counting):
        def read(self, pid: int) -> ProcessRecord | None:
            record = super().read(pid)
            is_first = record is not None and self.read_pids == [pid]
            return record._replace(**{missing: ""}) if record is not None and is_first else record

    reader = Ending()
    table = ProcessTable(reader)
    with forked() as (first, second, *_):
        table.begin(now())
        known_by(table, first, kin_of(first))
        found = known_by(table, second, kin_of(second))
    assert reader.read_pids == [first, second]
    assert found is not None
    assert found.executable == os.path.realpath(sys.executable)


def test_one_that_was_sighted_is_known_when_it_has_ended() -> None:
    reader = Counting()
    table = ProcessTable(reader)
    with forked() as (first, second, *_):
        table.begin(now())
        found = table.find(first, kin_of(first))
        assert found is not None
        sighting = table.sight(second, kin_of(first))
        assert sighting is not None
        assert reader.read_pids == [first]
    table.begin(now())
    recalled = table.recall(sighting)
    assert recalled == replace(found, id=recalled.id, pid=second, start_time=recalled.start_time)
    assert table.recall(sighting) is recalled


def test_who_is_no_kin_of_one_that_was_found_is_not_sighted() -> None:
    table = ProcessTable(ProcProcessReader())
    with forked() as (first, second, other, renamed):
        table.begin(now())
        assert table.sight(first, kin_of(first)) is None
        table.find(first, kin_of(first))
        assert [table.sight(pid, kin_of(first)) for pid in (first, other, renamed)] == [None, None, None]
        kin = kin_of(first)
        assert table.sight(second, kin) is not None
    assert table.sight(second, kin) is None, "it has ended"


def test_one_that_the_kernel_told_of_is_known_without_a_read_also_when_it_has_ended() -> None:
    reader = Counting()
    table = ProcessTable(reader)
    with forked() as pids:
        table.begin(now())
        first, second, other, _ = told = [glimpse for pid in pids if (glimpse := reader.glimpse(pid)) is not None]
        kin = Kin(b"python", os.getuid(), 1, first.image)
        assert table.sight(pids[1], kin, second) is None, "the first was never read"
        assert table.known_for(kin) == 0
        found = table.find(pids[0], kin, first)
    assert len(told) == 4
    assert found is not None
    assert table.known_for(kin) == REREAD_SECONDS
    sighting = table.sight(pids[1], kin, second)
    assert sighting is not None
    assert table.sight(pids[2], kin, other) is None, "it has executed a program of its own"
    recalled = table.recall(sighting)
    assert recalled == replace(found, id=second.id, pid=pids[1], start_time=second.start_time)
    assert table.sight(pids[1], kin, second) is None
    assert table.find(pids[1], kin, second) is recalled
    assert reader.read_pids == [pids[0]]


def test_one_that_is_not_as_the_kernel_told_stands_for_no_other() -> None:
    reader = Counting()
    table = ProcessTable(reader)
    with forked() as (first, second, *_):
        table.begin(now())
        told, kin = reader.glimpse(first), kin_of(first)
        assert told is not None
        found = table.find(first, kin, told._replace(image=(1, 2, 3, 4)))
        assert found is not None
        assert table.sight(second, kin) is None
    assert table.known_for(kin) == 0
