"""What is written down of a connection, as its owner is found, confirmed, corrected, or not found."""

import pytest

from netmon.model import AttemptResult, Connection, OwnerAttempt, OwnerConfidence, OwnerMethod, Process
from netmon_collector.core.questions import Answer
from netmon_collector.core.sockets import SocketScan
from tests.support import frames
from tests.support.wire import HERE, PEER, Machine, process, tcp_row, udp_row

CURL, NGINX = process(10), process(20, "nginx")
ENDS = (HERE, 4_000), (PEER, 443)


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    machine.monitor.ask_for_owners("ebpf")
    return machine


def row(machine: Machine) -> Connection:
    latest = machine.tick()
    return next(row for row in latest.connections if row.remote is not None)


def tried(machine: Machine) -> list[tuple[str, AttemptResult, int]]:
    explanation = machine.monitor.explain(row(machine).id)
    assert explanation is not None
    return [(each.way, each.result, each.count) for each in explanation.attempts]


def answer(machine: Machine, owner: Process | None, confidence: OwnerConfidence = OwnerConfidence.CERTAIN) -> None:
    """Ask what waits, and answer it with ``owner``; None: nobody knows."""
    machine.now += 0.001
    asked = machine.monitor.take_questions(machine.now)
    assert asked
    answers = [Answer(question.id, owner.id, OwnerMethod.USER, confidence) for question in asked if owner is not None]
    people = (owner,) if owner is not None else ()
    machine.monitor.add_answers(people, answers, machine.now, way="ebpf", asked=asked)


def list_sockets(machine: Machine, owner: Process | None, *, way: str = "sock_diag") -> None:
    machine.now += 0.01
    people = (owner,) if owner is not None else ()
    machine.monitor.add_processes(people, machine.now)
    scan = SocketScan(rows=(tcp_row(*ENDS, owner),), start_time=machine.wall_time)
    machine.monitor.add_sockets(scan, machine.now, way=way)


def test_who_was_asked_and_knew_is_written_down_and_so_is_who_confirmed_it(machine: Machine) -> None:
    machine.tcp(*ENDS, flags=frames.SYN)
    answer(machine, CURL)
    list_sockets(machine, CURL)
    list_sockets(machine, CURL)
    assert tried(machine) == [("ebpf", AttemptResult.FOUND, 1), ("sock_diag", AttemptResult.FOUND, 2)]


def test_who_was_asked_and_knew_nothing_is_written_down(machine: Machine) -> None:
    machine.tcp(*ENDS, flags=frames.SYN)
    answer(machine, None)
    machine.now += 1.1
    answer(machine, None)
    list_sockets(machine, None)
    assert tried(machine) == [("ebpf", AttemptResult.NOTHING_KNOWN, 2), ("sock_diag", AttemptResult.NO_PROCESS, 1)]


def test_a_guess_that_was_corrected_is_told_from_one_that_was_overruled(machine: Machine) -> None:
    machine.tcp(*ENDS, flags=frames.SYN)
    answer(machine, CURL, OwnerConfidence.INFERRED)
    list_sockets(machine, NGINX)
    machine.now += 1.1
    answer(machine, CURL, OwnerConfidence.INFERRED)
    assert tried(machine) == [
        ("ebpf", AttemptResult.FOUND, 1),
        ("sock_diag", AttemptResult.CORRECTED, 1),
        ("ebpf", AttemptResult.OVERRULED, 1),
    ]


def test_the_last_word_on_a_socket_is_written_down(machine: Machine) -> None:
    machine.tcp(*ENDS, flags=frames.SYN)
    answer(machine, CURL, OwnerConfidence.INFERRED)
    machine.now += 1.1
    (question,) = machine.monitor.take_questions(machine.now)
    final = Answer(question.id, NGINX.id, OwnerMethod.USER, OwnerConfidence.CERTAIN, is_final=True)
    machine.monitor.add_answers((NGINX,), [final], machine.now, way="ebpf", asked=(question,))
    assert tried(machine) == [("ebpf", AttemptResult.FOUND, 1), ("ebpf", AttemptResult.CORRECTED, 1)]


def test_a_listing_without_the_socket_is_written_down(machine: Machine) -> None:
    machine.udp((HERE, 4_001), (PEER, 53))
    machine.now += 0.01
    machine.list_sockets(udp_row((HERE, 9), (PEER, 53), CURL), processes=(CURL,))
    assert ("recording", AttemptResult.NOT_LISTED, 1) in [
        (each.way, each.result, each.count)
        for found in machine.tick().connections
        if found.local is not None and found.local.port == 4_001
        for each in _explained(machine, found.id)
    ]


def _explained(machine: Machine, connection_id: str) -> tuple[OwnerAttempt, ...]:
    explanation = machine.monitor.explain(connection_id)
    assert explanation is not None
    return explanation.attempts


def test_a_listing_that_began_before_the_connection_says_nothing_of_it(machine: Machine) -> None:
    scan = SocketScan(rows=(), start_time=machine.wall_time - 0.5)
    machine.tcp(*ENDS, flags=frames.SYN)
    machine.monitor.add_sockets(scan, machine.now, way="sock_diag")
    assert tried(machine) == [("sock_diag", AttemptResult.TOO_YOUNG, 1)]
