from contextlib import suppress

import pytest

from netmon.serving import Exhausted
from netmon_collector.server.seats import Seats


def test_a_seat_is_free_again_when_its_holder_has_gone_also_by_a_fault() -> None:
    seats = Seats(1)
    with suppress(RuntimeError), seats.take():
        assert seats.taken_count == 1
        raise RuntimeError
    assert seats.taken_count == 0


def test_where_all_are_taken_the_next_is_refused_with_the_reason() -> None:
    seats = Seats(1)
    with seats.take(), pytest.raises(Exhausted, match="1 subscribers are served already") as error, seats.take():
        ...
    assert error.value.reason == "TOO_MANY_SUBSCRIBERS"
    assert seats.taken_count == 0
