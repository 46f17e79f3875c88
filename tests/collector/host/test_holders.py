"""What the walk over descriptors saves, and that leaving it out keeps owners right: for both ways that need it."""

import errno
import os
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from netmon.model import OwnerWay
from netmon_collector.host import descriptors
from netmon_collector.host.bpf.kernel_holders import KernelHolders
from netmon_collector.host.descriptors import DescriptorWalk, find_holders, list_pids
from netmon_collector.host.diag_sockets import DiagSocketLister
from netmon_collector.host.holders import FULL_WALK_SECONDS, HolderChoice
from netmon_collector.host.ports import Glimpse, HolderSource, ProcessReader, ProcessRecord, SocketLister
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.proc_sockets import ProcSocketLister
from netmon_collector.host.processes import ProcessTable
from tests.support.children import Child, running
from tests.support.namespaces import namespace
from tests.support.sockets import LISTENER, SHARED_LISTENER, holder_pids, owner_of, rows_on

ON_DEMAND = """
import os, socket, sys
held = []
for line in sys.stdin:
    if line == "open\\n":
        held.append(socket.create_server(("127.0.0.1", 0)))
        print(held[-1].getsockname()[1], flush=True)
    if line == "hand over\\n":
        child = os.fork()
        if child == 0:
            while sys.stdin.read(1):
                ...
            os._exit(0)
        held.pop().close()
        print(child, flush=True)
"""
"""Opens a listener when told to; when told to, leaves the last one to a child."""


def now() -> float:
    return time.time()  # noqa: TID251 - the processes of these tests started by the real clock


MakeLister = Callable[[ProcessReader], SocketLister]


def by_diag(reader: ProcessReader) -> SocketLister:
    return DiagSocketLister(ProcessTable(reader))


def by_procfs(reader: ProcessReader) -> SocketLister:
    return ProcSocketLister(ProcessTable(reader))


def by_kernel(reader: ProcessReader, source: HolderSource | None = None) -> DiagSocketLister:
    return DiagSocketLister(ProcessTable(reader), choice=HolderChoice(source or KernelHolders()))


@pytest.fixture(params=[by_diag, by_procfs])
def make_lister(request: pytest.FixtureRequest) -> MakeLister:
    """The ways that walk over descriptors."""
    return cast("MakeLister", request.param)


@pytest.fixture(params=[by_diag, by_procfs, pytest.param(by_kernel, marks=pytest.mark.root)])
def make_any_lister(request: pytest.FixtureRequest) -> MakeLister:
    return cast("MakeLister", request.param)


class Walks(list[frozenset[int]]):
    """The pids of each walk."""


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Walks]:
    """In a network namespace of its own, where nobody else opens sockets meanwhile."""
    seen = Walks()

    def walk(pids: Collection[int], *rest: Any) -> dict[bytes, list[int]]:  # noqa: ANN401 - passed on as it came
        seen.append(frozenset(pids))
        return find_holders(pids, *rest)

    monkeypatch.setattr(descriptors, "find_holders", walk)
    with namespace("nmhost") as place, place.entered():
        yield seen


def open_socket(child: Child) -> int:
    child.tell("open")
    return int(child.line())


@pytest.mark.root
def test_nothing_new_means_no_walk(walks: Walks, make_lister: MakeLister) -> None:
    lister = make_lister(ProcProcessReader())
    with running(LISTENER) as program:
        port = int(program.line())
        lister.list_sockets(now())
        walks.clear()
        listing = lister.list_sockets(now())
        assert walks == []
        (row,) = rows_on(listing, port)
        assert owner_of(listing, row).pid == program.pid


@pytest.mark.root
def test_a_new_socket_is_looked_for_where_sockets_were_and_in_new_processes(
    walks: Walks, make_lister: MakeLister
) -> None:
    lister = make_lister(ProcProcessReader())
    with running(ON_DEMAND) as holder, running("import sys; sys.stdin.read()") as bystander:
        open_socket(holder)
        lister.list_sockets(now())
        walks.clear()
        with running(LISTENER) as newcomer:
            ports = {open_socket(holder): holder.pid, int(newcomer.line()): newcomer.pid}
            listing = lister.list_sockets(now())
            (likely,) = walks
            assert {holder.pid, newcomer.pid} <= likely
            assert bystander.pid not in likely
            for port, pid in ports.items():
                (row,) = rows_on(listing, port)
                assert owner_of(listing, row).pid == pid


