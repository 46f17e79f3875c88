"""Holders of sockets that many connections share, with real ones of this process."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from netmon.model import Process, Protocol
from netmon_collector import clock
from netmon_collector.core.flow import FlowKey
from netmon_collector.host import shared_sockets
from netmon_collector.host.holder_search import Grip, HolderSearch
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.seen_sockets import Seen
from netmon_collector.host.shared_sockets import SharedSockets
from netmon_collector.host.young_processes import YoungProcesses

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")
COOKIE = 7


@dataclass(slots=True)
class Machine:
    """What looks at a listener of this process."""

    shared: SharedSockets
    table: ProcessTable
    server: socket.socket

    @property
    def inode(self) -> int:
        return os.fstat(self.server.fileno()).st_ino

    @property
    def port(self) -> int:
        return int(self.server.getsockname()[1])

    @property
    def grip(self) -> Grip:
        return Grip(os.getpid(), self.server.fileno())

    def process(self, pid: int) -> Process:
        process = self.table.find(pid)
        assert process is not None
        return process

    def called(self, cookie: int = COOKIE) -> Seen:
        """Give a connection that the listener has not accepted yet."""
        key = FlowKey(Protocol.TCP, 6, HERE, self.port, HERE, 1)
        return Seen(key, 1.0, 1.0, is_inbound=True, cookie=cookie, inode=self.inode, is_listener=True)


@pytest.fixture
def machine() -> Iterator[Machine]:
    young = YoungProcesses(ProcessEvents())
    table = ProcessTable(ProcProcessReader())
    table.begin(clock.wall_time())
    search = HolderSearch(young)
    search.search(0, clock.monotonic(), is_wide=False)  # the budget begins with the first search
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Machine(SharedSockets(search, table), table, server)
    young.close()


def test_who_held_it_the_last_time_is_taken_while_that_is_so(machine: Machine) -> None:
    seen = machine.called()
    assert not machine.shared.find(seen)
    machine.shared.keep(machine.inode, COOKIE, machine.grip, machine.process(os.getpid()))
    assert machine.shared.find(seen)
    assert (seen.grip, seen.process) == (machine.grip, machine.process(os.getpid()))
    assert not machine.shared.find(machine.called(COOKIE + 1))  # the inode was used again
    own = machine.called()
    own.is_listener = False
    assert not machine.shared.find(own)
    machine.shared.keep(machine.inode, COOKIE, Grip(os.getpid(), 1_000_000), machine.process(os.getpid()))
    assert not machine.shared.find(machine.called())


def test_another_process_with_its_pid_is_not_taken(machine: Machine) -> None:
    before = replace(machine.process(os.getpid()), id="before")
    machine.shared.keep(machine.inode, COOKIE, machine.grip, before)
    assert not machine.shared.find(machine.called())


def test_who_accepts_is_taken_for_who_listens_if_the_listener_is_there_too(machine: Machine) -> None:
    word = "import sys; print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", word],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(machine.server.fileno(),),
    ) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline()
        machine.table.begin(clock.wall_time())  # who begins after a round is not told in it
        held = Grip(keeper.pid, machine.server.fileno())
        machine.shared.keep(machine.inode, COOKIE, held, machine.process(keeper.pid))
        machine.shared.note_acceptor(machine.port, machine.process(1))
        kept = machine.called()
        assert machine.shared.find(kept)
        assert kept.grip == held
        machine.shared.note_acceptor(machine.port, machine.process(os.getpid()))
        accepting = machine.called()
        assert machine.shared.find(accepting)
        assert accepting.grip == machine.grip
        keeper.communicate()
    assert machine.shared.process_ids() == {machine.process(os.getpid()).id}


def test_who_accepts_on_the_same_port_elsewhere_is_looked_into_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    look = machine.shared._search.grip_of

    def counting(pid: int, inode: int) -> Grip | None:
        looks.append(pid)
        return look(pid, inode)

    monkeypatch.setattr(machine.shared._search, "grip_of", counting)
    machine.shared.keep(machine.inode, COOKIE, machine.grip, machine.process(os.getpid()))
    for _ in range(3):
        machine.shared.note_acceptor(machine.port, machine.process(1))
        called = machine.called()
        assert machine.shared.find(called)
        assert called.grip == machine.grip
    assert looks == [1]
    machine.shared.note_acceptor(machine.port, machine.process(os.getpid()))
    assert machine.shared.find(machine.called())  # known to accept from here on
    machine.shared.note_acceptor(machine.port, replace(machine.process(os.getpid()), id="another"))
    assert machine.shared.find(machine.called())
    assert looks == [1]


def test_only_so_many_are_remembered(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_sockets, "LIMIT", 2)
    for number in range(3):
        process = replace(machine.process(os.getpid()), id=str(number))
        machine.shared.keep(number, COOKIE, machine.grip, process)
        machine.shared.note_acceptor(number, replace(process, id=f"acceptor {number}"))
    assert machine.shared.process_ids() == {"1", "2", "acceptor 1", "acceptor 2"}


def test_who_is_gone_is_forgotten_in_turn(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_sockets, "CHECKED", 1)
    own = machine.process(os.getpid())
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    machine.shared.keep(1, COOKIE, Grip(gone.pid, 3), replace(own, id="gone", pid=gone.pid))
    machine.shared.keep(machine.inode, COOKIE, machine.grip, own)
    machine.shared.note_acceptor(1, replace(own, id="gone too", pid=gone.pid))
    machine.shared.note_acceptor(machine.port, own)
    machine.shared.sweep()
    machine.shared.sweep()
    assert machine.shared.process_ids() == {own.id}
    assert machine.shared.find(machine.called())
