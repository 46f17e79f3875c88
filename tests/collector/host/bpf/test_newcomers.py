"""Processes that made or used a socket, as the programs in this kernel tell of them."""

import errno
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon_collector.host.bpf import kernel_owners as module
from netmon_collector.host.bpf.kernel_owners import KernelOwners
from netmon_collector.host.bpf.object_file import Program
from netmon_collector.host.bpf.system_call import Map, ProgramRefused, load
from netmon_collector.host.kernel_mount import open_root
from netmon_collector.host.proc_processes import ProcProcessReader
from tests.support.children import running
from tests.support.waiting import wait_for

pytestmark = pytest.mark.root

MAKES_ONE = """
import os, socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
print(os.getpid())
"""

FORKS_ONE = """
import os, socket
pid = os.fork()
if not pid:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    os._exit(0)
os.waitpid(pid, 0)
print(pid)
"""


@pytest.fixture(scope="module")
def owners() -> Iterator[KernelOwners]:
    with KernelOwners() as made:
        yield made


def told_pid(code: str) -> int:
    """Run a program to its end, and give the pid that it said."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return int(done.stdout)


def test_a_process_is_announced_at_its_first_socket_and_at_most_once_a_second(owners: KernelOwners) -> None:
    owners.newcomers()
    pid = told_pid(MAKES_ONE)
    assert select.select([owners], [], [], 30)[0]
    heard = [one for one in owners.newcomers() if one.pid == pid]
    assert [(one.name[:6], one.uid, one.netns) for one in heard] == [(b"python", os.getuid(), 0)]


def test_the_control_group_of_a_process_is_told(owners: KernelOwners) -> None:
    root = open_root(b"cgroup2")
    name = f"nm-owners-{os.getpid()}"
    os.mkdir(name, dir_fd=root)
    try:
        group = os.open(name, os.O_RDONLY, dir_fd=root)
        enter = f"import os; os.write(os.open('cgroup.procs', os.O_WRONLY, dir_fd={group}), b'0')\n"
        done = subprocess.run(
            [sys.executable, "-c", enter + MAKES_ONE], check=True, capture_output=True, text=True, pass_fds=[group]
        )
        groups = {one.control_group for one in owners.newcomers() if one.pid == int(done.stdout)}
        assert groups == {os.fstat(group).st_ino}  # an inode's number is its group's id (kernel/cgroup/cgroup.c)
        os.close(group)
    finally:
        os.rmdir(name, dir_fd=root)
        os.close(root)


def test_a_process_that_goes_on_making_sockets_is_announced_again(owners: KernelOwners) -> None:
    me = os.getpid(), Path("/proc/self/comm").read_bytes().rstrip(b"\n")

    def is_announced() -> bool:
        socket.socket(socket.AF_INET).close()
        return me in [(one.pid, one.name) for one in owners.newcomers()]

    for _ in range(2):
        wait_for(is_announced, seconds=30, what="an announcement")


FORKS = """
import os, socket, sys
for _ in range(2):
    if not os.fork():
        socket.socket(socket.AF_INET).close()
        os.write(1, b"%d\\n" % os.getpid())
        sys.stdin.read()
        os._exit(0)
