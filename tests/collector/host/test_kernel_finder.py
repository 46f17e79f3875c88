"""Owners of connections that were over before anybody could list them, with the kernel's programs as they are."""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host.bpf.kernel_owners import KernelOwners
from netmon_collector.host.kernel_finder import KEPT_SECONDS, SWEEP_SECONDS, KernelFinder
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")

CALL = """
import os, socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
    print(client.getsockname()[1], flush=True)
"""


@pytest.fixture
def finder() -> Iterator[KernelFinder]:
    made = KernelFinder(KernelOwners(), ProcessTable(ProcProcessReader()))
    yield made
    made.close()


def times(later: float = 0.0) -> tuple[float, float]:
    return time.monotonic() + later, time.time() + later  # noqa: TID251 - real processes start by the real clock


def question(local_port: int, remote_port: int, protocol: Protocol = Protocol.TCP) -> Question:
    number = {Protocol.TCP: 6, Protocol.UDP: 17}[protocol]
    return Question("c1", FlowKey(protocol, number, HERE, local_port, HERE, remote_port))


def answered(finder: KernelFinder, asked: Question) -> tuple[Answer, Process]:
    found = finder.find([asked], *times())
    [answer], [process] = found.answers, found.processes
    assert answer.process_id == process.id
    return answer, process


def called(server: socket.socket) -> tuple[int, int]:
    """Let a program connect and end; give its pid and port."""
    command = [sys.executable, "-c", CALL, str(server.getsockname()[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = int(program.stdout.readline())
    return program.pid, port


def test_a_program_that_has_ended_is_named_in_full(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        finder.hear(*times())
        command = [sys.executable, "-c", CALL, str(server.getsockname()[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            port = int(program.stdout.readline())
            finder.hear(*times())
        answer, process = answered(finder, question(port, server.getsockname()[1]))
        assert (answer.method, answer.confidence) == (OwnerMethod.USER, OwnerConfidence.CERTAIN)
        assert (process.pid, process.uid) == (program.pid, os.getuid())
        assert process.executable == os.path.realpath(sys.executable)


def test_one_that_ended_unread_has_its_pid_user_and_the_kernels_name(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pid, port = called(server)
        _, process = answered(finder, question(port, server.getsockname()[1]))
        assert (process.pid, process.uid, process.executable) == (pid, os.getuid(), "")
        assert process.name.startswith("python")
        assert process.application_name
        assert answered(finder, question(port, server.getsockname()[1]))[1] == process


def test_a_running_process_is_the_one_that_listings_know(finder: KernelFinder) -> None:
    table = ProcessTable(ProcProcessReader())
    table.begin(times()[1])
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        _, process = answered(finder, question(client.getsockname()[1], server.getsockname()[1]))
    known = table.find(os.getpid())
    assert known is not None
    assert (process.id, process.application_id) == (known.id, known.application_id)


def test_who_only_made_a_socket_is_an_inference(finder: KernelFinder) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        hearing.bind(("127.0.0.1", 0))
        sending.sendto(b"x", hearing.getsockname())
        hearing.recv(1)
        asked = question(hearing.getsockname()[1], sending.getsockname()[1], Protocol.UDP)
        answer, process = answered(finder, asked)
        assert (answer.method, answer.confidence) == (OwnerMethod.CREATOR, OwnerConfidence.INFERRED)
        assert process.pid == os.getpid()


def test_what_nobody_saw_stays_unanswered(finder: KernelFinder) -> None:
    found = finder.find([question(1, 2)], *times())
    assert (found.answers, found.processes) == ((), ())


def test_a_pid_that_another_process_has_by_now_is_not_believed(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        asked = question(client.getsockname()[1], server.getsockname()[1])
        # As if our own pid had been given out anew since: the clock says that the socket was there a day before us.
        day = 86_400
        now, now_wall = times()
        found = finder.find([asked], now + day, now_wall)
        [process] = found.processes
        assert process.id.startswith(f"unread-{os.getpid()}-")


def test_who_ended_long_ago_is_forgotten_and_announced_anew(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pid, port = called(server)
        answered(finder, question(port, server.getsockname()[1]))
        finder.hear(*times(SWEEP_SECONDS))
        assert pid in {who.pid for who in finder._known}
        finder.hear(*times(KEPT_SECONDS + 2 * SWEEP_SECONDS))
        assert pid not in {who.pid for who in finder._known}


def test_it_is_readable_when_a_process_makes_its_first_socket(finder: KernelFinder) -> None:
    finder.hear(*times())
    with socket.create_server(("127.0.0.1", 0)) as server:
        called(server)
    assert select.select([finder], [], [], 3)[0] == [finder]
    finder.hear(*times())
    assert select.select([finder], [], [], 0)[0] == []
