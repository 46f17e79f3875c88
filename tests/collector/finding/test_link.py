import os
import resource
import signal
import socket
import threading
from collections import deque
from collections.abc import Generator
from pathlib import Path

import pytest

from netmon_collector.core.first_packets import FirstPacket
from netmon_collector.core.questions import Question
from netmon_collector.finding.channel import pair
from netmon_collector.finding.keeper import STATE
from netmon_collector.finding.link import HelperFailed, HelperGone, HelperLink
from netmon_collector.finding.lookup_channel import AnswerOwed
from netmon_collector.finding.requests import encode_find, encode_listing, encode_see
from tests.support.process_status import is_there, stop
from tests.support.told_owners_process import HANGS, KEY, HelperProcess, answer_of, helper_process
from tests.support.waiting import wait_for

FIND = encode_find([Question("0", KEY, 1.0)])
LIST = encode_listing(is_fresh=False)


@pytest.fixture
def machine() -> Generator[HelperProcess]:
    with helper_process() as made:
        made.link.start()
        yield made


def codes(link: HelperLink) -> list[str]:
    return [one.code for one in link.degraded()]


def test_the_first_helper_says_how_it_finds_owners() -> None:
    with helper_process() as made:
        hello = made.link.start()
        assert (hello.finder, hello.lister, hello.ways) == ("told", "told", (("task_file", True, ""),))
        assert made.link.is_up
        assert len(made.link.pids) == 2
        assert codes(made.link) == []


def test_lookups_and_listings_are_answered(machine: HelperProcess) -> None:
    assert len(answer_of(machine.link, FIND)[2]) == 1
    assert machine.link.ask_listing(LIST)[0][0] == "listed"


def test_a_helper_that_ends_is_said_and_followed_by_another_within_two_seconds(machine: HelperProcess) -> None:
    keeper, helper = machine.link.pids
    os.kill(helper, signal.SIGKILL)
    wait_for(lambda: codes(machine.link) == ["owners.helper"], seconds=30, what="it is said")
    with pytest.raises(HelperGone):
        machine.link.ask(FIND)
    wait_for(machine.link.look, seconds=30, what="the next helper")
    assert machine.link.pids[0] == keeper
    assert machine.link.pids[1] != helper
    assert len(answer_of(machine.link, FIND)[2]) == 1
    assert machine.link.ask_listing(LIST)[0][0] == "listed"
    assert codes(machine.link) == ["owners.helper_restarted"]
    assert machine.link.generation == machine.link.listing_generation == 2


def test_the_end_is_noticed_by_the_question_itself(machine: HelperProcess) -> None:
    keeper, helper = machine.link.pids
    stop(keeper)
    os.kill(helper, signal.SIGKILL)
    # Its channels are closed when its last thread has ended; the first one waits for the keeper, as a zombie.
    threads = Path(f"/proc/{helper}/task")
    wait_for(lambda: not is_there(helper) and len(list(threads.iterdir())) == 1, seconds=30, what="its end")
    for ask in (machine.link.ask, machine.link.ask_listing):
        with pytest.raises(HelperGone):
            ask(FIND)
    assert codes(machine.link) == ["owners.helper"]
    os.kill(keeper, signal.SIGCONT)


def test_a_helper_that_hangs_is_waited_for_a_moment_then_replaced(machine: HelperProcess) -> None:
    helper = machine.link.pids[1]
    with pytest.raises(AnswerOwed):
        machine.link.ask(encode_find([Question("0", KEY._replace(remote_port=HANGS), 1.0)]))
    assert machine.link.look()
    assert machine.link.late() is None
    wait_for(lambda: codes(machine.link) == ["owners.helper"], seconds=30, what="it is given up")
    wait_for(machine.link.look, seconds=30, what="the next helper")
    assert not is_there(helper)


