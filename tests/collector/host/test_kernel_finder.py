"""Owners of connections that were over before anybody could list them, with the kernel's programs as they are."""

import os
import pwd
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.questions import Answer, Question
from netmon_collector.host import known_processes
from netmon_collector.host.bpf import kernel_owners
from netmon_collector.host.bpf.kernel_owners import How, KernelOwners, Origin
from netmon_collector.host.kernel_finder import (
    ELSEWHERE_SECONDS,
    LOOKUPS_ELSEWHERE_A_SECOND,
    KernelFinder,
)
from netmon_collector.host.known_processes import KEPT_SECONDS, SWEEP_SECONDS
from netmon_collector.host.ports import Who
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable

pytestmark = pytest.mark.root

HERE = socket.inet_aton("127.0.0.1")

CALL = """
import os, socket, sys, time
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
    print(client.getsockname()[1], time.time(), flush=True)
"""

WAITING_CALL = f"{CALL}\nsys.stdin.read()"

AGAIN = """
import socket, sys, time
with socket.socket() as client:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("127.0.0.1", 23459))
    client.connect(("127.0.0.1", int(sys.argv[1])))
    print(client.getsockname()[1], time.time(), flush=True)
"""


FORKED_CALLS = """
import os, socket, sys, time
for _ in range(3):
    pid = os.fork()
    if not pid:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
            print(os.getpid(), client.getsockname()[1], time.time(), flush=True)
            sys.stdin.readline()
        os._exit(0)
    os.waitpid(pid, 0)
"""


@pytest.fixture
def finder() -> Iterator[KernelFinder]:
    made = KernelFinder(KernelOwners(), ProcProcessReader())
    yield made
    made.close()


def times(later: float = 0.0) -> tuple[float, float]:
    return time.monotonic() + later, time.time() + later  # noqa: TID251 - real processes start by the real clock


def question(
    local_port: int, remote_port: int, protocol: Protocol = Protocol.TCP, *, start_time: float | None = None
) -> Question:
    number = {Protocol.TCP: 6, Protocol.UDP: 17}[protocol]
    key = FlowKey(protocol, number, HERE, local_port, HERE, remote_port)
    return Question("c1", key, start_time if start_time is not None else times()[1])


def answered(finder: KernelFinder, asked: Question) -> tuple[Answer, Process]:
    finder.hear(*times())
    found = finder.find([asked], *times())
    [answer], [process] = found.answers, found.processes
    assert answer.process_id == process.id
    return answer, process


def called(
    server: socket.socket, code: str = CALL, *, by: str = sys.executable, meanwhile: KernelFinder | None = None
) -> tuple[int, Question]:
    """Let a program connect and end; give its pid and what is asked of its connection. ``meanwhile`` hears before."""
    command = [by, "-c", code, str(server.getsockname()[1])]
    home = {"PYTHONHOME": sys.base_prefix}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=home) as program:
        assert program.stdout is not None
        port, time_text = program.stdout.readline().split()
        if meanwhile is not None:
            meanwhile.hear(*times())
    return program.pid, question(int(port), server.getsockname()[1], start_time=float(time_text))


