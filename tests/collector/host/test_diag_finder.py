"""Owners of single connections by lookups, with real sockets and processes."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector import clock
from netmon_collector.core.first_packets import FirstPacket, FirstSocket
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host import diag_finder, holder_search
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.habits import SIBLING_COUNT
from netmon_collector.host.ports import ProcessRecord
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.seen_sockets import KEPT_SECONDS
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.young_processes import YoungProcesses
from tests.support.forked_family import family

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")
SURE, GUESSED = OwnerConfidence.CERTAIN, OwnerConfidence.INFERRED

CALL = """
import os, socket, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
if sys.argv[2] == "over":
    client.shutdown(socket.SHUT_WR)
    client.recv(1)
print(client.getsockname()[1], flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def finder() -> Iterator[DiagFinder]:
    table = ProcessTable(ProcProcessReader())
    made = DiagFinder(SockDiag(), YoungProcesses(ProcessEvents()), table)
    now, now_wall = clock.both()
    made.hear(now, now_wall)
    table.begin(now_wall)
    # Told that this process has a connection, it looks here early, however many processes the machine runs.
    made.find([Question("c0", key(1, 1), now_wall, owner=table.find(os.getpid()))], now, now_wall)
    yield made
    made.close()


def key(local_port: int, remote_port: int, protocol: Protocol = Protocol.TCP) -> FlowKey:
    return FlowKey(protocol, 6 if protocol is Protocol.TCP else 17, HERE, local_port, HERE, remote_port)


def port_of(held: socket.socket) -> int:
    return int(held.getsockname()[1])


def see(finder: DiagFinder, *keys: FlowKey, is_inbound: bool = False, later: float = 0.0) -> float:
    """Show first packets; give when they passed."""
    now, now_wall = clock.both()
    packets = [FirstPacket(one, now_wall + later, is_inbound) for one in keys]
    finder.see(packets, now + later, now_wall + later)
    return now_wall + later


def look_again(finder: DiagFinder, later: float) -> float | None:
    now, now_wall = clock.both()
    return finder.look_again(now + later, now_wall + later)


def found(
    finder: DiagFinder, key: FlowKey, time: float, *, end: float | None = None, cookie: int = 0
) -> tuple[Answer, Process] | None:
    answers = finder.find([Question("c1", key, time, end, cookie)], *clock.both())
    if not answers.answers:
        return None
    [answer], [process] = answers.answers, answers.processes
    assert answer.process_id == process.id
    return answer, process


@contextmanager
def caller(server: socket.socket, how: str = "open") -> Generator[tuple[subprocess.Popen[str], int]]:
    """Run a program that is connected, and give its port; it ends when it is told."""
    command = [sys.executable, "-c", CALL, str(port_of(server)), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        if how == "over":
            server.accept()[0].close()
        yield program, int(program.stdout.readline())
        program.communicate("\n")


def test_a_process_that_has_ended_is_named_in_full(finder: DiagFinder, server: socket.socket) -> None:
    with caller(server) as (program, port):
        ends = key(port, port_of(server))
        time = see(finder, ends)
    answer_and_process = found(finder, ends, time, end=time + 0.01)
    assert answer_and_process is not None
    answer, process = answer_and_process
    assert (answer.method, answer.confidence, answer.is_final) == (OwnerMethod.EXACT, GUESSED, True)
    assert (process.pid, process.uid, process.parent_pid) == (program.pid, os.getuid(), os.getpid())
    assert process.executable == os.path.realpath(sys.executable)


class Counting(ProcProcessReader):
    """Counts which processes it read in full."""

    def __init__(self) -> None:
        super().__init__()
        self.read_pids: list[int] = []

    def read(self, pid: int) -> ProcessRecord | None:
        self.read_pids.append(pid)
        return super().read(pid)


def test_of_those_that_one_program_forks_only_the_first_is_read_in_full(server: socket.socket) -> None:
    reader = Counting()
    finder = DiagFinder(SockDiag(), YoungProcesses(ProcessEvents()), ProcessTable(reader))
    with family(server, "open", "open", "open") as (parent_pid, children):
        named: list[Process] = []
        for _, port in children:
            answer_and_process = found(finder, key(port, port_of(server)), see(finder, key(port, port_of(server))))
            assert answer_and_process is not None
            named.append(answer_and_process[1])
    finder.close()
    assert [process.pid for process in named] == [pid for pid, _ in children]
    assert reader.read_pids == [children[0][0]]
    assert {(process.executable, process.parent_pid) for process in named} == {(named[0].executable, parent_pid)}
    assert named[0].executable == os.path.realpath(sys.executable)
    assert len({process.id for process in named}) == 3


def test_what_was_over_too_soon_is_the_ones_whose_socket_is_no_others(
    finder: DiagFinder, server: socket.socket
) -> None:
    with family(server, *["open"] * SIBLING_COUNT, "over") as (_, children):
        *others, (pid, port) = children
        missed = key(port, port_of(server))
        assert found(finder, missed, see(finder, missed)) is None  # nobody is known to open such
        see(finder, *(key(other, port_of(server)) for _, other in others))
        time = see(finder, missed)
        named = found(finder, missed, time, end=time)
        assert named is not None
        assert (named[0].method, named[0].confidence, named[0].is_final) == (OwnerMethod.SIBLING, GUESSED, False)
        assert named[1].pid == pid
        elsewhere = key(1, port_of(server))
        assert found(finder, elsewhere, see(finder, elsewhere)) is None  # no socket is left


def test_what_was_over_too_soon_is_nobodys_where_two_sockets_are_left(
    finder: DiagFinder, server: socket.socket
) -> None:
    with family(server, *["open"] * SIBLING_COUNT, "over", "over") as (_, children):
        *others, (_, port), _ = children
        see(finder, *(key(other, port_of(server)) for _, other in others))
        missed = key(port, port_of(server))
        assert found(finder, missed, see(finder, missed)) is None


def test_who_still_holds_it_a_little_later_is_sure(finder: DiagFinder, server: socket.socket) -> None:
    with caller(server) as (program, port):
        ends = key(port, port_of(server))
        now, time = clock.both()  # one moment for all: what the machine does meanwhile is none of it
        finder.see([FirstPacket(ends, time, False)], now, time)
        assert now < (finder.look_again(now + 0.02, time + 0.02) or 0.0) < now + 0.2
        again = finder.look_again(now + 0.2, time + 0.2) or 0.0
        assert again >= now + 0.2 + ProcessEvents.patience_seconds  # nothing but what the kernel tells
        named = found(finder, ends, time)
        assert named is not None
        assert (named[0].confidence, named[1].pid) == (SURE, program.pid)
        assert named[0].cookie
        assert found(finder, ends, time, cookie=named[0].cookie) is not None
        assert found(finder, ends, time, cookie=named[0].cookie + 1) is None


def test_a_lookup_that_came_late_is_never_sure(finder: DiagFinder, server: socket.socket) -> None:
    """The next socket with the same ends may have been found."""
    with socket.create_connection(server.getsockname()) as client:
        ends = key(port_of(client), port_of(server))
        time = see(finder, ends, later=-0.1)
        look_again(finder, 1.0)
        named = found(finder, ends, time)
    assert named is not None
    assert (named[0].confidence, named[1].pid) == (GUESSED, os.getpid())


def test_a_connection_that_was_not_seen_to_begin_is_looked_up_when_asked_for(
    finder: DiagFinder, server: socket.socket
) -> None:
    with socket.create_connection(server.getsockname()) as client:
        named = found(finder, key(port_of(client), port_of(server)), clock.wall_time())
    assert named is not None
    assert (named[0].method, named[1].pid) == (OwnerMethod.EXACT, os.getpid())


def test_who_began_after_a_connection_does_not_inherit_it(finder: DiagFinder, server: socket.socket) -> None:
    with caller(server) as (_, port):
        finder.hear(*clock.both())
        assert found(finder, key(port, port_of(server)), clock.wall_time() - 60.0) is None
        assert found(finder, key(port, port_of(server)), clock.wall_time()) is not None


def test_an_earlier_connection_on_the_same_ends_stays_without_the_later_ones_owner(
    finder: DiagFinder, server: socket.socket
) -> None:
    with socket.create_connection(server.getsockname()) as client:
        ends = key(port_of(client), port_of(server))
        time = see(finder, ends)
        assert found(finder, ends, time - 1.0) is None
        assert found(finder, ends, time - 1.0, end=time - 0.5) is None
        assert found(finder, ends, time) is not None


def test_a_connection_whose_holder_was_found_with_its_second_syn_is_its(
    finder: DiagFinder, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_connection(server.getsockname()) as client:
        ends = key(port_of(client), port_of(server))
        with monkeypatch.context() as patched:
            patched.setattr(holder_search, "LINKS_A_SECOND", 0)
            finder._search._links = 0.0
            time = see(finder, ends)
        see(finder, ends, later=1.0)
        named = found(finder, ends, time, end=time + 2.0)
        assert named is not None
        assert (named[0].method, named[1].pid) == (OwnerMethod.EXACT, os.getpid())


def test_an_accepted_connection_is_the_listeners_until_it_is_accepted(
    finder: DiagFinder, server: socket.socket
) -> None:
    with socket.create_connection(server.getsockname()) as client:
        ends = key(port_of(server), port_of(client))
        never = key(port_of(server), 1)
        time = see(finder, ends, never, is_inbound=True)
        for waiting in (ends, never):
            listening = found(finder, waiting, time)
            assert listening is not None
            assert (listening[0].method, listening[0].confidence) == (OwnerMethod.LISTENER, GUESSED)
        accepted, _ = server.accept()
        with accepted:
            look_again(finder, 0.1)
            named = found(finder, ends, time)
    assert named is not None
    assert (named[0].method, named[1].pid) == (OwnerMethod.EXACT, os.getpid())


def test_who_listens_is_looked_for_once_more_when_a_connection_is_over(
    finder: DiagFinder, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = key(port_of(server), 1)
    with monkeypatch.context() as patched:
        patched.setattr(holder_search, "LINKS_A_SECOND", 0)
        finder._search._links = 0.0
        time = see(finder, never, is_inbound=True)
        assert found(finder, never, time, end=time) is None
    finder._search._links = 1_000.0
    listening = found(finder, never, time, end=time)
    assert listening is not None
    assert (listening[0].method, listening[0].confidence, listening[1].pid) == (
        *(OwnerMethod.LISTENER, GUESSED),
        os.getpid(),
    )


def test_a_child_that_took_over_what_was_accepted_is_the_owner(finder: DiagFinder, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        ends = key(port_of(server), port_of(client))
        time = see(finder, ends, is_inbound=True)
        with subprocess.Popen(["sleep", "60"], pass_fds=(accepted.fileno(),)) as child:
            accepted.close()
            look_again(finder, 0.1)
            named = found(finder, ends, time)
            child.kill()
    assert named is not None
    assert (named[0].confidence, named[1].pid) == (GUESSED, child.pid)


def test_what_was_accepted_and_over_before_its_holder_was_found_is_the_listeners(
    finder: DiagFinder, server: socket.socket
) -> None:
    gone = key(port_of(server), 1)
    now, now_wall = clock.both()
    accepted = FirstSocket(cookie=1, inode=1, uid=os.getuid(), control_group=1)
    finder.see([FirstPacket(gone, now_wall, is_inbound=True, socket=accepted)], now, now_wall)
    named = found(finder, gone, now_wall, end=now_wall)
    assert named is not None
    assert (named[0].method, named[0].confidence, named[1].pid) == (OwnerMethod.LISTENER, GUESSED, os.getpid())


def test_of_those_who_hold_a_listener_the_one_that_accepted_before_is_the_likeliest(
    finder: DiagFinder, server: socket.socket
) -> None:
    """As with systemd, which keeps the listener of a service that it starts for it, and accepts nothing."""
    first, second = key(port_of(server), 1), key(port_of(server), 2)
    with subprocess.Popen(["sleep", "60"], pass_fds=(server.fileno(),)) as keeper:
        before = found(finder, first, see(finder, first, is_inbound=True))
        with socket.create_connection(server.getsockname()) as client:
            ends = key(port_of(server), port_of(client))
            time = see(finder, ends, is_inbound=True)
            with server.accept()[0]:
                look_again(finder, 0.1)
                accepted = found(finder, ends, time)
        after = found(finder, second, see(finder, second, is_inbound=True))
        keeper.kill()
    for named, method, pid in (
        (before, OwnerMethod.LISTENER, keeper.pid),
        (accepted, OwnerMethod.EXACT, os.getpid()),
        (after, OwnerMethod.LISTENER, os.getpid()),
    ):
        assert named is not None
        assert (named[0].method, named[0].confidence, named[1].pid) == (method, GUESSED, pid)


def test_the_next_of_many_to_one_end_by_one_process_is_its_too(finder: DiagFinder, server: socket.socket) -> None:
    keys: list[FlowKey] = []
    for _ in range(SIBLING_COUNT + 1):  # the first one finds the process, and teaches nothing
        with socket.create_connection(server.getsockname()) as client:
            keys.append(key(port_of(client), port_of(server)))
            see(finder, keys[-1])
            look_again(finder, 0.05)
    missed = key(1, port_of(server))
    time = see(finder, missed)
    named = found(finder, missed, time, end=time)
    assert named is not None
    assert (named[0].method, named[0].confidence) == (OwnerMethod.SIBLING, GUESSED)
    assert named[1].pid == os.getpid()
    elsewhere = key(1, 1)
    assert found(finder, elsewhere, see(finder, elsewhere)) is None


def test_an_unconnected_datagram_socket_is_known_by_its_port(finder: DiagFinder) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("", 0))
        ends = key(port_of(held), 9, Protocol.UDP)
        named = found(finder, ends, see(finder, ends))
        assert named is not None
        assert (named[0].method, named[0].confidence) == (OwnerMethod.WILDCARD, GUESSED)
        looks = finder._looks
        see(finder, ends)
        assert finder._looks >= looks


def test_a_connected_datagram_socket_is_exact(finder: DiagFinder) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.connect(("127.0.0.1", 9))
        ends = key(port_of(held), 9, Protocol.UDP)
        named = found(finder, ends, see(finder, ends))
    assert named is not None
    assert (named[0].method, named[1].pid) == (OwnerMethod.EXACT, os.getpid())


def test_what_has_no_socket_or_no_port_has_no_answer(finder: DiagFinder) -> None:
    assert found(finder, key(1, 2), clock.wall_time()) is None
    assert found(finder, key(NO_PORT, NO_PORT), clock.wall_time()) is None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.connect(("127.0.0.1", 9))
        ends = key(port_of(held), 9, Protocol.UDP)
        assert found(finder, ends, clock.wall_time()) is not None
        assert found(finder, ends._replace(ip_protocol=136), clock.wall_time()) is None


def test_beyond_its_budget_connections_are_left_out_and_counted(
    finder: DiagFinder, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diag_finder, "LOOKS_A_SECOND", 4)
    see(finder, *(key(port, port_of(server)) for port in range(1, 11)))
    assert finder.left_out_count == 9


def test_what_is_old_is_forgotten(finder: DiagFinder, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        ends = key(port_of(client), port_of(server))
        time = see(finder, ends)
    now, now_wall = clock.both()
    finder.hear(now + KEPT_SECONDS + 1.0, now_wall + KEPT_SECONDS + 1.0)
    assert found(finder, ends, time, end=time) is None
