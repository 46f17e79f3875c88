import errno
import os
import socket
import sys
import time
from contextlib import closing

import pytest

from netmon.model import Protocol
from netmon_collector import clock
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Question
from netmon_collector.host.bpf.kernel_holders import KernelHolders
from netmon_collector.host.bpf.kernel_owners import CgroupHeld, KernelOwners
from netmon_collector.host.bpf.system_call import ProgramRefused
from netmon_collector.host.listers import open_holder_source, open_owner_finder, open_socket_lister
from netmon_collector.host.perf.kernel_trace import TraceEvents, TraceReader
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.sock_diag import SockDiag
from tests.support.sockets import owner_of, port_of, rows_on
from tests.support.waiting import wait_for


def test_linux_is_listed_by_sock_diag() -> None:
    assert open_socket_lister().name == "sock_diag"


def test_a_kernel_without_sock_diag_is_listed_from_procfs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: SockDiag) -> None:
        raise OSError(errno.ENOENT, "no such handler")

    monkeypatch.setattr(SockDiag, "probe", refuse)
    assert open_socket_lister().name == "procfs"


def test_each_way_can_be_asked_for() -> None:
    ways = {
        "auto": "sock_diag",
        "sockdiag": "sock_diag",
        "lookups": "sock_diag",
        "procfs": "procfs",
        "psutil": "psutil",
    }
    assert {way: open_socket_lister(way).name for way in ways} == ways


def test_any_other_system_is_listed_with_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert open_socket_lister().name == "psutil"


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_command_lines_come_only_when_asked_for(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    listers = {}
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", platform)
        listers = {keep: open_socket_lister(command_lines_of=os.getuid() if keep else None) for keep in (True, False)}
    with socket.create_server(("127.0.0.1", 0)) as held:
        for keep, lister in listers.items():
            listing = lister.list_sockets(time.time())  # noqa: TID251 - this process started by the real clock
            process = owner_of(listing, rows_on(listing, port_of(held))[0])
            assert bool(process.command_line) is keep


@pytest.mark.root
def test_the_kernel_answers_for_single_connections_where_it_may() -> None:
    choice = open_owner_finder()
    assert choice.finder is not None
    assert (choice.finder.name, choice.reason) == ("ebpf", "")
    choice.finder.close()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(errno.EPERM, "no"), "the right to load it is missing"),
        (CgroupHeld(errno.EPERM, "no"), "another program holds the root cgroup"),
        (OSError(errno.ENOSYS, "Function not implemented"), "the kernel refused: Function not implemented"),
        (ValueError("processes have other numbers here"), "processes have other numbers here"),
    ],
)
def test_why_the_kernel_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def refuse(self: KernelOwners) -> None:
        raise error

    monkeypatch.setattr(KernelOwners, "__init__", refuse)
    choice = open_owner_finder()
    assert choice.finder is not None
    assert choice.finder.name == ("sockdiag" if os.geteuid() else "tracepoints")
    assert choice.reason.startswith(reason)
    choice.finder.close()


@pytest.mark.root
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(errno.ENOENT, "no"), "this kernel does not tell of its sockets"),
        (PermissionError(errno.EPERM, "no"), "the right to is missing"),
        (OSError(errno.ENOSYS, "Function not implemented"), "the kernel refused: Function not implemented"),
        (ValueError("this kernel tells no skaddr"), "this kernel tells no skaddr"),
    ],
)
def test_why_the_kernel_does_not_tell_of_sockets_is_said(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def refuse(self: TraceEvents) -> None:
        raise error

    monkeypatch.setattr(TraceEvents, "__init__", refuse)
    choice = open_owner_finder("sockdiag")
    assert choice.finder is not None
    assert (choice.finder.name, choice.untraced_reason) == ("sockdiag", reason)
    choice.finder.close()


@pytest.mark.root
def test_where_its_rings_cannot_be_mapped_connections_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: TraceReader, opened: TraceEvents) -> None:
        raise OSError(errno.EPERM, "no")

    monkeypatch.setattr(TraceReader, "__init__", refuse)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - of descriptors the names are enough
    choice = open_owner_finder("sockdiag")
    assert choice.finder is not None
    assert (choice.finder.name, choice.untraced_reason) == ("sockdiag", "the right to is missing")
    choice.finder.close()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_way_that_was_asked_for_leaves_the_kernel_out(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = open_owner_finder("psutil")
    assert choice.reason == "left out by --owners psutil"
    assert "--owners auto" in choice.remedy
    monkeypatch.setattr(sys, "platform", "darwin")
    assert open_owner_finder().reason == "this system has no eBPF"


def test_lookups_can_be_asked_for_and_listings_alone_too() -> None:
    choice = open_owner_finder("lookups")
    assert choice.finder is not None
    assert (choice.finder.name, choice.reason) == ("sockdiag", "left out by --owners lookups")
    assert choice.untraced_reason == choice.reason
    choice.finder.close()
    assert [open_owner_finder(way).finder for way in ("procfs", "psutil")] == [None, None]


def test_without_process_events_lookups_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: ProcessEvents) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(ProcessEvents, "__init__", refuse)
    choice = open_owner_finder("lookups")
    assert choice.finder is not None
    with (
        closing(choice.finder) as finder,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        here = socket.inet_aton("127.0.0.1")
        question = Question(
            "c1", FlowKey(Protocol.TCP, 6, here, port_of(client), here, port_of(server)), clock.wall_time()
        )
        # Where many processes run, one that nothing speaks for is not found within the budget of a single search.
        found = wait_for(lambda: finder.find([question], *clock.both()).processes, seconds=30, what="its owner")
    assert [process.pid for process in found] == [os.getpid()]


def test_a_kernel_without_sock_diag_has_no_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: SockDiag) -> None:
        raise OSError(errno.ENOENT, "no such handler")

    monkeypatch.setattr(SockDiag, "probe", refuse)
    assert open_owner_finder("sockdiag").finder is None


@pytest.mark.root
def test_the_kernel_tells_who_holds_sockets_where_it_may() -> None:
    source, reason = open_holder_source()
    assert (source.name, source.is_whole, reason) == ("task_file", True, "")
    assert [way.in_use for way in open_socket_lister().holder_ways] == [True]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(errno.EPERM, "no"), "the right to load it is missing"),
        (FileNotFoundError(errno.ENOENT, "no such file"), "this kernel does not tell of its types (BTF)"),
        (ProgramRefused(errno.EINVAL, "task_file", ""), "the kernel refused: Invalid argument"),
        (ValueError("processes have other numbers here"), "processes have other numbers here"),
    ],
)
def test_why_descriptors_are_walked_is_said(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def refuse(self: KernelHolders) -> None:
        raise error

    monkeypatch.setattr(KernelHolders, "__init__", refuse)
    for way in ("auto", "procfs"):
        [holding] = open_socket_lister(way).holder_ways
        why = reason if way == "auto" else "left out by --owners procfs"
        assert (holding.name, holding.in_use, holding.reason) == ("task_file", False, why)
