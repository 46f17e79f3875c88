"""Sockets that one process opened and another one has now, by lookups, with real sockets and processes."""

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest

from netmon.model import OwnerConfidence, Protocol
from netmon_collector import clock
from netmon_collector.core.allowance import Allowance
from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Question
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.holder_search import Grip
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.process_events import ProcessEvents
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.seen_sockets import Seen
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.young_processes import YoungProcesses

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")


@pytest.fixture
def finder() -> Iterator[DiagFinder]:
    made = DiagFinder(SockDiag(), YoungProcesses(ProcessEvents()), ProcessTable(ProcProcessReader()))
    made.hear(*clock.both())
    made._search.remember(os.getpid())
    yield made
    made.close()


def ends_of(here: socket.socket, there: socket.socket) -> FlowKey:
    return FlowKey(Protocol.TCP, 6, HERE, here.getsockname()[1], HERE, there.getsockname()[1])


def lost(held: socket.socket, giver: Grip | None, *, since: float = 0.0, is_sibling: bool = False) -> Seen:
    """Give a connection that was seen to begin with this socket, which ``giver`` no longer holds."""
    now, now_wall = clock.both()
    key = FlowKey(Protocol.TCP, 6, HERE, held.getsockname()[1], HERE, 1)
    inode = os.fstat(held.fileno()).st_ino
    return Seen(key, now_wall - since, now - since, False, inode=inode, grip=giver, is_sibling=is_sibling)


def owner(finder: DiagFinder, ends: FlowKey, time: float) -> tuple[int, OwnerConfidence]:
    answers = finder.find([Question("c1", ends, time)], *clock.both())
    return answers.processes[0].pid, answers.answers[0].confidence


def test_one_that_is_at_its_end_is_its_takers(finder: DiagFinder, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        ends = ends_of(client, server)
        now, now_wall = clock.both()
        finder.see([FirstPacket(ends, now_wall)], now, now_wall)
        assert owner(finder, ends, now_wall) == (os.getpid(), OwnerConfidence.INFERRED)
        with subprocess.Popen(["sleep", "60"], pass_fds=(client.fileno(),)) as child:
            client.shutdown(socket.SHUT_WR)
            server.accept()[0].close()
            assert client.recv(1) == b""  # TIME_WAIT: sock_diag tells no inode any more
            client.close()
            now, later = clock.both()
            finder.look_again(now + 0.05, later + 0.05)
            taken = owner(finder, ends, now_wall)
            child.kill()
    assert taken == (child.pid, OwnerConfidence.INFERRED)


def test_who_took_the_last_one_is_looked_into_without_a_search(finder: DiagFinder, server: socket.socket) -> None:
    finder._taker_searches = Allowance(0)
    with subprocess.Popen(["sleep", "60"]) as giver:
        given = lost(server, Grip(giver.pid, 1_000))
        finder._find_taker(given, *clock.both())
        assert given.process is None
        finder._takers.note(giver.pid, os.getpid())
        finder._find_taker(given, *clock.both())
        giver.kill()
    assert given.process is not None
    assert (given.process.pid, given.grip) == (os.getpid(), Grip(os.getpid(), server.fileno()))
    assert not given.is_sure


def test_only_so_many_are_searched_for_and_none_counts_as_left_out(finder: DiagFinder, server: socket.socket) -> None:
    finder._taker_searches = Allowance(1)
    with subprocess.Popen(["sleep", "60"]) as giver:
        searched, not_searched = lost(server, Grip(giver.pid, 1_000)), lost(server, Grip(giver.pid, 1_000))
        finder._find_taker(searched, *clock.both())
        finder._find_taker(not_searched, *clock.both())
        giver.kill()
    assert searched.process is not None
    assert searched.process.pid == os.getpid()
    assert not_searched.process is None
    assert finder.left_out_count == 0


def test_who_began_after_a_connection_has_not_taken_it_from_nobody(finder: DiagFinder) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with subprocess.Popen(["sleep", "60"], pass_fds=(held.fileno(),)) as child:
            older, later = lost(held, None, since=10.0), lost(held, None)
            held.close()
            finder._find_taker(older, *clock.both())
            finder._find_taker(later, *clock.both())
            child.kill()
    assert older.process is None
    assert later.process is not None
    assert later.process.pid == child.pid


def test_which_socket_a_guess_has_is_not_followed(finder: DiagFinder, server: socket.socket) -> None:
    with subprocess.Popen(["sleep", "60"]) as sibling:
        guessed = lost(server, Grip(sibling.pid, 1_000), is_sibling=True)
        finder._find_taker(guessed, *clock.both())
        sibling.kill()
    assert (guessed.is_sibling, guessed.grip) == (True, Grip(sibling.pid, 1_000))


def test_who_accepts_takes_nothing_from_itself(finder: DiagFinder, server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        ends = ends_of(server, client)
        now, now_wall = clock.both()
        finder.see([FirstPacket(ends, now_wall, is_inbound=True)], now, now_wall)
        with server.accept()[0]:
            finder.look_again(now + 0.1, now_wall + 0.1)
            assert owner(finder, ends, now_wall)[0] == os.getpid()
    assert (finder._takers.of(0), finder._takers.of(os.getpid())) == (0, 0)
