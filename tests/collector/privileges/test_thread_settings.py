import os
import signal

import pytest

from netmon_collector.privileges.thread_settings import (
    close_to_others,
    die_with_parent,
    forbid_new_privileges,
    keep_capabilities,
    prctl,
)
from tests.support.dropped_child import results_in_child
from tests.support.namespaces import needs_root
from tests.support.process_status import children_of, is_there, status_of
from tests.support.waiting import wait_for

GET_DUMPABLE, GET_KEEPCAPS = 3, 7


def test_what_is_set_is_so() -> None:
    def check() -> None:
        assert (prctl(GET_DUMPABLE), prctl(GET_KEEPCAPS), status_of("self")["NoNewPrivs"]) == (0, 1, "1")

    def before() -> None:
        for setting in (close_to_others, keep_capabilities, forbid_new_privileges):
            setting()

    assert results_in_child(before, {"settings": check}) == {"settings": "done"}


def test_who_asks_for_nonsense_is_told() -> None:
    with pytest.raises(OSError, match="Invalid"):
        prctl(GET_DUMPABLE + 100_000)


def test_a_parent_that_has_ended_meanwhile_is_told() -> None:
    def check() -> None:
        with pytest.raises(ProcessLookupError):
            die_with_parent(os.getppid() + 1)

    assert results_in_child(check, {}) == {}


@needs_root
@pytest.mark.root
@pytest.mark.parametrize(("users", "dies"), [((61_170, 61_170), True), ((61_170, 61_171), False)])
def test_a_child_dies_with_a_parent_that_may_signal_it_and_only_then(users: tuple[int, int], *, dies: bool) -> None:
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        be_parent(writing, *users)
    assert os.read(reading, 1) + os.read(reading, 1) == b"yy"  # both are who they are to be
    for end in (reading, writing):
        os.close(end)
    (child,) = children_of(parent)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    if dies:
        wait_for(lambda: not is_there(child), seconds=2, what="its end")
    else:
        assert is_there(child)
        os.kill(child, signal.SIGKILL)


def be_parent(ready: int, user: int, child_user: int) -> None:
    """Fork a child that becomes one user, become another one, and wait."""
    try:
        if os.fork() == 0:
            os.setresuid(child_user, child_user, child_user)
            die_with_parent(os.getppid())
        else:
            os.setresuid(user, user, user)
        os.write(ready, b"y")
        signal.pause()
    finally:
        os._exit(1)