@pytest.mark.root
def test_a_socket_of_a_process_that_had_none_is_found_by_a_full_walk(walks: Walks, make_lister: MakeLister) -> None:
    lister = make_lister(ProcProcessReader())
    with running(ON_DEMAND) as program, socket.create_server(("127.0.0.1", 0)):
        lister.list_sockets(now())
        walks.clear()
        port = open_socket(program)
        listing = lister.list_sockets(now())
        assert len(walks) == 2
        (row,) = rows_on(listing, port)
        assert owner_of(listing, row).pid == program.pid


@pytest.mark.root
def test_a_socket_that_was_handed_over_changes_its_owner_when_the_giver_is_looked_at(
    walks: Walks, make_lister: MakeLister
) -> None:
    lister = make_lister(ProcProcessReader())
    with running(ON_DEMAND) as program:
        port = open_socket(program)
        lister.list_sockets(now())
        program.tell("hand over")
        child = int(program.line())
        listing = lister.list_sockets(now() + FULL_WALK_SECONDS)
        (row,) = rows_on(listing, port)
        assert holder_pids(listing, row) == [child]


def test_when_the_owner_ends_the_holder_that_is_left_takes_its_place(make_any_lister: MakeLister) -> None:
    lister = make_any_lister(ProcProcessReader())
    code = """
import os, socket, sys
held = socket.create_server(("127.0.0.1", 0))
child = os.fork()
if child == 0:
    while sys.stdin.read(1):
        ...
    os._exit(0)
print(held.getsockname()[1], child, flush=True)
os.waitpid(child, 0)
"""
    with running(code) as program:
        port, child = map(int, program.line().split())
        listing = lister.list_sockets(now())
        assert holder_pids(listing, rows_on(listing, port)[0]) == [program.pid, child]
        os.kill(program.pid, signal.SIGKILL)
        os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)
        listing = lister.list_sockets(now())
        assert holder_pids(listing, rows_on(listing, port)[0]) == [child]


@pytest.mark.root
def test_forgetting_the_caches_walks_over_all(walks: Walks, make_lister: MakeLister) -> None:
    lister = make_lister(ProcProcessReader())
    with socket.create_server(("127.0.0.1", 0)):
        lister.list_sockets(now())
        walks.clear()
        lister.forget_caches()
        lister.list_sockets(now())
    assert walks
    assert os.getpid() in walks[-1]


@pytest.mark.root
@pytest.mark.parametrize("step", [FULL_WALK_SECONDS, -5.0])
def test_after_half_a_minute_or_a_clock_step_all_are_walked_again(
    walks: Walks, make_lister: MakeLister, step: float
) -> None:
    lister = make_lister(ProcProcessReader())
    with socket.create_server(("127.0.0.1", 0)):
        lister.list_sockets(now())
        walks.clear()
        lister.list_sockets(now() + step)
    assert os.getpid() in walks[-1]


