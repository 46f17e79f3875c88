import os
import pwd
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from netmon.model import Process
from netmon_collector.host.ports import Glimpse, ProcessReader, ProcessRecord
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import REREAD_SECONDS, ProcessTable
from tests.support.children import Child, running
from tests.support.waiting import wait_for

WAIT = "print('ready', flush=True); __import__('sys').stdin.read()"
RENAME = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)
print("ready", flush=True)
sys.stdin.read()
"""
"""Gives itself another name (PR_SET_NAME)."""


def now() -> float:
    return time.time()  # noqa: TID251 - the processes of these tests started by the real clock


@contextmanager
def ready(code: str, *arguments: str | bytes, command: tuple[str | bytes, ...] = ()) -> Generator[Child]:
    with running(code, *arguments, command=command) as child:
        assert child.line() == "ready"
        yield child


def look_up(table: ProcessTable, pid: int) -> Process:
    table.begin(now())
    found = table.find(pid)
    assert found is not None
    return found


def test_a_process_is_described_in_full(reader: ProcessReader, tmp_path: Path) -> None:
    script = tmp_path / "sync.py"
    script.write_text(WAIT, encoding="utf-8")
    with ready("", sys.executable, str(script), "--secret") as child:
        before = now()
        process = look_up(ProcessTable(reader), child.pid)
        created = psutil.Process(child.pid).create_time()
    assert process.pid == child.pid
    assert process.parent_pid == os.getpid()
    assert process.parent_name == psutil.Process().name()
    assert process.name.startswith("python")
    assert process.executable == str(Path(sys.executable).resolve())
    assert (process.uid, process.user) == (os.getuid(), psutil.Process().username())
    assert process.application_id == f"script:{script}"
    assert process.application_name.endswith("→ sync.py")
    assert process.application_path == str(script)
    assert process.command_line == ""
    # psutil adds a boot time that is cut to whole seconds.
    assert created - 0.1 <= process.start_time <= min(before, created + 1.1)


def test_command_lines_are_kept_only_where_asked_for(reader: ProcessReader) -> None:
    with ready(WAIT, "--flag", "two words") as child:
        process = look_up(ProcessTable(reader, command_lines_of=os.getuid()), child.pid)
    assert process.command_line.endswith("--flag two words")


def test_identity_is_the_same_in_each_round_and_each_table() -> None:
    tables = [ProcessTable(ProcProcessReader()) for _ in range(2)]
    first, second = (look_up(table, os.getpid()) for table in tables)
    assert first.id == second.id == look_up(tables[0], os.getpid()).id

    def is_same_start() -> bool:
        """Two clocks are read for it, one after the other: on a busy machine something may come between."""
        one, other = (look_up(ProcessTable(ProcProcessReader()), os.getpid()) for _ in range(2))
        return one.start_time == pytest.approx(other.start_time, abs=0.05)

    wait_for(is_same_start, seconds=30, what="both tell the same start")


def test_a_known_process_is_not_read_again(reader: ProcessReader) -> None:
    table = ProcessTable(reader)
    assert look_up(table, os.getpid()) is look_up(table, os.getpid())


def test_a_new_name_is_noticed_at_once(tmp_path: Path) -> None:
    rename = """
import ctypes, sys
print("ready", flush=True)
sys.stdin.readline()
ctypes.CDLL(None).prctl(15, b"renamed", 0, 0, 0)
print("ready", flush=True)
sys.stdin.read()
"""
    table = ProcessTable(ProcProcessReader())
    with ready(rename) as child:
        before = look_up(table, child.pid)
        child.tell()
        child.line()
        after = look_up(table, child.pid)
    assert after.name == "renamed"
    assert (after.id, after.start_time) == (before.id, before.start_time)


def test_a_program_that_is_replaced_by_another_is_named_after_half_a_minute(reader: ProcessReader) -> None:
    replace = f"""
