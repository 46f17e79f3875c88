"""Who began lately: as the kernel tells it, and as listings show it."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from netmon_collector import clock
from netmon_collector.host.process_events import EventKind, ProcessEvent, ProcessEvents
from netmon_collector.host.young_processes import ENDED_LIMIT, LIMIT, LISTING_SECONDS, YOUNG_SECONDS, YoungProcesses
from tests.support.waiting import wait_for


class Planned(ProcessEvents):
    """Tells what a test plans."""

    def __init__(self) -> None:
        self.overrun_count = 0
        self.planned: list[ProcessEvent] = []
        self.error: OSError | None = None
        self.is_closed = False

    def read(self) -> list[ProcessEvent]:
        if self.error is not None:
            raise self.error
        told, self.planned = self.planned, []
        return told

    def close(self) -> None:
        self.is_closed = True


def fork(pid: int, seconds: float) -> ProcessEvent:
    return ProcessEvent(EventKind.FORK, pid, seconds, 1)


def test_the_youngest_come_first_and_who_has_ended_is_out() -> None:
    events = Planned()
    young = YoungProcesses(events)
    events.planned = [fork(5, 1.0), fork(6, 1.1), fork(7, 1.2), ProcessEvent(EventKind.EXIT, 6, 1.3)]
    young.refresh(1.4)
    assert young.since(0.0) == [7, 5]
    assert young.since(1.1) == [7]
    assert young.since(0.0, until=1.1) == [5]
    assert young.take_ended() == {6}
    assert young.take_ended() == set()
    assert young.is_told
    assert (young.parent_of(7), young.parent_of(6)) == (1, 0)


def test_a_pid_that_is_used_again_is_the_youngest() -> None:
    events = Planned()
    young = YoungProcesses(events)
    events.planned = [fork(5, 1.0), fork(6, 1.1), ProcessEvent(EventKind.EXIT, 5, 1.2), fork(5, 1.3)]
    young.refresh(1.4)
    assert young.since(0.0) == [5, 6]
    assert young.take_ended() == set()


def test_of_those_that_ended_only_so_many_are_kept_and_then_it_may_be_anybody() -> None:
    events = Planned()
    young = YoungProcesses(events)
    events.planned = [ProcessEvent(EventKind.EXIT, pid, 1.0) for pid in range(1, ENDED_LIMIT + 3)]
    events.planned.append(fork(5, 1.1))
    young.refresh(1.4)
    assert young.take_ended() is None
    assert young.take_ended() == set()


def test_only_so_many_are_kept_and_none_that_is_old() -> None:
    events = Planned()
    young = YoungProcesses(events)
    events.planned = [fork(1, 0.0), *(fork(2 + number, YOUNG_SECONDS + 1) for number in range(LIMIT + 5))]
    young.refresh(9.0)
    assert len(young.since(0.0)) == LIMIT
    assert 1 not in young.since(0.0)


def process(root: Path, *pids: int) -> None:
    for pid in pids:
        (root / str(pid)).mkdir(exist_ok=True)


def test_where_nobody_tells_listings_show_who_is_new(tmp_path: Path) -> None:
    young = YoungProcesses(None, str(tmp_path))
    process(tmp_path, 5, 6)
    young.refresh(1.0)
    assert young.since(0.0) == []
    process(tmp_path, 7, 8)
    young.refresh(1.0 + LISTING_SECONDS / 2)
    assert young.since(0.0) == []
    young.refresh(1.1)
    assert young.since(0.0) == [8, 7]
    (tmp_path / "8").rmdir()
    young.refresh(1.2)
    assert young.since(0.0) == [7]
    assert (young.is_told, young.overrun_count) == (False, 0)


def test_what_the_kernel_had_no_room_for_is_listed(tmp_path: Path) -> None:
    events = Planned()
    young = YoungProcesses(events, str(tmp_path))
    events.overrun_count = 0
    young.refresh(1.0)
    process(tmp_path, 5)
    events.read = lambda: setattr(events, "overrun_count", events.overrun_count + 1) or []  # type: ignore[method-assign]
    young.refresh(2.0)
    process(tmp_path, 6)
    young.refresh(3.0)
    assert young.since(0.0) == [6]
    assert young.overrun_count == 2


def test_whoever_tells_only_a_part_is_not_asked_any_more_and_listings_go_on(tmp_path: Path) -> None:
    events = Planned()
    young = YoungProcesses(events, str(tmp_path))
    assert young.is_told
    events.is_broken = True
    events.planned = [fork(7, 0.5)]
    young.refresh(1.0)
    process(tmp_path, 6)
    young.refresh(2.0)
    assert (young.is_told, young.since(0.0)) == (False, [6])


def test_a_subscription_that_breaks_is_closed_and_listings_go_on(tmp_path: Path) -> None:
    events = Planned()
    young = YoungProcesses(events, str(tmp_path))
    events.error = OSError(errno.ENOTCONN, "gone")
    young.refresh(1.0)
    assert (events.is_closed, young.is_told) == (True, False)
    young.refresh(2.0)
    process(tmp_path, 6)
    young.refresh(3.0)
    assert young.since(0.0) == [6]
    young.close()


@pytest.mark.root
def test_a_real_child_is_the_youngest() -> None:
    young = YoungProcesses(ProcessEvents())
    with subprocess.Popen(["sleep", "60"]) as child:
        young.refresh(clock.monotonic())
        assert child.pid in young.since(clock.monotonic() - 10.0)
        assert os.getpid() not in young.since(0.0)
        child.kill()

    def has_ended() -> bool:
        """Whether its end was told: its parent is woken first (kernel/exit.c, do_exit)."""
        young.refresh(clock.monotonic())
        ended = young.take_ended()
        return ended is None or child.pid in ended

    wait_for(has_ended, seconds=30, what="the end of the child is told")
    young.close()


def test_a_listing_that_fails_leaves_what_was_known(tmp_path: Path) -> None:
    young = YoungProcesses(None, str(tmp_path))
    young.refresh(1.0)
    process(tmp_path, 6)
    young.refresh(2.0)
    tmp_path.rename(tmp_path.with_name("away"))
    young.refresh(3.0)
    assert young.since(0.0) == [6]
