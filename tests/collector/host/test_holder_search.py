"""Who holds a socket, looked for among the likely processes alone."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netmon_collector import clock
from netmon_collector.host import holder_search
from netmon_collector.host.holder_search import LINKS_A_CALL, LINKS_A_SECOND, Grip, HolderSearch
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.young_processes import YoungProcesses

pytestmark = pytest.mark.root

HOLD = """
import socket, sys
held = socket.socket()
held.bind(("127.0.0.1", 0))
print(held.fileno(), held.getsockname()[1], flush=True)
sys.stdin.readline()
"""


@contextmanager
def holder() -> Generator[tuple[int, int, int]]:
    """Run a program that holds a TCP socket; give its pid, the descriptor and the port."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        descriptor, port = (int(word) for word in program.stdout.readline().split())
        yield program.pid, descriptor, port
        program.communicate("\n")


def inode_of(pid: int, descriptor: int) -> int:
    return Path(f"/proc/{pid}/fd/{descriptor}").stat().st_ino


@pytest.fixture
def young() -> Iterator[YoungProcesses]:
    made = YoungProcesses(ProcessEvents())
    yield made
    made.close()


@pytest.fixture
def search(young: YoungProcesses) -> HolderSearch:
    return HolderSearch(young)


def test_a_newborn_process_is_found_and_known_to_hold(young: YoungProcesses, search: HolderSearch) -> None:
    with holder() as (pid, descriptor, _):
        now = clock.monotonic()
        young.refresh(now)
        inode = inode_of(pid, descriptor)
        assert search.search(inode, now, is_wide=False) == Grip(pid, descriptor)
        assert search.holds(Grip(pid, descriptor), inode)
        assert not search.holds(Grip(pid, descriptor), inode + 1)
    assert not search.holds(Grip(pid, descriptor), inode)


LATE = """
import socket, sys
print("ready", flush=True)
sys.stdin.readline()
held = socket.socket()
print(held.fileno(), flush=True)
sys.stdin.readline()
"""