sys.stdin.read()
"""


def test_a_process_is_told_of_as_it_can_be_read(owners: KernelOwners) -> None:
    reader = ProcProcessReader()
    owners.newcomers()
    with running(FORKS) as child:
        pids = {int(child.line()) for _ in range(2)}
        heard = {one.pid: one for one in owners.newcomers() if one.pid in pids}
        assert heard.keys() == pids
        for pid, one in heard.items():
            told = reader.told(pid, one.began_ns, one.process_name, one.parent_pid, one.image)
            assert told == reader.glimpse(pid)
            assert told.image
    first, second = heard.values()
    assert first.kin == second.kin


def test_of_a_process_that_executed_a_program_of_its_own_no_kin_is_told(owners: KernelOwners) -> None:
    owners.newcomers()
    pid = told_pid(MAKES_ONE)
    heard = [one for one in owners.newcomers() if one.pid == pid]
    assert [(one.image, one.parent_pid, one.process_name[:6]) for one in heard] == [((), os.getpid(), b"python")]


@pytest.mark.parametrize("lacks", ["types", "reading"])
def test_where_the_kernel_does_not_show_its_structures_processes_are_announced_by_their_pids(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lacks: str
) -> None:
    def locked_down(program: Program, maps: dict[str, Map], *, kind: int, attach_kind: int, terms: bytes) -> int:
        if bytes((0x85, 0, 0, 0, 113, 0, 0, 0)) in program.instructions:
            raise ProgramRefused(errno.EINVAL, program.section, "unknown func bpf_probe_read_kernel#113")
        return load(program, maps, kind=kind, attach_kind=attach_kind, terms=terms)

    if lacks == "types":
        monkeypatch.setattr(module, "KERNEL_TYPES", tmp_path / "vmlinux")
    else:
        monkeypatch.setattr(module, "load", locked_down)
    with KernelOwners() as owners:
        owners.newcomers()
        pid = told_pid(FORKS_ONE)
        heard = [one for one in owners.newcomers() if one.pid == pid]
        assert [(one.name[:6], one.uid, one.began_ns, one.image) for one in heard] == [(b"python", os.getuid(), 0, ())]


WAKES = """
import ctypes, os, select, socket
ctypes.CDLL(None).unshare(0x40000000)  # a network namespace for itself: nobody else wakes it
from netmon_collector.host.bpf.kernel_owners import WOKEN_AGAIN_SECONDS, KernelOwners
owners = KernelOwners()
edge = select.epoll()
edge.register(owners.fileno(), select.EPOLLIN | select.EPOLLET)
def fork():
    pid = os.fork()
    if not pid:
        socket.socket(socket.AF_INET).close()
        os._exit(0)
    os.waitpid(pid, 0)
    woke = bool(edge.poll(0.02))
    [one] = [one for one in owners.newcomers() if one.pid == pid]
    return woke, one
strange = []
for _ in range(3):
    woke, first = fork()
    strange.append(woke)
owners.expect(first, first.seconds + 600)
woken, kin = first.seconds, []
while len(kin) < 500 and (kin.count((True, True)) < 2 or kin.count((False, False)) < 2):
    woke, one = fork()
    kin.append((woke, one.seconds - woken >= WOKEN_AGAIN_SECONDS))
    if woke:
        woken = one.seconds
owners.expect(first, first.seconds)
print(strange, sorted(set(kin)), fork()[0])
"""


THREADS = """
import ctypes, os, select, socket, sys
libc = ctypes.CDLL(None)
libc.unshare(0x40000000)  # a network namespace for itself: nobody else wakes it
from netmon_collector.host.bpf.kernel_owners import WOKEN_AGAIN_SECONDS, KernelOwners
owners = KernelOwners()
edge = select.epoll()
edge.register(owners.fileno(), select.EPOLLIN | select.EPOLLET)
def use(name):
    libc.prctl(15, name, 0, 0, 0)  # PR_SET_NAME, of the thread
    socket.socket(socket.AF_INET).close()
    woke = bool(edge.poll(0))
    [one] = owners.newcomers()
    assert one.name == name
    return woke, one.seconds
def thread():
    woken = use(b"first")[1]
    told = []
    while len(told) < 500 and (told.count((False, False)) < 5 or (True, True) not in told):
        woke, seconds = use(b"request %d" % len(told))
        told.append((woke, seconds - woken >= WOKEN_AGAIN_SECONDS))
        if woke:
            woken = seconds
        select.select([], [], [], 0.005)
    print(sorted(set(told)))
socket.socket(socket.AF_INET).close()
edge.poll(0)
owners.newcomers()
import threading
one = threading.Thread(target=thread)
one.start()
one.join()
"""


def test_for_each_name_of_a_process_threads_nobody_is_woken_more_often_than_each_tenth_of_a_second() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], check=True, capture_output=True, text=True)
    assert done.stdout == "[(False, False), (True, True)]\n"


def test_for_those_that_are_expected_nobody_is_woken_more_often_than_each_tenth_of_a_second() -> None:
    done = subprocess.run([sys.executable, "-c", WAKES], check=True, capture_output=True, text=True)
    assert done.stdout == "[True, True, True] [(False, False), (True, True)] True\n"


def test_where_the_kernel_has_no_place_for_those_that_are_expected_it_is_left_at_that(
    owners: KernelOwners, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[bytes] = []

    def refuse(key: bytes, value: bytes) -> None:
        refused.append(key)
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    owners.newcomers()
    told_pid(MAKES_ONE)
    one = owners.newcomers()[-1]
    monkeypatch.setattr(owners._kins, "set", refuse)
    owners.expect(one, one.seconds + 1)
    assert refused == [one.kin]
