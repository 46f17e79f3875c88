import os
import resource
import signal
from pathlib import Path

from tests.support.process_status import children_of, is_there
from tests.support.told_owners_process import helper_process
from tests.support.waiting import wait_for, wait_until_steady


def files_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_there_is_one_helper_at_a_time_and_always_one_again() -> None:
    with helper_process() as made:
        made.link.start()
        seen: list[int] = []
        for _ in range(3):
            (helper,) = wait_for(lambda: children_of(made.keeper_pid), seconds=30, what="a helper")
            assert helper not in seen
            seen.append(helper)
            os.kill(helper, signal.SIGKILL)
            wait_for(lambda one=helper: one not in children_of(made.keeper_pid), seconds=30, what="it is reaped")


def test_where_none_can_be_started_it_tries_on_until_one_can() -> None:
    with helper_process() as made:
        made.link.start()
        (helper,) = wait_for(lambda: children_of(made.keeper_pid), seconds=30, what="a helper")
        limits = resource.prlimit(made.keeper_pid, resource.RLIMIT_NOFILE)
        open_count = wait_until_steady(lambda: files_of(made.keeper_pid), for_seconds=0.5, seconds=30, what="its files")
        resource.prlimit(made.keeper_pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        os.kill(helper, signal.SIGKILL)
        wait_for(lambda: not children_of(made.keeper_pid), seconds=30, what="it is reaped")
        assert not wait_until_steady(
            lambda: tuple(children_of(made.keeper_pid)), for_seconds=2, seconds=10, what="what it has started"
        )
        resource.prlimit(made.keeper_pid, resource.RLIMIT_NOFILE, limits)
        wait_for(lambda: children_of(made.keeper_pid), seconds=30, what="a helper again")
        wait_for(lambda: files_of(made.keeper_pid) == open_count, seconds=30, what="as many open files as before")


def test_it_ends_with_the_main_process_and_its_helper_too() -> None:
    with helper_process() as made:
        made.link.start()
        processes = made.link.pids
        made.link.close()
        wait_for(lambda: not any(map(is_there, processes)), seconds=30, what="their end")


def test_a_helper_outlives_its_keeper_but_not_the_main_process() -> None:
    with helper_process() as made:
        made.link.start()
        keeper, helper = made.link.pids
        os.kill(keeper, signal.SIGKILL)
        wait_for(lambda: not is_there(keeper), seconds=30, what="the keeper's end")
        assert made.link.look()
        assert is_there(helper)
        made.link.close()
        wait_for(lambda: not is_there(helper), seconds=30, what="the helper's end")
