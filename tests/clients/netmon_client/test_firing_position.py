import pytest

from netmon.model import AlertFiring, AlertMeasure
from netmon_client.errors import CollectorUnreachable, InvalidRequest
from netmon_client.firing_position import FiringPosition
from netmon_client.following import Timing

LOST = CollectorUnreachable("lost")


def fired(sequence: int) -> AlertFiring:
    measure = AlertMeasure.TOTAL_BYTES
    return AlertFiring(sequence=sequence, name="a", time=0, window_since_time=0, measure=measure, value=2, bound=1)


def test_it_begins_after_the_newest_and_goes_on_after_the_last() -> None:
    position = FiringPosition(None, Timing())
    position.connected([fired(7)])
    assert position.after_sequence == 7
    position.note(None)
    position.note(fired(8))
    position.connected([fired(12)])
    assert position.after_sequence == 8


def test_of_a_history_that_was_begun_anew_all_is_new() -> None:
    position = FiringPosition(50, Timing())
    position.connected([])
    assert position.after_sequence == 50, "nobody knows yet which history it was"
    position.note(None)
    position.connected([fired(2)])
    assert position.after_sequence == 0


def test_tries_come_slower_until_something_comes() -> None:
    position = FiringPosition(0, Timing(first_retry_seconds=0.2, longest_retry_seconds=0.5))
    position.note(None)
    assert [position.failed(LOST) for _ in range(3)] == [0.2, 0.4, 0.5]
    position.note(None)
    assert position.failed(LOST) == 0.2


def test_an_absence_from_the_beginning_and_a_refusal_are_raised() -> None:
    position = FiringPosition(0, Timing())
    with pytest.raises(CollectorUnreachable):
        position.failed(LOST)
    position.note(None)
    with pytest.raises(InvalidRequest):
        position.failed(InvalidRequest("no"))
