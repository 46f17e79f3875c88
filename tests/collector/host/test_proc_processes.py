"""Reading one process from /proc; what holds for psutil too stands in test_processes.py."""

import os
import sys
from pathlib import Path

import pytest

from netmon_collector.host.ports import Glimpse
from netmon_collector.host.proc_processes import MAX_COMMAND_LINE_BYTES, ProcProcessReader
from tests.support.children import running
from tests.support.without_first_thread import PROGRAM, without_first_thread

STAT = "{pid} ({name}) {state} 77 1 1 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 {ticks} 1 1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A proc file system with what a process's name may do to ``stat``."""
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text("0123abcd-0000-0000-0000-000000000000\n", encoding="ascii")
    return tmp_path


def glimpse(root: Path, stat: str) -> Glimpse | None:
    (root / "5").mkdir(exist_ok=True)
    (root / "5/stat").write_text(stat, encoding="utf-8")
    reader = ProcProcessReader(str(root), lambda: 1_000.0)
    reader.begin(5000.0)
    return reader.glimpse(5)


def test_identity_is_boot_pid_and_ticks_and_the_start_is_told_by_the_uptime(root: Path) -> None:
    found = glimpse(root, STAT.format(pid=5, name="x", state="S", ticks=50_000))
    ticks_per_second = os.sysconf("SC_CLK_TCK")
    assert found is not None
    assert found.id == "0123abcd-5-50000"
    assert found.start_time == pytest.approx(4000.0 + 50_000 / ticks_per_second)
    assert found.fingerprint == (b"x", 77)


@pytest.mark.parametrize("name", ["a) R 1 (b", "))) ", "(", "a\nb", ""])
def test_a_name_cannot_forge_the_fields_behind_it(root: Path, name: str) -> None:
    found = glimpse(root, STAT.format(pid=5, name=name, state="S", ticks=50_000))
    assert found is not None
    assert found.id == "0123abcd-5-50000"
    assert found.fingerprint == (name.encode(), 77)


WHOLE = (
    "5 (x) S 77 1 1 0 -1 {flags} 1 0 0 0 1 2 0 0 20 0 1 0 50000 1 1 99 {places} 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 {more}"
)


def test_what_was_forked_and_has_executed_nothing_is_known_by_where_its_program_lies(root: Path) -> None:
    forked = glimpse(root, WHOLE.format(flags=0x400040, places="10 20 30", more="40 50 60 70 80 90 100 0"))
    assert forked is not None
    assert forked.image == (10, 30, 70, 100)
    executed = glimpse(root, WHOLE.format(flags=0x400000, places="10 20 30", more="40 50 60 70 80 90 100 0"))
    older = glimpse(root, WHOLE.format(flags=0x400040, places="10 20 30", more="40 50"))
    hidden = glimpse(root, WHOLE.format(flags=0x400040, places="1 1 0", more="0 0 0 0 0 0 0 0"))
    for one in (executed, older, hidden):
        assert one is not None
        assert one.image == ()


TWO_FORKS = """
import os, sys
for _ in range(2):
    pid = os.fork()
    if not pid:
        sys.stdin.read()
        os._exit(0)
    print(pid, flush=True)
sys.stdin.read()
"""


def test_only_the_forks_of_one_run_of_a_program_lie_in_the_same_places() -> None:
    reader, images = ProcProcessReader(), list[tuple[int, ...]]()
    for _ in range(2):
        with running(TWO_FORKS) as child:
            found = [reader.glimpse(int(child.line())) for _ in range(2)]
            images += [one.image for one in found if one is not None]
    assert len(images) == 4
    assert images[0] == images[1] != images[2] == images[3]
    assert all(image for image in images)


@pytest.mark.parametrize("stat", ["", "5 (x) S 77", STAT.format(pid=5, name="x", state="Z", ticks=1)])
def test_a_torn_line_and_a_zombie_are_nobody(root: Path, stat: str) -> None:
    assert glimpse(root, stat) is None


def test_a_process_whose_first_thread_has_ended_is_still_there() -> None:
    reader = ProcProcessReader()
    with without_first_thread() as (child, _):
        glimpse, record = reader.glimpse(child.pid), reader.read(child.pid)
    assert record is not None
    assert record.glimpse == glimpse
    assert record.executable == os.path.realpath(sys.executable)
    assert record.arguments[-1] == PROGRAM
    assert (record.uid, record.parent_pid) == (os.getuid(), os.getpid())


def test_a_kernel_thread_has_a_name_and_no_executable(root: Path) -> None:
    assert glimpse(root, STAT.format(pid=5, name="kworker/0:1", state="I", ticks=1)) is not None
    (root / "5/cmdline").write_bytes(b"")
    record = ProcProcessReader(str(root)).read(5)
    assert record is not None
    assert (record.name, record.executable, record.arguments, record.uid) == ("kworker/0:1", "", (), None)


def test_a_command_line_is_read_up_to_its_limit(root: Path) -> None:
    glimpse(root, STAT.format(pid=5, name="x", state="S", ticks=1))
    (root / "5/cmdline").write_bytes(b"x\0" + b"y" * 100_000)
    record = ProcProcessReader(str(root)).read(5)
    assert record is not None
    assert record.arguments == ("x", "y" * (MAX_COMMAND_LINE_BYTES - 2))


def test_a_clock_step_changes_no_identity() -> None:
    reader = ProcProcessReader()
    ids: set[str] = set()
    for now_wall in (1_000_000.0, 2_000_000.0):
        reader.begin(now_wall)
        found = reader.glimpse(os.getpid())
        assert found is not None
        ids.add(found.id)
    assert len(ids) == 1


def test_the_first_process_has_no_parent() -> None:
    record = ProcProcessReader().read(1)
    assert record is not None
    assert (record.parent_pid, record.parent_name) == (0, "")


def test_the_real_user_is_told_alone() -> None:
    reader = ProcProcessReader()
    assert reader.real_uid(os.getpid()) == os.getuid()
    assert reader.real_uid(1 << 30) is None