def test_a_helper_that_hangs_while_it_lists_is_replaced_too(machine: HelperProcess) -> None:
    helper = machine.link.pids[1]
    stop(helper)
    failed: list[HelperGone] = []

    def list_all() -> None:
        try:
            machine.link.ask_listing(LIST)
        except HelperGone as error:
            failed.append(error)

    listing = threading.Thread(target=list_all)
    listing.start()
    wait_for(lambda: machine.link.look() and machine.link.pids[1] != helper, seconds=30, what="the next helper")
    listing.join(30)
    assert len(failed) == 1
    assert len(answer_of(machine.link, FIND)[2]) == 1


def test_what_a_helper_does_not_keep_up_with_is_refused_at_once(machine: HelperProcess) -> None:
    stop(machine.link.pids[1])
    message = encode_see([FirstPacket(KEY, 1.0)] * 20)
    for _ in range(5):
        machine.link.tell(message)
    with pytest.raises(BlockingIOError):
        deque((machine.link.tell(message) for _ in range(1_000)), maxlen=0)


def test_a_helper_that_is_asked_nonsense_ends_and_is_followed_by_another(machine: HelperProcess) -> None:
    helper = machine.link.pids[1]
    with pytest.raises((HelperGone, AnswerOwed)):  # the second where it needs longer to end than a question waits
        machine.link.ask(b"nonsense")
    wait_for(lambda: machine.link.look() and machine.link.pids[1] != helper, seconds=30, what="the next helper")


def test_without_a_keeper_owners_are_found_on_and_it_is_said(machine: HelperProcess) -> None:
    keeper, helper = machine.link.pids
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: codes(machine.link) == ["owners.keeper"], seconds=30, what="it is said")
    assert "Restart" in machine.link.degraded()[0].remedy
    assert len(answer_of(machine.link, FIND)[2]) == 1
    assert machine.link.ask_listing(LIST)[0][0] == "listed"
    assert not machine.link.is_lost
    wait_for(lambda: machine.link.look() and machine.link.pids == (helper,), seconds=30, what="the keeper is reaped")


def test_without_a_keeper_and_a_helper_it_is_over_for_good(machine: HelperProcess) -> None:
    for pid in machine.link.pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: codes(machine.link) == ["owners.helper"] and machine.link.is_lost, seconds=30, what="it is said")
    assert "Restart" in machine.link.degraded()[0].remedy
    with pytest.raises(HelperGone):
        machine.link.ask(FIND)


def test_closing_ends_them_both(machine: HelperProcess) -> None:
    processes = machine.link.pids
    machine.link.close()
    machine.link.close()
    wait_for(lambda: not any(map(is_there, processes)), seconds=30, what="their end")


def test_a_keeper_that_ends_at_once_is_a_failure() -> None:
    here, there = pair()
    there.close()
    found = HelperLink(here, 1)
    with pytest.raises(HelperFailed):
        found.start()
    found.close()


def test_cpu_of_helpers_before_is_not_forgotten(machine: HelperProcess) -> None:
    machine.link.used(1.5)
    os.kill(machine.link.pids[1], signal.SIGKILL)
    wait_for(lambda: not machine.link.look(), seconds=30, what="it is noticed")
    wait_for(machine.link.look, seconds=30, what="the next helper")
    machine.link.used(0.5)
    assert machine.link.cpu_seconds == 2.0


@pytest.mark.parametrize("room", [0, 1])
def test_a_helper_whose_channels_find_no_room_is_let_go_and_the_next_one_taken(room: int) -> None:
    keeper, control = pair()
    control.setblocking(False)
    link = HelperLink(control, 0)
    lookups, listings = pair(), pair()

    def hand_over(pid: int) -> None:
        socket.send_fds(keeper, [STATE.pack(1, pid)], [lookups[0].fileno(), listings[0].fileno()])

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    hand_over(4_711)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (free + room, limits[1]))
        assert not link.look()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert codes(link) == ["owners.helper"]
    assert os.dup(0) == free
    os.close(free)
    hand_over(4_712)
    for ours in (lookups[0], listings[0]):
        ours.close()
    assert link.look()
    assert link.pids == (4_712,)
    link.close()
    assert [theirs.recv(1) for theirs in (lookups[1], listings[1])] == [b"", b""]
    for one in (keeper, lookups[1], listings[1]):
        one.close()