class ReusedPid(ProcProcessReader):
    """Another process has taken over ``pid``: made up, since a real one takes a turn through all pids."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self._pid = pid
        self.successor_start: float | None = None

    def glimpse(self, pid: int) -> Glimpse | None:
        if pid == self._pid and self.successor_start is not None:
            return Glimpse(id="successor", start_time=self.successor_start)
        return super().glimpse(pid)

    def read(self, pid: int) -> ProcessRecord | None:
        glimpse = self.glimpse(pid)
        if glimpse is not None and glimpse.id == "successor":
            return ProcessRecord(glimpse=glimpse, name="successor")
        return super().read(pid)


def test_a_pid_that_is_reused_while_we_look_credits_nobody(make_any_lister: MakeLister) -> None:
    with running(LISTENER) as program:
        port = int(program.line())
        reader = ReusedPid(program.pid)
        reader.successor_start = now() + 60
        listing = make_any_lister(reader).list_sockets(now())
        (row,) = rows_on(listing, port)
        assert row.process_id == ""
        assert "successor" not in {process.name for process in listing.processes}


def test_the_name_of_the_dead_never_goes_to_the_next_holder_of_its_pid(make_any_lister: MakeLister) -> None:
    with running(LISTENER) as program:
        port = int(program.line())
        reader = ReusedPid(program.pid)
        lister = make_any_lister(reader)
        before = owner_of(first := lister.list_sockets(now()), rows_on(first, port)[0])
        reader.successor_start = now() - 1
        listing = lister.list_sockets(now())
        after = owner_of(listing, rows_on(listing, port)[0])
        assert (before.pid, after.pid) == (program.pid, program.pid)
        assert (after.id, after.name) == ("successor", "successor")


@pytest.mark.root
def test_the_kernels_list_walks_nowhere_and_shows_at_once_who_was_handed_a_socket(walks: Walks) -> None:
    lister = by_kernel(ProcProcessReader())
    with running(ON_DEMAND) as program:
        port = open_socket(program)
        before = lister.list_sockets(now())
        program.tell("hand over")
        child = int(program.line())
        after = lister.list_sockets(now())
        assert [holder_pids(one, rows_on(one, port)[0]) for one in (before, after)] == [[program.pid], [child]]
    assert walks == []
    assert lister.holder_ways == (OwnerWay(name="task_file", in_use=True),)


@pytest.mark.root
def test_a_holder_that_could_not_be_told_yet_is_named_in_the_next_listing() -> None:
    with running(SHARED_LISTENER) as program:
        port, leader, child = map(int, program.line().split())
        reader = ReusedPid(child)
        reader.successor_start = now() + 60  # as if it had begun after this listing
        lister = by_kernel(reader)
        first = lister.list_sockets(now())
        reader.successor_start = None
        second = lister.list_sockets(now())
        pids = [holder_pids(one, rows_on(one, port)[0]) for one in (first, second)]
        assert pids == [[leader], [leader, child]]


class Refusing(KernelHolders):
    """A kernel that is out of memory now and then: made up."""

    is_refusing = False

    def find(self, inodes: frozenset[bytes], pids: Collection[int] | None = None) -> dict[bytes, list[int]]:
        if self.is_refusing:
            raise OSError(errno.ENOMEM, "no memory")
        return super().find(inodes, pids)


@pytest.mark.root
def test_when_the_kernel_refuses_its_list_descriptors_are_walked_until_it_gives_it_again() -> None:
    source = Refusing()
    source.is_refusing = True
    lister = by_kernel(ProcProcessReader(), source)
    with running(LISTENER) as program:
        port = int(program.line())
        owners = [holder_pids(listing := lister.list_sockets(now()), rows_on(listing, port)[0])]
        refused = lister.holder_ways
        source.is_refusing = False
        owners.append(holder_pids(listing := lister.list_sockets(now()), rows_on(listing, port)[0]))
        assert owners == [[program.pid]] * 2
    reason = "the kernel refused: Cannot allocate memory"
    assert refused == (OwnerWay(name="task_file", in_use=False, reason=reason),)
    assert lister.holder_ways == (OwnerWay(name="task_file", in_use=True),)


@pytest.mark.parametrize("make", [DescriptorWalk, pytest.param(KernelHolders, marks=pytest.mark.root)])
def test_every_source_tells_the_same_of_the_same_sockets(make: Callable[[], HolderSource]) -> None:
    source = make()
    with running(SHARED_LISTENER) as program, socket.socket() as ours:
        leader, child = map(int, program.line().split()[1:])
        [theirs] = _inodes(leader) & _inodes(child)
        inodes = frozenset({theirs, b"%d" % os.fstat(ours.fileno()).st_ino, b"1"})
        found = source.find(inodes)
        assert found.pop(theirs) == sorted((leader, child))
        assert list(found.values()) == [[os.getpid()]]
        assert source.find(inodes, {child}) == {theirs: [child]}


def _inodes(pid: int) -> set[bytes]:
    links = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    return {link[len("socket:[") : -1].encode() for link in links if link.startswith("socket:")}


def test_a_process_that_ends_in_the_middle_of_a_walk_is_skipped() -> None:
    with running(LISTENER) as program:
        program.line()
        pids = sorted(list_pids())
    assert program.pid in pids
    assert program.pid not in {pid for found in find_holders(pids, frozenset({b"1"})).values() for pid in found}