def test_a_young_process_that_had_no_socket_yet_is_found_with_its_first(
    young: YoungProcesses, search: HolderSearch
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LATE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdout.readline()
        now = clock.monotonic()
        young.refresh(now)
        assert search.search(1, now, is_wide=False) is None
        program.stdin.write("\n")
        descriptor = int(program.stdout.readline())
        inode = inode_of(program.pid, descriptor)
        assert search.search(inode, now + 1.0, is_wide=False) == Grip(program.pid, descriptor)
        program.communicate("\n")


FAMILY = """
import os, socket, sys
told, telling = os.pipe()
for number in range(int(sys.argv[1])):
    if not os.fork():
        other = open("/dev/null") if number == 2 else None
        held = socket.socket()
        os.write(telling, f"{os.getpid()} {held.fileno()} ".encode())
        sys.stdin.readline()
        os._exit(0)
    print(os.read(told, 100).decode(), flush=True)
sys.stdin.readline()
"""
"""Children of one program with a socket each, at the same descriptor but for the third."""


def test_a_sibling_is_looked_into_where_the_last_one_had_its_socket(
    young: YoungProcesses, search: HolderSearch
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY, "4"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(4)]
        children = [Grip(*(int(word) for word in line.split())) for line in lines]
        first, second, unlike, last = children
        assert first.descriptor == second.descriptor == last.descriptor != unlike.descriptor
        now = clock.monotonic()
        young.refresh(now)
        inodes = {grip: inode_of(*grip) for grip in children}
        assert search.search(inodes[first], now, is_wide=False) == first
        for sibling in (second, last):
            before = search._links
            assert search.search(inodes[sibling], now, is_wide=False) == sibling
            assert before - search._links <= 2 * len(young.since(0.0))  # one link of each, no listing
        assert search.search(inodes[unlike], now, is_wide=False) == unlike
        program.communicate("\n" * 5)


def test_who_was_found_before_is_looked_into_however_old(young: YoungProcesses, search: HolderSearch) -> None:
    now = clock.monotonic() + 60.0
    with socket.socket() as held:
        inode = inode_of(os.getpid(), held.fileno())
        assert search.search(inode, now, is_wide=False) is None
        search.remember(os.getpid())
        assert search.search(inode, now, is_wide=False) == Grip(os.getpid(), held.fileno())


def test_where_more_ended_than_are_kept_nobody_is_looked_into_for_what_it_held(
    young: YoungProcesses, search: HolderSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.monotonic() + 60.0
    with socket.socket() as held:
        inode = inode_of(os.getpid(), held.fileno())
        search.remember(os.getpid())
        monkeypatch.setattr(young, "take_ended", lambda: None)
        assert search.search(inode, now, is_wide=False) is None


def search_on(search: HolderSearch, inode: int, now: float) -> Grip | None:
    """Search each second until a holder is found: one search may not be enough for all processes of a busy machine."""
    grips = (search.search(inode, now + turn) for turn in range(60))
    return next((grip for grip in grips if grip is not None), None)


def test_others_are_looked_into_only_where_that_is_asked_for_and_seldom(search: HolderSearch) -> None:
    now = clock.monotonic() + 60.0
    with holder() as (pid, descriptor, _):
        inode = inode_of(pid, descriptor)
        assert search_on(search, inode, now) == Grip(pid, descriptor)
        assert search.search(1, now + 60.0) is None
        another = HolderSearch(YoungProcesses(None))
        another.search(1, now)
        assert another.search(inode, now + 0.01) is None
        assert search_on(another, inode, now + 1.0) == Grip(pid, descriptor)


def test_a_child_that_began_after_the_connection_comes_before_its_parent(
    young: YoungProcesses, search: HolderSearch
) -> None:
    with socket.socket() as held:
        inode = inode_of(os.getpid(), held.fileno())
        search.remember(os.getpid(), held.fileno())
        assert search.search(inode, clock.monotonic()) == Grip(os.getpid(), held.fileno())
        before = clock.monotonic()
        with subprocess.Popen(["sleep", "60"], pass_fds=(held.fileno(),)) as child:
            now = clock.monotonic()
            young.refresh(now)
            assert search.search(inode, now, born_after=before) == Grip(child.pid, held.fileno())
            child.kill()


def test_who_is_over_is_told_from_who_runs_also_before_anybody_waited_for_it(search: HolderSearch) -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        assert not search.has_ended(child.pid)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert search.has_ended(child.pid)
    assert search.has_ended(child.pid)


def test_a_used_up_budget_leaves_searches_out_and_they_are_counted(
    search: HolderSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder_search, "LINKS_A_SECOND", 0)
    search._links = 0.0
    search.remember(os.getpid())
    now = clock.monotonic()
    assert search.search(1, now, is_wide=False) is None
    assert search.left_out_count == 1
    monkeypatch.setattr(holder_search, "LINKS_A_SECOND", LINKS_A_SECOND)
    search.search(1, now + 1.0, is_wide=False)
    assert search.left_out_count == 1


def descriptors(root: Path, pid: int, *targets: str) -> None:
    below = root / str(pid) / "fd"
    below.mkdir(parents=True)
    for number, target in enumerate(targets):
        (below / str(number)).symlink_to(target)


def test_one_with_thousands_of_descriptors_is_read_no_further_than_the_budget_goes(tmp_path: Path) -> None:
    search = HolderSearch(YoungProcesses(None), str(tmp_path))
    descriptors(tmp_path, 7, *["/dev/null"] * 4_000)
    descriptors(tmp_path, 8, "/dev/null")
    for pid in (7, 8):
        search.remember(pid)
    assert search.search(1, 1000.0, is_wide=False) is None
    assert LINKS_A_CALL <= LINKS_A_SECOND - search._links <= LINKS_A_CALL + 50
    assert search.left_out_count == 1
    assert search._dull.keys() == {8}  # of the other one not all was seen
    for _ in range(LINKS_A_SECOND // LINKS_A_CALL + 1):
        search.search(1, 1000.0, is_wide=False)
        search.grip_of(7, 1)
    assert search._links == 0
    descriptors(tmp_path, 9, "socket:[5]")
    search.remember(9)
    assert search.search(5, 1000.1, is_wide=False) == Grip(9, 0)


def test_a_process_of_which_more_is_heard_is_still_looked_into_where_its_last_socket_was(search: HolderSearch) -> None:
    search.remember(7, 12)
    search.remember(7)
    assert search._recent == {7: 12}
    search.remember(7, 3)
    assert search._recent == {7: 3}


def test_without_a_descriptor_left_nobody_is_found_and_nothing_is_raised(
    search: HolderSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with socket.create_server(("127.0.0.1", 0)) as server:
        inode = inode_of(os.getpid(), server.fileno())
        search.remember(os.getpid())
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", refuse)
            patched.setattr(os, "scandir", refuse)
            assert search.search(inode, clock.monotonic()) is None
        search.remember(os.getpid())
        assert search.search(inode, clock.monotonic() + 1) == Grip(os.getpid(), server.fileno())
