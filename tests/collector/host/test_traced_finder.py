"""Owners of real TCP connections, from what this kernel tells of their sockets."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.kernel_story import KernelStory
from netmon_collector.host.perf.kernel_trace import TraceEvents, TraceReader
from netmon_collector.host.perf.records import Lost
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.traced_finder import (
    AGREED,
    LONG_REST_SECONDS,
    MANY,
    PACE_SECONDS,
    REST_SECONDS,
    SHUT_SECONDS,
    TracedFinder,
    _Pace,
)
from netmon_collector.host.traced_processes import Birth
from netmon_collector.host.young_processes import YoungProcesses
from tests.support.forked_family import family

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")
SURE, GUESSED = OwnerConfidence.CERTAIN, OwnerConfidence.INFERRED

CALL = """
import socket, sys, time
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
    print(client.getsockname()[1], time.time())
"""

FORKED_CALLS = """
import os, socket, sys
for _ in range(6):
    pid = os.fork()
    if not pid:
        client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        print(os.getpid(), client.getsockname()[1], flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
sys.stdin.read()
"""

FORKING_SERVER = """
import os, socket
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    connection, _ = server.accept()
    pid = os.fork()
    if not pid:
        server.close()
        connection.sendall(b"x")
        connection.close()
        os._exit(0)
    connection.close()
    os.waitpid(pid, 0)
    print(pid, flush=True)
"""


@pytest.fixture
def finder() -> Iterator[TracedFinder]:
    events = TraceEvents()
    story = KernelStory(TraceReader(events))
    diag = DiagFinder(SockDiag(), YoungProcesses(story), ProcessTable(ProcProcessReader()))
    made = TracedFinder(story, diag, ProcProcessReader())
    yield made
    made.close()
    events.close()


def now() -> tuple[float, float]:
    return time.monotonic(), time.time()  # noqa: TID251 - the kernel's own records carry these clocks


def question(local_port: int, remote_port: int, start: float, end: float | None = None) -> Question:
    return Question("c1", FlowKey(Protocol.TCP, 6, HERE, local_port, HERE, remote_port), start, end)


def answered(finder: TracedFinder, asked: Question) -> tuple[Answer, Process]:
    finder.hear(*now())
    found = finder.find([asked], *now())
    [answer], processes = found.answers, {process.id: process for process in found.processes}
    return answer, processes[answer.process_id]


def test_a_program_that_has_ended_unread_is_named_by_pid_name_and_start(finder: TracedFinder) -> None:
    began = now()[1]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-c", CALL, str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            own_port, start = child.communicate()[0].split()
        answer, process = answered(finder, question(int(own_port), port, float(start), now()[1]))
    assert (answer.method, answer.confidence, answer.is_final) == (OwnerMethod.USER, SURE, True)
    assert (process.pid, process.parent_pid, process.executable) == (child.pid, os.getpid(), "")
    assert process.name.startswith("python")
    assert began - 0.02 <= process.start_time <= float(start)


def test_each_that_one_program_forked_is_named_in_full_though_all_but_one_had_ended_unread(
    finder: TracedFinder,
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        family(server, "held") as (parent_pid, [(_, _)]),
    ):
        finder.hear(*now())
        command = [sys.executable, "-c", FORKED_CALLS, str(server.getsockname()[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            calls: list[tuple[int, int, float]] = []
            for _ in range(6):
                pid, port = map(int, program.stdout.readline().split())
                calls.append((pid, port, now()[1]))
                if len(calls) == 1:
                    finder.hear(*now())
            answers = [answered(finder, question(port, server.getsockname()[1], seen)) for _, port, seen in calls[-3:]]
            program.communicate()
    assert parent_pid != program.pid
    assert [process.pid for _, process in answers] == [pid for pid, _, _ in calls[-3:]]
    assert {process.parent_pid for _, process in answers} == {program.pid}


def test_who_opened_a_connection_that_is_open_is_certain(finder: TracedFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        asked = question(client.getsockname()[1], server.getsockname()[1], now()[1])
        answer, process = answered(finder, asked)
    assert (answer.confidence, answer.is_final, answer.method) == (SURE, False, OwnerMethod.USER)
    assert process.pid == os.getpid()
    assert process.executable == os.path.realpath(sys.executable)


def test_a_child_that_served_what_its_parent_accepted_is_named(finder: TracedFinder) -> None:
    command = [sys.executable, "-c", FORKING_SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = int(program.stdout.readline())
        start = now()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            own_port = client.getsockname()[1]
            assert client.recv(10) == b"x"
            assert client.recv(10) == b""
        child_pid = int(program.stdout.readline())
    answer, process = answered(finder, question(port, own_port, start, now()[1]))
    assert (process.pid, answer.confidence, answer.is_final) == (child_pid, SURE, True)


def test_what_is_accepted_and_open_is_its_holders(finder: TracedFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        start = now()[1]
        with socket.create_connection(server.getsockname()) as client, server.accept()[0]:
            answer, process = answered(finder, question(server.getsockname()[1], client.getsockname()[1], start))
    assert (process.pid, answer.confidence) == (os.getpid(), GUESSED)


def test_what_the_other_side_reset_is_its_listeners(finder: TracedFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        start = now()[1]
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
            client.connect(server.getsockname())
            own_port = client.getsockname()[1]
        answer, process = answered(finder, question(server.getsockname()[1], own_port, start, now()[1]))
    assert (process.pid, answer.method, answer.confidence) == (os.getpid(), OwnerMethod.LISTENER, GUESSED)


def test_a_connection_from_before_is_looked_up(finder: TracedFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        finder.hear(*now())
        finder._story._take(Lost(now()[0]))  # as if it were older than the trace
        answer, process = answered(finder, question(client.getsockname()[1], server.getsockname()[1], now()[1]))
    assert (process.pid, answer.method) == (os.getpid(), OwnerMethod.EXACT)


def test_datagrams_are_looked_up(finder: TracedFinder) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        hearing.bind(("127.0.0.1", 0))
        sending.connect(hearing.getsockname())
        sending.send(b"x")
        key = FlowKey(Protocol.UDP, 17, HERE, sending.getsockname()[1], HERE, hearing.getsockname()[1])
        _, process = answered(finder, Question("c1", key, now()[1]))
    assert process.pid == os.getpid()


def test_what_nobody_told_stays_unanswered(finder: TracedFinder) -> None:
    found = finder.find([question(1, 2, now()[1], now()[1])], *now())
    assert (found.answers, found.processes) == ((), ())


def test_of_kin_of_several_users_those_that_ended_have_none(finder: TracedFinder) -> None:
    birth = Birth(1.0, 10, 1.0, (10, 0.0), b"server")
    for _ in range(AGREED):
        assert finder._kin(1, birth, is_there=False).uid == -1  # too few have been seen
        assert finder._kin(os.getpid(), birth, is_there=True).uid == os.getuid()
    assert finder._kin(1, birth, is_there=False).uid == os.getuid()
    with subprocess.Popen(["/usr/bin/sleep", "30"], user=65534) as other:
        finder._kin(other.pid, birth, is_there=True)
        other.kill()
    assert finder._kin(1, birth, is_there=False).uid == -1


def test_who_shuts_a_connection_down_that_goes_on_is_not_its_last_holder(finder: TracedFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        start = now()[1]
        client.shutdown(socket.SHUT_WR)
        asked = question(client.getsockname()[1], server.getsockname()[1], start)
        answer, process = answered(finder, asked._replace(end_time=now()[1]))
        assert (process.pid, answer.confidence, answer.is_final) == (os.getpid(), SURE, True)
        answer, process = answered(finder, asked._replace(end_time=now()[1] + 2 * SHUT_SECONDS))
        assert (process.pid, answer.confidence, answer.is_final) == (os.getpid(), GUESSED, False)


def test_it_rests_longer_while_many_come_that_are_known() -> None:
    pace = _Pace()
    for turn in range(3):
        pace.note(MANY, 0, 100.0 + turn * PACE_SECONDS)
    assert pace.rest_seconds == LONG_REST_SECONDS
    pace.note(MANY, MANY // 5, 101.0)
    assert pace.rest_seconds == REST_SECONDS
    pace.note(MANY, 0, 102.0)
    assert pace.rest_seconds == LONG_REST_SECONDS
    pace.note(MANY - 1, 0, 103.0)
    assert pace.rest_seconds == REST_SECONDS
