"""Who began of whom, and which processes run the same program."""

from netmon_collector.host.perf.records import Named, ProcessEnded, ProcessForked
from netmon_collector.host.traced_processes import LIMIT, Birth, TracedProcesses


def born(processes: TracedProcesses, pid: int) -> Birth:
    birth = processes.of(pid)
    assert birth is not None
    return birth


def test_those_that_one_process_forked_are_alike() -> None:
    processes = TracedProcesses()
    processes.fork(ProcessForked(1.0, 12, 10))
    processes.fork(ProcessForked(2.0, 13, 10))
    assert born(processes, 12).run == born(processes, 13).run
    assert (born(processes, 12).seconds, born(processes, 12).parent_pid) == (1.0, 10)
    assert processes.of(10) is None


def test_who_executes_a_program_is_alike_no_more_but_its_children_are() -> None:
    processes = TracedProcesses()
    for seconds, pid in ((1.0, 12), (2.0, 13)):
        processes.fork(ProcessForked(seconds, pid, 10))
    processes.name(Named(3.0, 12, b"curl", is_execed=True))
    assert (born(processes, 12).is_execed, born(processes, 12).name) == (True, b"curl")
    assert born(processes, 12).run != born(processes, 13).run
    processes.fork(ProcessForked(4.0, 14, 12))
    assert (born(processes, 14).run, born(processes, 14).name) == (born(processes, 12).run, b"curl")
    assert not born(processes, 14).is_execed


def test_children_before_and_after_an_older_process_executed_another_program_differ() -> None:
    processes = TracedProcesses()
    processes.fork(ProcessForked(1.0, 12, 10))
    processes.name(Named(2.0, 10, b"other", is_execed=True))
    processes.fork(ProcessForked(3.0, 13, 10))
    assert born(processes, 12).run != born(processes, 13).run


def test_a_name_that_a_process_gives_itself_is_its_own() -> None:
    processes = TracedProcesses()
    processes.fork(ProcessForked(1.0, 12, 10))
    processes.name(Named(2.0, 12, b"renamed", is_execed=False))
    birth = born(processes, 12)
    assert (birth.name, birth.is_execed, birth.changed) == (b"renamed", False, 2.0)
    processes.name(Named(2.0, 99, b"older", is_execed=False))
    assert processes.of(99) is None


def test_a_pid_that_is_used_again_is_another_process() -> None:
    processes = TracedProcesses()
    processes.fork(ProcessForked(1.0, 12, 10))
    processes.name(Named(1.5, 12, b"curl", is_execed=True))
    processes.fork(ProcessForked(2.0, 12, 11))
    birth = born(processes, 12)
    assert (birth.seconds, birth.parent_pid, birth.is_execed, birth.name) == (2.0, 11, False, b"")


def test_only_the_last_ones_are_remembered() -> None:
    processes = TracedProcesses()
    for pid in range(LIMIT + 5):
        processes.fork(ProcessForked(1.0, pid, 1))
        processes.name(Named(1.0, 100_000 + pid, b"x", is_execed=True))
    assert processes.of(4) is None
    assert processes.of(5) is not None
    assert len(processes._runs) == LIMIT


def test_who_ended_long_ago_is_forgotten_and_who_has_the_pid_since_is_not() -> None:
    processes = TracedProcesses()
    for pid in (12, 13, 14):
        processes.fork(ProcessForked(1.0, pid, 10))
    processes.name(Named(1.5, 10, b"older", is_execed=True))
    for seconds, pid in ((2.0, 12), (2.5, 13), (3.0, 10), (4.0, 99)):
        processes.end(ProcessEnded(seconds, pid))
    processes.fork(ProcessForked(2.6, 13, 10))
    processes.forget(2.9)
    assert processes.of(12) is None
    assert born(processes, 13).seconds == 2.6
    assert processes.changed(10) == 1.5
    processes.forget(5.0)
    assert processes.changed(10) == 0.0
    assert {13, 14} == {*processes._born, *processes._runs, *processes._ended}
