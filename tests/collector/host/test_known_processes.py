"""Who is known of processes that used sockets: while they run, and when they have ended."""

from collections.abc import Callable

import pytest

from netmon_collector.host import known_processes
from netmon_collector.host.known_processes import (
    KEPT_SECONDS,
    SWEEP_SECONDS,
    TRUSTED_SECONDS,
    Clock,
    KnownProcesses,
    Met,
)
from netmon_collector.host.ports import Glimpse, ProcessRecord, Who
from netmon_collector.host.processes import Kin, ProcessTable

BOOT = 1_000.0
"""Unix time when the monotonic clock was at 0."""

IMAGE = (1, 2, 3, 4)
NO_KIN = Kin(b"", -1, 0)
FORKED = Kin(b"", 1000, 0, ("worker", 10))


def glimpse(pid: int, seconds: float, name: bytes = b"worker", parent: int = 10) -> Glimpse:
    return Glimpse(f"boot-{pid}-{round(seconds * 100)}", BOOT + seconds, (name, parent), IMAGE)


class Machine:
    """A `ProcessReader` of processes that a test begins and ends."""

    def __init__(self) -> None:
        self.running: dict[int, ProcessRecord] = {}
        self.read_pids: list[int] = []

    def start(self, pid: int, seconds: float, name: str = "worker", executable: str = "/opt/worker") -> None:
        self.running[pid] = ProcessRecord(
            glimpse=glimpse(pid, seconds, name.encode()),
            name=name,
            executable=executable,
            arguments=(executable,),
            uid=1000,
            parent_pid=10,
            control_groups="0::/user.slice\n",
        )

    def begin(self, now_wall: float) -> None:
        """Nothing depends on it."""

    def glimpse(self, pid: int) -> Glimpse | None:
        record = self.running.get(pid)
        return record.glimpse if record is not None else None

    def read(self, pid: int) -> ProcessRecord | None:
        self.read_pids.append(pid)
        return self.running.get(pid)

    def keep(self, pids: frozenset[int]) -> None:
        """Nothing is kept."""


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def known(machine: Machine) -> KnownProcesses:
    return KnownProcesses(ProcessTable(machine))


@pytest.fixture
def name_of(known: KnownProcesses) -> Callable[[int, float], tuple[str, str]]:
    """Give what is known of who had a pid at a moment: its id and its executable."""

    def ask(pid: int, seconds: float) -> tuple[str, str]:
        known.recall()
        known.begin(BOOT + seconds)
        process = known.process(Who(pid, None, b""), seconds, None, Clock(seconds, BOOT + seconds))
        return process.id, process.executable

    return ask


def test_who_was_met_while_it_ran_is_known_in_full_when_it_has_ended(
    machine: Machine, known: KnownProcesses, name_of: Callable[[int, float], tuple[str, str]]
) -> None:
    machine.start(12, 5.0)
    known.begin(BOOT + 6.0)
    assert known.meet(12, NO_KIN, None, 6.0) is Met.READ
    machine.running.clear()
    assert name_of(12, 6.05) == ("boot-12-500", "/opt/worker")


def test_of_those_that_one_program_forked_one_is_read_for_all(
    machine: Machine, known: KnownProcesses, name_of: Callable[[int, float], tuple[str, str]]
) -> None:
    for pid in (12, 13):
        machine.start(pid, 5.0)
    known.begin(BOOT + 6.0)
    assert known.meet(12, FORKED, None, 6.0) is Met.READ
    assert known.meet(13, FORKED, None, 6.0) is Met.SIGHTED
    assert machine.read_pids == [12]
    assert known.meet(14, FORKED, None, 6.0) is Met.NOBODY
    assert known.meet_ended(14, FORKED, glimpse(14, 5.9), 6.0)
    machine.running.clear()
    assert [name_of(pid, 6.0) for pid in (13, 14)] == [("boot-13-500", "/opt/worker"), ("boot-14-590", "/opt/worker")]


def test_one_that_ended_unread_without_kin_has_what_was_told(known: KnownProcesses) -> None:
    known.begin(BOOT + 6.0)
    assert not known.meet_ended(14, NO_KIN, glimpse(14, 5.9, b"curl"), 6.0)
    process = known.process(Who(14, None, b""), 6.0, None, Clock(6.0, BOOT + 6.0))
    assert (process.name, process.parent_pid, process.uid, process.executable) == ("curl", 10, None, "")
    assert process.start_time == BOOT + 5.9


