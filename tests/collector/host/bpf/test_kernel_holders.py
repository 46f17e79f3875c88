"""The iterator in this kernel, over the descriptors of real processes."""

import ctypes
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon_collector.host.bpf import kernel_holders as module
from netmon_collector.host.bpf.kernel_holders import KernelHolders
from netmon_collector.host.descriptors import find_holders
from tests.support.children import running
from tests.support.namespaces import namespace
from tests.support.waiting import wait_for

pytestmark = pytest.mark.root

_CLONE_FILES = 0x400

HOLD = """
import os, socket, sys
held = socket.socket()
print(os.fstat(held.fileno()).st_ino, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holders() -> Iterator[KernelHolders]:
    made = KernelHolders()
    yield made
    made.close()


def inode_of(held: socket.socket) -> bytes:
    return b"%d" % os.fstat(held.fileno()).st_ino


def test_a_socket_under_two_descriptors_has_one_holder_and_a_file_that_is_none_has_no_part(
    holders: KernelHolders, tmp_path: Path
) -> None:
    with socket.socket() as held, held.dup(), (tmp_path / "file").open("w") as file:
        other = b"%d" % os.fstat(file.fileno()).st_ino
        assert holders.find(frozenset({inode_of(held), other})) == {inode_of(held): [os.getpid()]}


def test_a_socket_that_a_thread_made_is_its_processes(holders: KernelHolders) -> None:
    made: list[socket.socket] = []
    thread = threading.Thread(target=lambda: made.append(socket.socket()))
    thread.start()
    thread.join()
    with made[0]:
        assert holders.find(frozenset({inode_of(made[0])})) == {inode_of(made[0]): [os.getpid()]}


def test_holders_in_other_network_namespaces_are_known_too(holders: KernelHolders) -> None:
    with namespace("nmhold") as other, running(HOLD, command=other.command()) as program:
        inode = program.line().encode()
        assert holders.find(frozenset({inode})) == {inode: [program.pid]}


def test_who_has_ended_or_closed_holds_nothing(holders: KernelHolders) -> None:
    with socket.socket() as closed:
        inodes = {inode_of(closed)}
    with running(HOLD) as program:
        inodes.add(program.line().encode())
    assert holders.find(frozenset(inodes)) == {}


def test_what_has_not_changed_is_not_worked_out_again(holders: KernelHolders) -> None:
    with socket.socket() as held:
        inodes = frozenset({inode_of(held)})
        first = holders.find(inodes)
        wait_for(lambda: holders.find(inodes) is holders.find(inodes), seconds=30, what="nobody else opens a socket")
        with held.dup():
            assert holders.find(inodes) == first
        assert holders.find(inodes, {1}) == {}
    assert holders.find(inodes) == {}


def test_more_sockets_than_one_read_holds_are_all_found(holders: KernelHolders) -> None:
    held = [socket.socket(socket.AF_UNIX) for _ in range(3_000)]  # 16 bytes each, 32 kB a read
    try:
        inodes = frozenset(map(inode_of, held))
        assert holders.find(inodes) == {inode: [os.getpid()] for inode in inodes}
    finally:
        for one in held:
            one.close()


WITHOUT_RIGHTS = """
import os, socket, sys
from netmon_collector.host.bpf.kernel_holders import KernelHolders
holders = KernelHolders()
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
inode = sys.argv[1].encode()
print(holders.find(frozenset({inode})).get(inode))
"""


def test_asking_takes_no_right() -> None:
    with socket.socket() as held:
        command = [sys.executable, "-c", WITHOUT_RIGHTS, inode_of(held)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == f"[{os.getpid()}]\n"


def test_loading_without_rights_is_refused_as_such() -> None:
    code = """
import os
from importlib.resources import files
from netmon_collector.host.bpf.kernel_holders import KernelHolders
files("netmon_collector.host.bpf").joinpath("holders.bpf.o").read_bytes()  # no import after the rights are gone
os.setresuid(65534, 65534, 65534)
try:
    KernelHolders()
except PermissionError as error:
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "refused\n"


def test_in_a_pid_namespace_of_its_own_it_says_so() -> None:
    code = """
from netmon_collector.host.bpf.kernel_holders import KernelHolders
try:
    KernelHolders()
except ValueError as error:
    print(error)
"""
    command = ["unshare", "--pid", "--fork", sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "processes have other numbers here: this is a container\n"


def test_a_kernel_without_btf_is_a_missing_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "KERNEL_TYPES", tmp_path / "vmlinux")
    with pytest.raises(FileNotFoundError):
        KernelHolders()


def test_it_can_be_closed_twice_and_then_is_an_error(holders: KernelHolders) -> None:
    holders.close()
    holders.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        holders.find(frozenset({b"1"}))


def test_a_thread_with_descriptors_of_its_own_counts_for_its_process(holders: KernelHolders) -> None:
    """What /proc/PID/fd, which shows the leader's, leaves out."""
    inodes: list[bytes] = []
    made, done = threading.Event(), threading.Event()

    def hold() -> None:
        assert ctypes.CDLL(None, use_errno=True).unshare(_CLONE_FILES) == 0
        with socket.socket() as held:
            inodes.append(inode_of(held))
            made.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert made.wait(10)
        assert holders.find(frozenset(inodes)) == {inodes[0]: [os.getpid()]}
        assert find_holders([os.getpid()], frozenset(inodes)) == {}
    finally:
        done.set()
        thread.join()


def test_kernel_threads_hold_nothing(holders: KernelHolders) -> None:
    with socket.socket() as held:
        assert holders.find(frozenset({inode_of(held)}), {0, 2}) == {}