import os, sys
print("ready", flush=True)
sys.stdin.readline()
os.execv(sys.executable, [sys.executable, "-c", {WAIT!r}, "second"])
"""
    table = ProcessTable(reader, command_lines_of=os.getuid())
    with ready(replace) as child:
        before = look_up(table, child.pid)
        child.tell()
        child.line()
        table.begin(now() + REREAD_SECONDS)
        after = table.find(child.pid)
    assert after is not None
    assert after.id == before.id
    assert after.command_line.endswith("second")


def test_a_user_whose_name_comes_late_is_a_number_until_the_process_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = threading.Event()

    def slow(uid: int) -> SimpleNamespace:
        assert answers.wait(30)
        return SimpleNamespace(pw_name="late")

    monkeypatch.setattr(pwd, "getpwuid", slow)
    table = ProcessTable(ProcProcessReader())
    assert look_up(table, os.getpid()).user == str(os.getuid())
    answers.set()
    wait_for(lambda: table.user_name(os.getuid()) == "late", seconds=30, what="the name")
    table.begin(now() + REREAD_SECONDS)
    again = table.find(os.getpid())
    assert again is not None
    assert again.user == "late"


def test_a_process_that_is_gone_is_nobody(reader: ProcessReader) -> None:
    table = ProcessTable(reader)
    with ready(WAIT) as child:
        look_up(table, child.pid)
    table.begin(now())
    assert table.find(child.pid) is None


def test_a_zombie_is_nobody(reader: ProcessReader) -> None:
    with ready(WAIT) as child:
        table = ProcessTable(reader)
        look_up(table, child.pid)
        child.close_input()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        table.begin(now())
        fresh = ProcessTable(reader)
        fresh.begin(now())
        assert fresh.find(child.pid) is None


def uptime() -> float:
    return float(Path("/proc/uptime").read_text().split()[0])


def test_a_process_that_starts_after_the_round_began_waits_for_the_next() -> None:
    table = ProcessTable(ProcProcessReader())
    table.begin(now())
    begun = uptime()
    while uptime() < begun + 0.2:
        # The clock of start times has steps of 10 ms, and is read a moment after ours on a busy machine.
        os.sched_yield()
    with ready(WAIT) as child:
        assert table.find(child.pid) is None
        look_up(table, child.pid)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a\x1b[31mb", "a�[31mb"),
        (b"two\nlines", "two�lines"),
        (b"caf\xe9\xff", "caf��"),
        (b"a) R 1 (b", "a) R 1 (b"),
        (b"\xe2\x80\xaetxt", "�txt"),
    ],
)
def test_hostile_names_come_out_printable(reader: ProcessReader, raw: bytes, shown: str) -> None:
    with ready(RENAME, raw) as child:
        process = look_up(ProcessTable(reader), child.pid)
    assert process.name == shown
    assert process.parent_pid == os.getpid()


def test_a_name_of_fifteen_characters_is_completed_from_the_command_line(reader: ProcessReader) -> None:
    name = "program-of-many-letters"
    with ready(RENAME, name[:15], command=("bash", "-c", f'exec -a {name} "$@"', "bash")) as child:
        process = look_up(ProcessTable(reader), child.pid)
    assert process.name == name


def test_a_command_line_of_megabytes_is_read_up_to_4_kilobytes(reader: ProcessReader) -> None:
    # An argument is at most 128 kB, MAX_ARG_STRLEN.
    arguments = [b"\x1b\xff\n" * 40_000] * 12
    with ready(WAIT, *arguments) as child:
        reader.begin(now())
        record = reader.read(child.pid)
        process = look_up(ProcessTable(reader, command_lines_of=os.getuid()), child.pid)
    assert record is not None
    assert sum(map(len, record.arguments)) <= 4096
    assert process.command_line.isprintable()
    assert len(process.command_line) <= 256
    assert process.application_name.startswith("python")


@pytest.mark.root
def test_another_users_process_is_described_too(reader: ProcessReader) -> None:
    as_uid = "import os; os.setgroups([]); os.setresgid(65533, 65533, 65533); os.setresuid(65533, 65533, 65533);"
    with ready(as_uid + WAIT) as child:
        process = look_up(ProcessTable(reader), child.pid)
    assert process.uid == 65533
    assert process.user == "65533"
    assert process.executable


LOOK_AS_NOBODY = """
import os, sys, time
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
import encodings.utf_8
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
table = ProcessTable(ProcProcessReader() if sys.argv[2] == "ProcProcessReader" else PsutilProcessReader())
table.begin(time.time())
found = table.find(int(sys.argv[1]))
print(found.pid, found.uid, repr(found.executable), found.application_name, flush=True)
"""


@pytest.mark.root
def test_without_rights_a_process_is_described_in_part(reader: ProcessReader) -> None:
    with ready(WAIT) as child, running(LOOK_AS_NOBODY, str(child.pid), type(reader).__name__) as looker:
        pid, uid, executable, application = looker.line().split()
    assert (int(pid), int(uid), executable) == (child.pid, os.getuid(), "''")
    assert application.startswith("python")


def test_a_table_forgets_what_it_is_not_told_to_keep(reader: ProcessReader) -> None:
    table = ProcessTable(reader)
    with ready(WAIT) as child:
        kept, dropped = look_up(table, os.getpid()), look_up(table, child.pid)
        table.prune({kept.id})
        assert look_up(table, os.getpid()) is kept
        again = look_up(table, child.pid)
        assert again is not dropped
        assert again.id == dropped.id


def test_forgetting_all_reads_everything_anew(reader: ProcessReader) -> None:
    table = ProcessTable(reader)
    before = look_up(table, os.getpid())
    table.forget_all()
    after = look_up(table, os.getpid())
    assert after is not before
    assert after.id == before.id


class Swapped:
    """A pid that changes hands between the glimpse and the second reading."""

    def __init__(self) -> None:
        self._fingerprint = 0
        self._records = [
            ProcessRecord(glimpse=Glimpse(id="first", start_time=1.0), name="first"),
            ProcessRecord(glimpse=Glimpse(id="second", start_time=2.0), name="second"),
        ]

    def begin(self, now_wall: float) -> None:
        """Nothing to take."""

    def keep(self, pids: frozenset[int]) -> None:
        """Nothing to forget."""

    def glimpse(self, pid: int) -> Glimpse | None:
        return Glimpse(id="first", start_time=1.0, fingerprint=(b"renamed", 1))

    def read(self, pid: int) -> ProcessRecord | None:
        return self._records.pop(0)


def test_a_pid_that_changes_hands_while_it_is_read_is_nobody() -> None:
    table = ProcessTable(Swapped())
    first = look_up(table, 7)
    assert (first.id, first.name) == ("first", "first")
    table.begin(100.0)
    assert table.find(7) is None


def test_of_two_that_were_told_of_under_one_pid_the_one_that_has_it_is_found() -> None:
    reader = ProcProcessReader()
    table = ProcessTable(reader)
    table.begin(now())
    ours = reader.glimpse(os.getpid())
    assert ours is not None
    for told, is_found in ((ours._replace(id="another"), False), (ours, True), (ours._replace(id="another"), False)):
        found = table.find(os.getpid(), told=told)
        assert (found is not None) is is_found
    assert found is None
    again = table.find(os.getpid())
    assert again is not None
    assert again.id == ours.id


def test_the_unit_and_the_container_come_with_the_process() -> None:
    groups = f"0::/system.slice/docker-{'ab' * 32}.scope"

    class Contained(ProcProcessReader):
        def read(self, pid: int) -> ProcessRecord | None:
            glimpse = self.glimpse(pid)
            return ProcessRecord(glimpse=glimpse, name="x", control_groups=groups) if glimpse is not None else None

    process = look_up(ProcessTable(Contained()), os.getpid())
    assert process.container == "abababababab"
    assert process.unit.startswith("docker-")


def test_the_control_groups_are_those_of_the_process() -> None:
    record = ProcProcessReader().read(os.getpid())
    assert record is not None
    assert record.control_groups == Path("/proc/self/cgroup").read_text(encoding="utf-8")
