import os
import signal

from tests.support.process_status import children_of, is_there
from tests.support.told_owners_process import helper_process
from tests.support.waiting import wait_for


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
