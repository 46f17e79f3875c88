import pytest

from netmon_collector.privileges.thread_settings import (
    close_to_others,
    forbid_new_privileges,
    keep_capabilities,
    prctl,
)
from tests.support.dropped_child import results_in_child
from tests.support.process_status import status_of

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