@pytest.mark.parametrize(
    ("told_start", "name", "named"),
    [
        (5.01, b"worker", ("boot-12-500", "/opt/worker")),  # a clock tick later than /proc has it: the same one
        (7.0, b"curl", ("boot-12-700", "")),
    ],
)
def test_who_was_met_before_it_ended_stays_what_it_was_and_another_with_its_pid_is_another(
    machine: Machine,
    known: KnownProcesses,
    name_of: Callable[[int, float], tuple[str, str]],
    told_start: float,
    name: bytes,
    named: tuple[str, str],
) -> None:
    machine.start(12, 5.0)
    known.begin(BOOT + 5.5)
    known.meet(12, NO_KIN, None, 5.5)
    machine.running.clear()
    known.begin(BOOT + 8.0)
    assert known.meet(12, NO_KIN, None, 8.0) is Met.NOBODY
    known.meet_ended(12, NO_KIN, glimpse(12, told_start, name), 8.0)
    assert name_of(12, 8.0) == named


def test_one_that_was_told_of_is_not_the_one_that_has_its_pid_by_now(
    machine: Machine, known: KnownProcesses, name_of: Callable[[int, float], tuple[str, str]]
) -> None:
    machine.start(37, 9.0, executable="/opt/heir")
    known.begin(BOOT + 9.5)
    assert known.meet(37, NO_KIN, glimpse(37, 5.0), 9.2) is Met.NOBODY
    process = known.process(Who(37, None, b""), 5.05, None, Clock(9.5, BOOT + 9.5))
    assert (process.id, process.executable) == ("boot-37-500", "")
    assert known.meet(37, NO_KIN, glimpse(37, 9.0), 9.4) is Met.READ
    assert name_of(37, 9.6) == ("boot-37-900", "/opt/heir")


def test_who_was_seen_again_is_believed_from_then_on(
    machine: Machine, known: KnownProcesses, name_of: Callable[[int, float], tuple[str, str]]
) -> None:
    machine.start(12, 5.0)
    known.begin(BOOT + 6.0)
    known.meet(12, NO_KIN, None, 6.0)
    known.saw(12, b"", 6.0 + TRUSTED_SECONDS)
    known.saw(99, b"", 6.0)
    machine.running.clear()
    assert name_of(12, 5.9 + 2 * TRUSTED_SECONDS)[0] == "boot-12-500"
    assert name_of(12, 6.1 + 2 * TRUSTED_SECONDS)[0].startswith("unread-12-")


def test_whoever_is_not_seen_for_long_is_forgotten_unless_it_runs(machine: Machine, known: KnownProcesses) -> None:
    for pid in (12, 13):
        machine.start(pid, 5.0)
        known.begin(BOOT + 6.0)
        known.meet(pid, NO_KIN, None, 6.0)
    del machine.running[12]
    assert known.sweep(6.0 + KEPT_SECONDS)
    assert not known.sweep(6.0 + KEPT_SECONDS + SWEEP_SECONDS / 2)
    assert [pid for pid, _ in known._known] == [13]


def test_of_a_process_that_runs_only_the_names_of_the_last_minute_are_kept(
    machine: Machine, known: KnownProcesses
) -> None:
    machine.start(12, 5.0)
    seconds = 6.0
    for number in range(1_000):
        seconds += 1.0
        known.begin(BOOT + seconds)
        known.meet(12, Kin(b"thread-%d" % number, 1000, 0), None, seconds)
        known.sweep(seconds)
    assert len(known._known) <= KEPT_SECONDS + SWEEP_SECONDS
    for _ in range(3):
        seconds += KEPT_SECONDS
        known.begin(BOOT + seconds)
        known.sweep(seconds)
        assert list(known._known) == [(12, b"thread-999")]


def test_of_too_many_those_that_were_seen_last_are_remembered(
    machine: Machine, known: KnownProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_processes, "KNOWN_LIMIT", 4)
    for pid in range(12, 18):
        machine.start(pid, 5.0)
        known.begin(BOOT + 6.0)
        known.meet(pid, NO_KIN, None, 6.0 + pid)
    assert known.sweep(6.0)
    assert [pid for pid, _ in known._known] == [15, 16, 17]