def test_a_program_that_has_ended_is_named_in_full(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        finder.hear(*times())
        pid, asked = called(server, WAITING_CALL, meanwhile=finder)
        answer, process = answered(finder, asked)
        assert (answer.method, answer.confidence) == (OwnerMethod.USER, OwnerConfidence.CERTAIN)
        assert (process.pid, process.uid) == (pid, os.getuid())
        assert process.executable == os.path.realpath(sys.executable)


@pytest.mark.parametrize("is_told", [True, False], ids=["told by the kernel", "read"])
def test_each_that_one_program_forked_is_named_in_full_when_all_have_ended(
    is_told: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_told:
        monkeypatch.setattr(kernel_owners, "KERNEL_TYPES", tmp_path / "vmlinux")
    finder = KernelFinder(KernelOwners(), ProcProcessReader())
    asked: dict[int, Question] = {}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-c", FORKED_CALLS, str(port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            assert program.stdin is not None
            for _ in range(3):
                pid, own_port, time_text = program.stdout.readline().split()
                if not is_told or not asked:  # of the others the kernel has told enough
                    finder.hear(*times())
                asked[int(pid)] = question(int(own_port), port, start_time=float(time_text))
                program.stdin.write("go on\n")
                program.stdin.flush()
        finder.hear(*times())
        found = finder.find(list(asked.values()), *times())
    finder.close()
    processes = {process.id: process for process in found.processes}
    owners = [processes[answer.process_id] for answer in found.answers]
    assert [owner.pid for owner in owners] == list(asked)
    assert {(owner.executable, owner.parent_pid) for owner in owners} == {
        (os.path.realpath(sys.executable), program.pid)
    }


@pytest.mark.parametrize("is_told", [True, False], ids=["told by the kernel", "told less"])
def test_one_that_ended_unread_has_its_pid_user_and_the_kernels_name(
    is_told: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_told:
        monkeypatch.setattr(kernel_owners, "KERNEL_TYPES", tmp_path / "vmlinux")
    finder = KernelFinder(KernelOwners(), ProcProcessReader())
    with socket.create_server(("127.0.0.1", 0)) as server:
        before = times()[1]
        pid, asked = called(server)
        _, process = answered(finder, asked)
        assert (process.pid, process.uid, process.executable) == (pid, os.getuid(), "")
        assert process.name.startswith("python")
        assert process.application_name
        assert process.parent_pid == (os.getpid() if is_told else 0)
        assert before - 0.02 <= process.start_time <= asked.start_time + 0.02
        assert process.id.startswith("unread-") != is_told
        assert answered(finder, asked)[1] == process
    finder.close()


def test_one_that_ended_unread_is_filed_under_what_others_of_its_name_and_user_ran(
    finder: KernelFinder, tmp_path: Path
) -> None:
    caller = tmp_path / "caller"  # no interpreter's name: what an interpreter runs is not told by its own
    shutil.copy(os.path.realpath(sys.executable), caller)
    with socket.create_server(("127.0.0.1", 0)) as server:
        _, asked = called(server, by=str(caller))
        assert answered(finder, asked)[1].application_id == "name:caller"
        pid, asked = called(server, WAITING_CALL, by=str(caller), meanwhile=finder)
        _, read = answered(finder, asked)
        assert (read.pid, read.executable) == (pid, str(caller))
        pid, asked = called(server, by=str(caller))
        _, unread = answered(finder, asked)
    assert (unread.pid, unread.executable, unread.uid) == (pid, "", os.getuid())
    assert unread.user == pwd.getpwuid(os.getuid()).pw_name
    application = (read.application_id, read.application_name, read.application_path)
    assert application == (f"exe:{caller}", "caller", str(caller))
    assert (unread.application_id, unread.application_name, unread.application_path) == application


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


def test_connections_that_pass_are_looked_up_within_a_budget(
    finder: KernelFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []

    def nothing(*ends: object) -> None:
        looked.append(ends)

    monkeypatch.setattr(finder._owners, "trace", nothing)
    for netns in range(1, 101):
        finder._owners.note_elsewhere(netns, times()[0])
    passing = question(1, 2)._replace(is_passing=True)
    start = times()
    found = finder.find([passing] * 1_000, *start)
    assert not found.answers
    assert len(looked) == LOOKUPS_ELSEWHERE_A_SECOND
    assert found.asked == (passing,) * (LOOKUPS_ELSEWHERE_A_SECOND // 200)
    ours = question(1, 2)
    often = [finder.find([passing, ours], *(one + 0.005 * turn for one in start)).asked for turn in range(1, 42)]
    assert often.count((passing, ours)) == 10  # what is refilled is not spent on less than a whole question
    assert often.count((ours,)) == 31
    finder.hear(*times(ELSEWHERE_SECONDS + 1))
    looked.clear()
    finder.find([passing], *times(ELSEWHERE_SECONDS + 1))
    assert not looked


def test_a_pid_that_another_process_has_by_now_is_not_believed(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        asked = question(client.getsockname()[1], server.getsockname()[1])
        # As if our own pid had been given out anew since: the clock says that the socket was there a day before us.
        day = 86_400
        now, now_wall = times()
        found = finder.find([asked._replace(start_time=now_wall - day)], now + day, now_wall)
        [process] = found.processes
        assert process.id.startswith(f"unread-{os.getpid()}-")


def test_who_ended_long_ago_is_forgotten_and_announced_anew(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pid, asked = called(server)
        answered(finder, asked)
        finder.hear(*times(SWEEP_SECONDS))
        assert pid in {one for one, _ in finder._processes._known}
        finder.hear(*times(KEPT_SECONDS + 2 * SWEEP_SECONDS))
        assert pid not in {one for one, _ in finder._processes._known}


def test_of_too_many_those_that_were_seen_last_are_remembered(
    finder: KernelFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_processes, "KNOWN_LIMIT", 4)
    with socket.create_server(("127.0.0.1", 0)) as server:
        finder.hear(*times())
        asked = [called(server, WAITING_CALL, meanwhile=finder)[1] for _ in range(6)]
        finder.hear(*times())
        assert len(finder._processes._known) <= 4
        assert answered(finder, asked[-1])[1].executable == os.path.realpath(sys.executable)
        assert answered(finder, asked[0])[1].id.startswith("unread-")


def test_it_is_readable_when_a_process_makes_its_first_socket(finder: KernelFinder) -> None:
    finder.hear(*times())
    with socket.create_server(("127.0.0.1", 0)) as server:
        called(server)
    assert select.select([finder], [], [], 30)[0] == [finder]
    assert finder.hear(*times()) >= 1


def test_a_connection_that_is_closed_has_its_last_word(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        _, asked = called(server)
        answer, process = answered(finder, asked)
        assert (answer.is_final, answer.method, answer.confidence) == (True, OwnerMethod.USER, OwnerConfidence.CERTAIN)
        again, same = answered(finder, asked._replace(cookie=answer.cookie, owner=process))
        assert (again, same) == (answer, process)


def test_what_comes_to_a_listener_is_inferred_to_be_its_makers_until_it_is_accepted(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        asked = question(server.getsockname()[1], client.getsockname()[1])
        answer, process = answered(finder, asked)
        assert (answer.method, answer.confidence, answer.cookie) == (OwnerMethod.LISTENER, OwnerConfidence.INFERRED, 0)
        assert process.pid == os.getpid()
        accepted, _ = server.accept()
        client.sendall(b"the first packet that is the accepted socket's")
        accepted.recv(100)
        answer, _ = answered(finder, asked)
        assert (answer.method, answer.confidence) == (OwnerMethod.USER, OwnerConfidence.INFERRED)
        accepted.close()
        answer, _ = answered(finder, asked)
        assert (answer.is_final, answer.confidence) == (True, OwnerConfidence.CERTAIN)


def test_who_closes_a_socket_goes_before_who_connected_it(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        asked = question(client.getsockname()[1], server.getsockname()[1])
        waiting, held = os.pipe()
        child = os.fork()
        if not child:
            os.close(held)
            os.read(waiting, 1)  # until we have closed ours
            os._exit(0)
        client.close()
        os.close(held)
        os.waitpid(child, 0)
        os.close(waiting)
        finder.hear(*times())
        found = finder.find([asked], *times())
        [answer] = found.answers
        pids = {process.id: process.pid for process in found.processes}
        assert (pids[answer.process_id], [pids[one] for one in answer.holder_ids]) == (child, [os.getpid()])


@pytest.mark.parametrize(
    ("is_used", "method", "confidence"),
    [
        (True, OwnerMethod.USER, OwnerConfidence.CERTAIN),
        (False, OwnerMethod.CREATOR, OwnerConfidence.INFERRED),
    ],
    ids=["who connected it", "who made it"],
)
def test_what_a_kernel_thread_closed_has_no_last_word(
    finder: KernelFinder,
    monkeypatch: pytest.MonkeyPatch,
    is_used: bool,
    method: OwnerMethod,
    confidence: OwnerConfidence,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pid, asked = called(server)
        origin_of = finder._owners.origin

        def left_to_the_kernel(cookie: int, netns: int = 0) -> Origin | None:
            origin = origin_of(cookie, netns)
            assert origin is not None
            used = origin if is_used else origin._replace(user=None, how=How.CREATED)
            return used._replace(releaser=Who(7, 0, b"kworker/0:1"))

        monkeypatch.setattr(finder._owners, "origin", left_to_the_kernel)
        answer, process = answered(finder, asked)
    assert process.pid == pid
    assert (answer.is_final, answer.method, answer.confidence) == (False, method, confidence)


def test_ends_that_another_socket_has_by_now_tell_nothing_of_an_earlier_connection(finder: KernelFinder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        _, asked = called(server)
        finder.hear(*times())
        earlier = asked._replace(start_time=asked.start_time - 60, end_time=asked.start_time - 59)
        later = asked._replace(start_time=asked.start_time + 60)
        assert finder.find([earlier], *times()).answers == ()
        assert finder.find([later], *times(61)).answers == ()


def test_each_of_nine_connections_that_had_the_same_ends_is_its_own_programs(finder: KernelFinder) -> None:
    """Packets wait in the capture for longer than a port may be left alone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = [called(server, AGAIN) for _ in range(10)]
        finder.hear(*times())
        found = [finder.find([question], *times()).processes for _, question in asked]
    # A tenth is too long ago: rather nobody than somebody else.
    assert [[process.pid for process in processes] for processes in found] == [[], *([pid] for pid, _ in asked[1:])]
